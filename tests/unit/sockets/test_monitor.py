"""However much has happened to a socket's connections, one look learns of it."""

import socket
from collections import Counter
from collections.abc import Iterator

import pytest
import zmq

from edge.sockets import monitor
from edge.sockets.monitor import REFUSALS, Monitor

CONNECTIONS = 600
WAIT_MS = 5000


@pytest.fixture
def watched() -> Iterator["zmq.Socket[bytes]"]:
    with zmq.Context() as context, context.socket(zmq.XPUB) as watched:
        yield watched


def talk_nonsense(port: int, times: int) -> None:
    """Connect, say what is no greeting, and wait until the other end has closed."""
    for _ in range(times):
        with socket.create_connection(("127.0.0.1", port)) as peer:
            peer.sendall(b"GET / HTTP/1.0\r\n\r\n" * 5)
            peer.shutdown(socket.SHUT_WR)
            peer.settimeout(WAIT_MS / 1e3)
            while peer.recv(4096):
                pass


def test_a_flood_is_read_in_one_look(watched: "zmq.Socket[bytes]") -> None:
    """What is not read stays in memory: 256 a look was less than a peer could make."""
    counts: Counter[str] = Counter()
    told = Monitor(watched, REFUSALS)
    port = watched.bind_to_random_port("tcp://127.0.0.1")
    talk_nonsense(port, CONNECTIONS)
    assert told.socket.poll(WAIT_MS)

    happenings = told.read(counts)

    last = 0 if len(happenings) == CONNECTIONS else len(told.read(counts))
    assert len(happenings) >= CONNECTIONS - 1  # its event may come just after the connection's end
    assert len(happenings) + last == counts.total() == CONNECTIONS
    assert told.read(counts) == []
    told.close()


def test_a_look_ends_however_much_there_is(
    watched: "zmq.Socket[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monitor, "MAX_EVENTS", 3)
    told = Monitor(watched, zmq.EVENT_ACCEPTED)
    port = watched.bind_to_random_port("tcp://127.0.0.1")
    talk_nonsense(port, 5)

    looks = [len(told.read(Counter())) for _ in range(3)]

    assert looks == [3, 2, 0]
    told.close()


def test_what_happened_is_told_by_name_and_value(watched: "zmq.Socket[bytes]") -> None:
    counts: Counter[str] = Counter()
    told = Monitor(watched, zmq.EVENT_LISTENING | zmq.EVENT_ACCEPTED)

    watched.bind_to_random_port("tcp://127.0.0.1")

    assert told.wait_for(zmq.EVENT_LISTENING, counts, WAIT_MS)
    assert counts == {"LISTENING": 1}
    assert not told.wait_for(zmq.EVENT_ACCEPTED, counts, 50)
    told.close()
