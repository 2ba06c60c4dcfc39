"""Viewers and browsers that stop reading cost the daemon nothing, and nobody else a message."""

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
import zmq
from websockets.sync.client import connect

from edge.client import Estimate, EstimateStream, ScannerPublisher
from tests.system.daemon_process import running, write_settings
from tests.system.footprint import footprint
from tests.system.view_process import viewing

STALLED = 8
FRAMES = 700
FPS = 100.0
"""More than three times the nominal rate, so that a minute is over in a third of one."""

MAX_GROWTH_MIB = 5.0


@contextmanager
def stalled_viewer(address: str) -> Iterator["zmq.Socket[bytes]"]:
    """A SUB socket that takes one message in and then no more."""
    context = zmq.Context()
    socket = context.socket(zmq.SUB)
    socket.setsockopt(zmq.RCVHWM, 1)
    socket.setsockopt(zmq.RCVBUF, 4096)
    socket.subscribe("")
    socket.connect(address)
    yield socket
    context.destroy(linger=0)


@contextmanager
def stalled_browser(url: str) -> Iterator[None]:
    """A page whose socket is never read after it was opened, and which asks for pictures."""
    address = f"ws://{urlsplit(url).netloc}/live"
    own = {"origin": url.rstrip("/"), "proxy": None}
    with connect(address, max_queue=1, close_timeout=0.1, **own) as socket:  # type: ignore[arg-type]
        socket.send('{"select": "room"}')
        yield


def play(scanner: ScannerPublisher, stream: EstimateStream, frames: int) -> list[int]:
    """Send frames in the time of FPS; gives the numbers of those that a good viewer saw."""
    pixels = np.random.default_rng(1).integers(0, 255, (480, 640), np.uint8)
    seen: list[int] = []
    due_s = time.monotonic()
    for _ in range(frames):
        scanner.frame(pixels, view="AR", spacing_mm=None)
        due_s += 1 / FPS
        while (left_s := due_s - time.monotonic()) > 0:
            _see(seen, stream, left_s)
    while _see(seen, stream, 1.0):
        pass
    return seen


def _waiting(socket: "zmq.Socket[bytes]") -> int:
    """Messages that a stalled viewer finds when it reads at last."""
    found = 0
    while socket.poll(500):
        topic, _ = socket.recv_multipart()
        found += topic.startswith(b"fat/")
    return found


def _see(seen: list[int], stream: EstimateStream, timeout_s: float) -> bool:
    message = stream.receive(timeout_s)
    if isinstance(message, Estimate) and not message.blank:
        seen.append(message.pub_seq)
    return isinstance(message, Estimate) and not message.blank


@pytest.mark.timeout(240)
def test_eight_stalled_viewers_and_browsers_cost_the_daemon_at_most_5_mib(
    tmp_path: Path, small_bundle: Path
) -> None:
    with ExitStack() as ends:
        scanner = ends.enter_context(ScannerPublisher("tcp://127.0.0.1:*", exam="exam-1"))
        settings = tmp_path / "edge.toml"
        write_settings(settings, small_bundle, {"room": (scanner.endpoint, "")})
        daemon = ends.enter_context(running(settings))
        address = daemon.estimates_address()
        words = (address, "--frames", f"room={scanner.endpoint}", "--bundle", small_bundle)
        view = ends.enter_context(viewing(*words))
        stream = ends.enter_context(EstimateStream(address, every=True))
        play(scanner, stream, 120)  # everything has been used once, and its memory is there
        before = footprint(daemon.pid).resident_mib
        stalled = []
        for _ in range(STALLED):
            stalled.append(ends.enter_context(stalled_viewer(address)))
            ends.enter_context(stalled_browser(view.url))
        viewer_before = footprint(view.process.pid).resident_mib

        seen = play(scanner, stream, FRAMES)

        grown_mib = footprint(daemon.pid).resident_mib - before
        kept = max(_waiting(socket) for socket in stalled)
        viewer_mib = footprint(view.process.pid).resident_mib - viewer_before
        sizes = f"daemon {grown_mib:+.1f} MiB, viewer {viewer_mib:+.1f} MiB"
        sys.stdout.write(f"{sizes}, {len(seen)} seen, {kept} kept for a stalled viewer\n")

    assert grown_mib <= MAX_GROWTH_MIB
    assert stream.missed == 0
    assert seen == list(range(seen[0], seen[0] + len(seen)))
    assert len(seen) > FRAMES / 2, "the rest was overwritten, on a machine that is too slow"
    assert kept < len(seen), "control: they were stalled, and messages for them thrown away"
    assert viewer_mib < 40, "eight outboxes, and what the kernel does not take"
