"""`python -m edge watch` as a process, on a bus that says what the test wants."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.system.speaker import Speaker

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 30.0


class Watch:
    """A `watch` process, its output line by line."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "edge", "watch", *arguments],
            cwd=ROOT,
            env={**os.environ, "FORCE_COLOR": "1", **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self._stdout = self.process.stdout
        self.lines: list[str] = []

    def until(self, found: Callable[[str], bool]) -> str:
        """Read lines until one is as wanted; the test's time limit guards it."""
        for line in self._stdout:
            self.lines.append(line)
            if found(line):
                return line
        raise AssertionError(f"it ended with {self.process.wait()}: {self.lines}")

    def end(self) -> tuple[int, str, str]:
        """Wait for its end; exit code, all of standard output, standard error."""
        out, err = self.process.communicate(timeout=LONGEST_S)
        return self.process.returncode, "".join(self.lines) + out, err


@pytest.fixture
def speaker() -> Iterator[Speaker]:
    with Speaker() as speaker:
        yield speaker


def _is_estimate(line: str) -> bool:
    return "room1 AR: frame 8.31 %" in line


def test_it_ends_with_the_reading_of_the_exam(speaker: Speaker) -> None:
    watch = Watch(speaker.address, "--until-reading")
    watch.until(_is_estimate)
    speaker.end_exam()

    code, out, err = watch.end()

    assert (code, err) == (0, "")
    assert "Final reading of exam exam-0 (room1)" in out
    assert "AR+HR       9.42    0.55   S2 moderate       50" in out


def test_a_reading_of_an_earlier_exam_does_not_end_it(speaker: Speaker) -> None:
    first = Watch(speaker.address, "--until-reading")
    first.until(_is_estimate)
    speaker.end_exam()
    first.end()

    second = Watch(speaker.address, "--until-reading")
    second.until(_is_estimate)
    speaker.end_exam()
    code, out, _ = second.end()

    assert code == 0
    assert "Final reading of exam exam-1" in out


def test_into_a_pipe_it_writes_no_control_codes(speaker: Speaker) -> None:
    watch = Watch(speaker.address)
    for _ in range(2):
        watch.until(_is_estimate)
    watch.process.send_signal(signal.SIGINT)

    code, out, err = watch.end()

    assert (code, err) == (0, "")
    assert "\x1b" not in out
    assert "\r" not in out
    assert "Research use only; not a medical device." in out


def test_without_a_reading_it_says_so_after_the_timeout(speaker: Speaker) -> None:
    code, _, err = Watch(speaker.address, "--until-reading", "--timeout", "0.5").end()

    assert code == 2
    assert f"no final reading came from {speaker.address}" in err


def test_once_shows_the_latest_and_ends(speaker: Speaker) -> None:
    code, out, err = Watch(speaker.address, "--once").end()

    assert (code, err) == (0, "")
    assert "room1: ready, model tiny 0 (fp32) on cpu" in out
    assert "median 9.12 %" in out


def test_once_without_a_daemon_fails_with_a_reason(tmp_path: Path) -> None:
    address = f"ipc://{tmp_path}/nobody"

    code, out, err = Watch(address, "--once", "--timeout", "0.3").end()

    assert code == 2
    assert f"nothing came from {address}" in err
    assert "listening to" in out


def test_json_has_a_line_a_message_with_the_fields_of_the_wire(speaker: Speaker) -> None:
    watch = Watch(speaker.address, "--json", "--until-reading")
    watch.until(lambda line: '"topic":"fat/' in line)
    speaker.end_exam()

    _, out, _ = watch.end()
    messages = [json.loads(line) for line in out.splitlines()]

    assert {message["topic"] for message in messages} == {
        "status/room1",
        "fat/room1/AR",
        "reading/room1",
    }
    estimates = [message for message in messages if message["topic"] == "fat/room1/AR"]
    numbers = sorted({message["pub_seq"] for message in estimates})
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert estimates[0]["ledger"]["sent"] == estimates[0]["seq"] + 1


def test_only_the_scanner_that_was_asked_for_is_shown(speaker: Speaker) -> None:
    code, _, err = Watch(speaker.address, "--scanner", "room", "--once", "--timeout", "0.5").end()
    assert code == 2
    assert f"nothing came from {speaker.address}, scanner room before" in err

    code, out, _ = Watch(speaker.address, "--scanner", "room1", "--once").end()
    assert code == 0
    assert "room1 AR" in out


def test_a_daemon_that_comes_back_is_heard_again(speaker: Speaker) -> None:
    watch = Watch(speaker.address)
    watch.until(_is_estimate)
    speaker.fall_silent()
    watch.until(lambda line: "STALE" in line)

    with Speaker(speaker.address, median_pct=2.5):
        line = watch.until(_is_estimate)
        watch.process.send_signal(signal.SIGTERM)
        code, _, _ = watch.end()

    assert "median 2.50 %" in line
    assert code == 0


def test_an_address_beyond_this_host_is_refused() -> None:
    code, out, err = Watch("tcp://192.0.2.1:5556").end()

    assert (code, out) == (2, "")
    assert "not on the loopback interface" in err


def test_a_pipe_that_closes_ends_it_quietly(speaker: Speaker) -> None:
    watch = Watch(speaker.address, "--json")
    watch.until(lambda _: True)
    watch.process.stdout.close()  # type: ignore[union-attr]

    code = watch.process.wait(LONGEST_S)
    err = watch.process.stderr.read()  # type: ignore[union-attr]
    watch.process.stderr.close()  # type: ignore[union-attr]

    assert (code, err) == (1, "")


def test_on_a_terminal_the_table_is_redrawn_and_blanked_when_silence_falls() -> None:
    with Speaker() as speaker:
        main, terminal = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "edge", "watch", speaker.address],
            cwd=ROOT,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": "24"},
            stdin=subprocess.DEVNULL,
            stdout=terminal,
        )
        os.close(terminal)
        try:
            live = _until(main, b"S2 moderate")
            speaker.fall_silent()
            stale = _until(main, b"still trying")
        finally:
            process.send_signal(signal.SIGINT)
            code = process.wait(LONGEST_S)
            os.close(main)

    last = stale.rpartition(b"steatoscope")[2]
    assert b"9.12" in live
    assert b"\x1b[" in live
    assert b"STALE: nothing heard for 2 s" in last
    assert b"9.12" not in last
    assert code == 0


def _until(descriptor: int, wanted: bytes) -> bytes:
    """Read a terminal until it has shown something; the test's time limit guards it."""
    shown = b""
    while wanted not in shown:
        shown += os.read(descriptor, 65536)
    return shown
