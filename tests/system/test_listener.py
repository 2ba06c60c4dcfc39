import socket

from edge.sockets.bus import Bus
from edge.terminal.listener import REBUILD_S, Listener
from tests.daemon_messages import estimate, status

TURNS = 200
TURN_MS = 50


def _heard(listener: Listener, bus: Bus, now_s: float) -> str:
    """Topic of the first message that comes through, while the bus speaks."""
    for _ in range(TURNS):
        bus.publish(*status())
        bus.serve()
        received = listener.receive(TURN_MS, now_s)
        if received:
            return received[0]
    raise AssertionError("nothing came")


def test_a_connection_that_an_impostor_has_spoilt_is_made_anew() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with Listener(address, None, 0.0) as listener:
            peer, _ = server.accept()
            with peer:
                peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" + bytes(64))
                assert listener.receive(TURN_MS, 0.1) is None
            server.close()
            with Bus(address) as bus:
                assert _heard(listener, bus, REBUILD_S + 1.0) == "status/room1"


def test_a_scanner_whose_name_begins_like_the_one_asked_for_is_left_out() -> None:
    with Bus("tcp://127.0.0.1:*") as bus, Listener(bus.endpoint, "room1", 0.0) as listener:
        _heard(listener, bus, 0.1)
        bus.publish(*status(scanner="room10"))
        bus.publish(*estimate(scanner="room10"))
        bus.publish(*estimate())
        topics = _until_topic(listener, "fat/room1/AR")

    assert not any("room10" in topic for topic in topics)


def _until_topic(listener: Listener, wanted: str) -> list[str]:
    topics: list[str] = []
    for _ in range(TURNS):
        received = listener.receive(TURN_MS, 0.2)
        if received:
            topics.append(received[0])
        if wanted in topics:
            return topics
    raise AssertionError(f"only {topics} came")
