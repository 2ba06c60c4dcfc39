import json
import logging
import sys
from pathlib import Path

import pytest

from edge.log import LogFileError, OncePerSecond
from edge.log.formats import JsonFormatter, TextFormatter, describe
from edge.log.output import _file_handler

TEXT, JSON = TextFormatter(), JsonFormatter()


def record(message: str, name: str = "edge.daemon", value: object = "x") -> logging.LogRecord:
    made = logging.LogRecord(name, logging.WARNING, "/a/there.py", 7, message, (value,), None)
    made.created = 1_767_225_600.25
    return made


def limit(times_s: list[float]) -> OncePerSecond:
    """A limit whose clock reads these times in turn."""
    return OncePerSecond(clock_s=iter(times_s).__next__)


def test_a_kind_of_line_passes_once_a_second_and_tells_how_many_were_left_out() -> None:
    once = limit([100 + 0.1 * index for index in range(12)])
    records = [record("refused: %s") for _ in range(12)]

    passed = [TEXT.format(item) for item in records if once.filter(item)]

    assert [line.partition("edge.daemon: ")[2] for line in passed] == [
        "refused: x",
        "refused: x (9 more like it left out)",
    ]
    assert (once.passed["warning"], once.suppressed["warning"]) == (2, 10)


def test_another_kind_of_line_is_not_held_back() -> None:
    once = limit([0, 0])

    assert once.filter(record("one %s"))
    assert once.filter(record("other %s"))


def test_a_kind_that_keeps_coming_is_told_less_and_less_often() -> None:
    once = limit([0.1 * index for index in range(6001)])

    passed_s = [0.1 * index for index in range(6001) if once.filter(record("refused: %s"))]

    assert passed_s == pytest.approx([0, 1, 3, 7, 15, 31, 63, *range(123, 600, 60)], abs=0.11)


def test_after_a_quiet_while_it_is_told_at_once_again() -> None:
    once = limit([0, 0.5, 1, 3, 4])

    passed = [once.filter(record("refused: %s")) for _ in range(5)]

    assert passed == [True, False, True, True, True]


def test_a_wall_clock_set_back_by_an_hour_silences_nothing() -> None:
    once = limit([10, 12])
    late, early = record("refused: %s"), record("refused: %s")
    early.created -= 3600

    assert [once.filter(late), once.filter(early)] == [True, True]


def test_a_line_for_people() -> None:
    assert TEXT.format(record("refused: %s")) == (
        "2026-01-01T00:00:00.250Z WARNING edge.daemon: refused: x"
    )


def test_a_line_for_machines() -> None:
    once, item = limit([0]), record("refused: %s")
    once.filter(item)

    assert json.loads(JSON.format(item)) == {
        "ts": "2026-01-01T00:00:00.250Z",
        "level": "warning",
        "logger": "edge.daemon",
        "message": "refused: x",
        "kind": "refused: %s",
        "left_out": 0,
    }


@pytest.mark.parametrize("formatter", [TEXT, JSON])
def test_a_line_stays_one_line_whatever_it_says(formatter: logging.Formatter) -> None:
    line = formatter.format(record("said %s", value="a\nforged: line\r\x1b[2J\u2028b"))

    assert len(line.splitlines()) == 1
    assert "\x1b" not in line
    assert "forged: line" in line


@pytest.mark.parametrize("formatter", [TEXT, JSON])
def test_what_a_library_says_is_not_repeated_only_where_it_said_it(
    formatter: logging.Formatter,
) -> None:
    line = formatter.format(record("Task exception: %s", "asyncio", "DOE^JANE"))

    assert "DOE" not in line
    assert "there.py:7" in line


def _raise(text: str) -> None:
    raise ValueError(text)


def test_an_exception_is_told_by_type_and_our_own_frames_without_its_text() -> None:
    try:
        TEXT.format(record("%s %s %s"))  # two values are missing
    except TypeError:
        kind, error, trace = sys.exc_info()
    assert kind is not None

    told = describe(kind, error, trace)

    assert told.startswith("TypeError < edge/log/formats.py:")
    assert "not enough arguments" not in told
    assert "test_log" not in told


@pytest.mark.parametrize("formatter", [TEXT, JSON])
def test_a_logged_exception_does_not_tell_what_it_says(formatter: logging.Formatter) -> None:
    item = record("failed: %s")
    try:
        _raise("DOE^JANE")
    except ValueError:
        item.exc_info = sys.exc_info()  # type: ignore[assignment]

    line = formatter.format(item)

    assert "ValueError" in line
    assert "DOE" not in line


def test_a_log_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "edge.log"

    _file_handler(path).close()

    assert path.stat().st_mode & 0o777 == 0o600


def test_a_log_file_that_cannot_be_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(LogFileError, match=r"log_file: .*/file/edge.log: cannot be .*set log_file"):
        _file_handler(tmp_path / "file" / "edge.log")
