"""The client library on real sockets, and on a daemon where the daemon is the point."""

import asyncio
import signal
import time
from collections.abc import Callable
from pathlib import Path

import msgpack
import numpy as np
import pytest
import zmq

from edge.client import (
    Estimate,
    EstimateStream,
    Keys,
    KeysError,
    LinkError,
    Reading,
    ScannerPublisher,
    Status,
)
from edge.contract.codec import decode_frame, encode
from edge.sockets.addresses import AddressError
from edge.sockets.bus import Bus
from tests.daemon_messages import estimate, status
from tests.system.bare_viewer import LONGEST_S
from tests.system.daemon_process import DaemonProcess, write_settings
from tests.system.keyed_bus import Pair, keyed_bus
from tests.system.speaker import Speaker


def until(done: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + LONGEST_S
    while not done():
        assert time.monotonic() < deadline_s, "not in time"


def test_a_loop_gets_typed_estimates() -> None:
    with Speaker() as speaker, EstimateStream(speaker.address) as stream:
        found = next(iter(stream))
        state = stream.latest("room1", "AR")

    assert isinstance(found, Estimate)
    assert (found.scanner, found.view, found.median_pct, found.grade) == ("room1", "AR", 9.12, "S2")
    assert state is not None
    assert state.valid


def test_a_loop_gets_a_blank_two_seconds_after_a_daemon_fell_silent_and_then_the_next() -> None:
    with EstimateStream("tcp://127.0.0.1:1", scanner="room1") as nobody:
        assert nobody.receive(0.1) is None

    speaker = Speaker()
    with speaker, EstimateStream(speaker.address) as stream:
        loop = iter(stream)
        next(loop)
        speaker.fall_silent()
        last_s = time.monotonic()
        found = next(loop)
        while not found.blank:
            last_s, found = time.monotonic(), next(loop)
        silent_s = time.monotonic() - last_s
        state = stream.latest("room1", "AR")

        with Speaker(speaker.address, median_pct=2.5):
            again = next(loop)

    assert 1.9 <= silent_s <= 2.5
    assert (found.median_pct, found.grade, found.reason) == (None, None, "silence")
    assert state is not None
    assert (state.alive, state.fresh, state.valid) == (False, False, False)
    assert (again.blank, again.median_pct) == (False, 2.5)


def test_a_daemon_that_is_killed_is_seen_at_once_and_its_number_goes(
    tmp_path: Path, small_bundle: Path
) -> None:
    with ScannerPublisher("tcp://127.0.0.1:*", exam="exam-1") as scanner:
        settings = write_settings(
            tmp_path / "edge.toml", small_bundle, {"room": (scanner.endpoint, "")}
        )
        daemon = DaemonProcess("--config", settings)
        with EstimateStream(daemon.estimates_address()) as stream:
            found = None
            while not isinstance(found, Estimate):
                scanner.frame(np.full((64, 64), 80, np.uint8), view="AR", spacing_mm=None)
                found = stream.receive(0.05)
            assert stream.connected
            daemon.signal(signal.SIGKILL)
            killed_s = time.monotonic()
            daemon.wait()
            until(lambda: stream.receive(0.01) is None and not stream.connected)
            noticed_s = time.monotonic() - killed_s
            until(lambda: isinstance(blank := stream.receive(0.05), Estimate) and blank.blank)
            blanked_s = time.monotonic() - killed_s
        daemon.end()

    assert found.fat_pct == 8.0
    assert noticed_s < 1.0
    assert blanked_s < 2.5


def test_a_slow_loop_gets_the_newest_and_a_recorder_gets_all() -> None:
    with (
        Bus("tcp://127.0.0.1:*") as bus,
        EstimateStream(bus.endpoint) as newest,
        EstimateStream(bus.endpoint, every=True) as every,
    ):
        for stream in (newest, every):
            _join(bus, stream)
        for seq in range(1, 101):
            bus.publish(*estimate(seq))
        until(lambda: _seq(newest) == 100)  # a slow loop: everything has come meanwhile
        first = next(iter(newest))
        numbers = [next(iter(every)).seq for _ in range(100)]

    assert first.seq == 100
    assert newest.skipped >= 99
    assert numbers == list(range(1, 101))
    assert (newest.missed, every.missed) == (0, 0)


def _seq(stream: EstimateStream) -> int | None:
    state = stream.latest("room1", "AR")
    return state.estimate.seq if state else None


def _join(bus: Bus, stream: EstimateStream) -> None:
    """Until the stream hears the bus."""

    def heard() -> bool:
        bus.publish(*status())
        bus.serve()
        return stream.receive(0.01) is not None

    until(heard)


def test_its_own_gaps_are_counted() -> None:
    with Bus("tcp://127.0.0.1:*") as bus, EstimateStream(bus.endpoint, every=True) as stream:
        _join(bus, stream)
        bus.publish(*estimate(0))
        skipped = dict(bus._numbers)
        bus._numbers = {topic: number + 5 for topic, number in skipped.items()}
        bus.publish(*estimate(1))
        for _ in range(2):
            next(iter(stream))

    assert stream.missed == 5


def test_callbacks_get_every_kind_until_they_have_enough() -> None:
    estimates: list[Estimate] = []
    readings: list[Reading] = []
    statuses: list[Status] = []
    with Speaker() as speaker, EstimateStream(speaker.address) as stream:
        speaker.end_exam()
        stream.listen(
            estimates.append,
            readings.append,
            statuses.append,
            stop=lambda: bool(estimates and readings and statuses),
        )
        assert stream.reading("room1") is readings[-1]
        assert stream.status("room1") is statuses[-1]

    assert readings[0].views["AR+HR"].median_pct == 9.42
    assert statuses[0].state == "ready"


def test_asyncio_gets_estimates_and_the_blank_while_other_tasks_run() -> None:
    async def follow(speaker: Speaker) -> tuple[list[Estimate], int]:
        found, ticks = [], 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0.01)

        other = asyncio.create_task(tick())
        with EstimateStream(speaker.address) as stream:
            async for each in stream:
                found.append(each)
                if len(found) == 5:
                    await asyncio.to_thread(speaker.fall_silent)
                if each.blank:
                    break
        other.cancel()
        return found, ticks

    speaker = Speaker()
    with speaker:
        found, ticks = asyncio.run(follow(speaker))

    assert [each.blank for each in found[:5]] == [False] * 5
    assert found[-1].blank
    assert ticks > 50


def z85(pair: Pair) -> tuple[str, str]:
    return pair[0].decode(), pair[1].decode()


def test_with_the_right_keys_estimates_come() -> None:
    server, viewer = zmq.curve_keypair(), zmq.curve_keypair()
    public, secret = z85(viewer)
    with keyed_bus(server, {viewer[0]}) as address:
        keys = Keys(server[0].decode(), public, secret)
        with EstimateStream(address, keys=keys) as stream:
            assert next(iter(stream)).median_pct == 9.12


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("not enrolled", "refused this viewer's key"),
        ("wrong server key", "the server key given is not the daemon's"),
        ("no keys", "the daemon there asks for keys"),
    ],
)
def test_a_key_that_does_not_fit_is_an_error_with_its_reason(case: str, reason: str) -> None:
    server, viewer, other = (zmq.curve_keypair() for _ in range(3))
    keys = {
        "not enrolled": Keys(server[0].decode(), *z85(viewer)),
        "wrong server key": Keys(other[0].decode(), *z85(viewer)),
        "no keys": None,
    }[case]
    with (
        keyed_bus(server, {other[0]}) as address,
        EstimateStream(address, keys=keys) as stream,
        pytest.raises(LinkError, match=reason) as error,
    ):
        stream.receive(LONGEST_S)

    assert address in str(error.value)


def test_keys_for_a_daemon_without_keys_are_an_error() -> None:
    with Speaker() as speaker:
        keys = Keys(zmq.curve_keypair()[0].decode())
        with (
            EstimateStream(speaker.address, keys=keys) as stream,
            pytest.raises(LinkError, match="uses no keys"),
        ):
            stream.receive(LONGEST_S)


def test_a_key_that_is_enrolled_later_is_let_in_without_a_new_stream() -> None:
    server, viewer = zmq.curve_keypair(), zmq.curve_keypair()
    keys = Keys(server[0].decode(), *z85(viewer))
    enrolled: set[bytes] = set()
    with keyed_bus(server, enrolled) as address, EstimateStream(address, keys=keys) as stream:
        with pytest.raises(LinkError):
            stream.receive(LONGEST_S)
        enrolled.add(viewer[0])

        assert isinstance(stream.receive(LONGEST_S), Estimate)


def test_an_address_or_key_that_cannot_be_used_is_refused_at_once() -> None:
    with pytest.raises(AddressError, match="not on the loopback"):
        EstimateStream("tcp://192.0.2.1:5556")
    with pytest.raises(KeysError, match="server"):
        EstimateStream("tcp://192.0.2.1:5556", keys=Keys("no key"))


def test_a_bridge_sends_frames_events_and_a_status_each_second() -> None:
    with ScannerPublisher("tcp://127.0.0.1:*", exam="exam-1") as scanner:
        receiver = zmq.Context.instance().socket(zmq.SUB)
        receiver.linger = 0
        receiver.subscribe("")
        receiver.connect(scanner.endpoint)
        assert receiver.poll(LONGEST_S * 1000), "no status came"
        assert receiver.recv_multipart()[0] == b"event"
        for gray in (10, 20):
            scanner.frame(np.full((20, 30), gray, np.uint8), view="HR", spacing_mm=(0.3, 0.4))
        scanner.freeze()
        scanner.end_exam("exam-2")
        scanner.frame(np.zeros((20, 30), np.uint8), view=None, spacing_mm=None, hold=3)
        heard = [receiver.recv_multipart() for _ in range(5)]
        started_s = time.monotonic()
        event = msgpack.unpackb(receiver.recv_multipart()[1])
        receiver.close()

    headers = [msgpack.unpackb(parts[1]) for parts in heard]
    assert [parts[0] for parts in heard] == [b"frame", b"frame", b"event", b"event", b"frame"]
    assert [header.get("seq") for header in headers] == [0, 1, None, None, 2]
    assert [header["exam"] for header in headers] == ["exam-1"] * 4 + ["exam-2"]
    assert {header["epoch"] for header in headers} == {scanner.epoch}
    frames = [parts[1] for parts in heard if parts[0] == b"frame"]
    assert [encode(decode_frame(frame)) for frame in frames] == frames, "the daemon's quick way"
    assert [header["event"] for header in headers[2:4]] == ["freeze", "exam_end"]
    assert headers[3]["last_seq"] == 1
    assert headers[1]["spacing_mm"] == [0.3, 0.4]
    assert (headers[4]["view"], headers[4]["hold"]) == (None, 3)
    assert heard[1][2] == bytes([20]) * 600
    assert (event["event"], event["last_seq"], event["exam"]) == ("status", 2, "exam-2")
    assert time.monotonic() - started_s < 2.0


def test_what_the_protocol_forbids_is_not_sent() -> None:
    with pytest.raises(ValueError, match="exam: must be") as refused:
        ScannerPublisher("tcp://127.0.0.1:*", exam="Jane Doe")
    assert "Jane" not in str(refused.value)

    gray = np.zeros((20, 30), np.uint8)
    with ScannerPublisher("tcp://127.0.0.1:*", exam="exam-1") as scanner:
        with pytest.raises(ValueError, match="view: 'XX'"):
            scanner.frame(gray, view="XX", spacing_mm=None)
        with pytest.raises(ValueError, match="spacing_mm"):
            scanner.frame(gray, view="AR", spacing_mm=(0.3, float("nan")))
        assert scanner.frame(gray, view="AR", spacing_mm=None) == 0, "no number was used up"
