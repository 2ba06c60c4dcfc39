"""C3: what a scanner has sent before is refused, also by a daemon that was started anew."""

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.goals import Record
from tests.system.bare_scanner import BareScanner
from tests.system.bare_viewer import BareViewer
from tests.system.daemon_process import DaemonProcess, write_settings

FRAMES = 30
MORE = 5


class Lives:
    """One scanner and its settings over several lives of a daemon."""

    def __init__(self, folder: Path, bundle: Path, journal: str = "full") -> None:
        self.scanner = BareScanner()
        self.settings = write_settings(
            folder / "edge.toml", bundle, {"room": (self.scanner.endpoint, "")}
        )
        with self.settings.open("a") as file:
            file.write(f'[journal]\ndurability = "{journal}"\n')

    def live(self, send: Callable[[BareViewer], Any]) -> Any:
        """A daemon for as long as this takes; it is killed afterwards."""
        daemon = DaemonProcess("--config", self.settings)
        try:
            viewer = BareViewer(daemon.estimates_address(), "fat/room/", "status/room")
            found = send(viewer)
            viewer.close()
            return found
        finally:
            daemon.signal(signal.SIGKILL)
            daemon.wait()
            daemon.end()

    def frames(self, viewer: BareViewer) -> dict[str, Any]:
        """New frames until so many are in the median; the last one's estimate."""
        target = FRAMES
        while True:
            self.scanner.frame(80 + self.scanner.seq % 20)
            found = viewer.find(
                lambda message: message.kind == "fat" and message.fields["frames"] >= target, 0.03
            )
            if found:
                return found.fields

    def old_then_new(self, viewer: BareViewer) -> dict[str, Any]:
        """Frames that were sent in an earlier life, then a few new ones; the last estimate."""
        last = self.scanner.seq
        while not viewer.find(
            lambda message: (
                message.kind == "fat" or message.fields["ledger"]["duplicate"] >= FRAMES
            ),
            0.03,
        ):
            for seq in range(last):
                self.scanner.frame(250, seq=seq)
            self.scanner.event("status", last_seq=last - 1)
        self.scanner.seq = last
        self.scanner.frame(85)
        return viewer.until(
            lambda message: message.kind == "fat" and message.fields["seq"] == last
        ).fields


def replayed(folder: Path, bundle: Path, journal: str) -> tuple[int, dict[str, Any], float]:
    """(old frames read after a restart, the ledger then, how the median has moved)."""
    lives = Lives(folder, bundle, journal)
    before = lives.live(lives.frames)
    after = lives.live(lives.old_then_new)
    lives.scanner.close()
    read = after["ledger"]["read"] - before["ledger"]["read"] - 1
    moved = after["median_pct"] - before["median_pct"]
    return read, after["ledger"], moved


def test_frames_of_before_a_restart_are_refused_after_it(
    tmp_path: Path, small_bundle: Path, goal: Record
) -> None:
    read, ledger, moved = replayed(tmp_path, small_bundle, "full")

    goal(
        "C3",
        f"after kill -9 and restart: {ledger['duplicate']} old frames refused, {read} read, "
        f"median moved by {moved:.2f}",
    )
    assert read == 0, json.dumps(ledger)
    assert ledger["duplicate"] >= FRAMES
    assert abs(moved) < 0.5


def test_without_a_journal_they_would_be_read(
    tmp_path: Path, small_bundle: Path, goal: Record
) -> None:
    """The control."""
    lives = Lives(tmp_path, small_bundle, "off")
    lives.live(lives.frames)
    last = lives.scanner.seq

    def old(viewer: BareViewer) -> int:
        while not any(message.kind == "fat" for message in viewer.messages):
            for seq in range(last):
                lives.scanner.frame(200, seq=seq)
            viewer.receive(0.2)
        return sum(message.kind == "fat" for message in viewer.messages)

    read = lives.live(old)
    lives.scanner.close()

    goal("C3", "", control=f"no journal: an old frame was read again ({read} at once)")
    assert read > 0
