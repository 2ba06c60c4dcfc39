"""G9: from the start of the process to the first estimate, and to the viewers' return."""

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.goals import Record
from tests.system import faulty_daemon
from tests.system.bare_scanner import BareScanner
from tests.system.bare_viewer import LONGEST_S, BareViewer, Message
from tests.system.daemon_process import PROGRAM, DaemonProcess
from tests.system.faulty_daemon import program

STARTS = 10
START_S, BACK_S = 3.0, 1.0
PORT_SETTINGS = """\
bundle = ""
[[scanner]]
name = "room"
frames = "{frames}"
[estimates]
bind = "{bind}"
"""


def _is_of(exam: str, message: Message) -> bool:
    return message.kind == "fat" and message.fields["exam"] == exam


def first_estimate(scanner: BareScanner, daemon: DaemonProcess) -> None:
    """Send frames until one has been read."""
    viewer = BareViewer(daemon.estimates_address(), "fat/")
    ends_s = time.monotonic() + LONGEST_S
    while time.monotonic() < ends_s:
        scanner.frame(exam="hello")
        if viewer.receive(0.02):
            viewer.close()
            return
    raise AssertionError(f"no estimate in {LONGEST_S} s:\n{daemon.log}")


class Starts(NamedTuple):
    """first_s: to the first estimate of each start. behind_s: until the viewer had it."""

    first_s: list[float]
    behind_s: list[float]


def start_often(folder: Path, starts: int, daemon_program: Sequence[str] = PROGRAM) -> Starts:
    """With the built-in networks, and a viewer that was there before, as after a restart."""
    scanner = BareScanner()
    settings = folder / "edge.toml"
    path = f"ipc://{folder}/estimates"
    settings.write_text(PORT_SETTINGS.format(frames=scanner.endpoint, bind=path))
    viewer = BareViewer(path, "fat/")
    found = Starts([], [])
    for number in range(starts):
        exam = f"start-{number}"
        wanted = partial(_is_of, exam)
        started_s = time.monotonic()
        daemon = DaemonProcess("--config", settings, program=daemon_program)
        while not viewer.find(wanted, 0.02):
            scanner.frame(exam=exam)
            assert time.monotonic() - started_s < LONGEST_S, daemon.log
        back_s = time.monotonic()
        first = next(fields for fields in viewer.estimates(exam))
        age_s = time.time() - first["publish_ns"] / 1e9
        found.first_s.append(back_s - age_s - started_s)
        found.behind_s.append(age_s)
        daemon.end()
    viewer.close()
    scanner.close()
    return found


@pytest.mark.parametrize(
    "starts", [3, pytest.param(STARTS, marks=[pytest.mark.soak, pytest.mark.timeout(300)])]
)
def test_a_started_daemon_reads_frames_within_3_s_and_its_viewers_are_back(
    tmp_path: Path, starts: int, goal: Record
) -> None:
    found = start_often(tmp_path, starts)

    told = ", ".join(f"{each_s:.1f}" for each_s in sorted(found.first_s))
    behind_s = max(found.behind_s)
    goal("G9", f"{starts} starts, first estimate after {told} s; viewers ≤ {behind_s:.2f} s later")
    assert max(found.first_s) <= START_S
    assert behind_s <= BACK_S


def test_a_daemon_that_starts_slowly_is_seen_to(tmp_path: Path, goal: Record) -> None:
    """The control."""
    found = start_often(tmp_path, 1, program(faulty_daemon.starts_slowly))

    goal("G9", control=f"a bundle that takes 3 s more to read: {found.first_s[0]:.1f} s")
    assert found.first_s[0] > START_S
