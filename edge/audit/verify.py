"""Reads a trail and finds what was edited, removed or cut off."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge.audit.chain import fields_of, follows, take_apart
from edge.audit.events import Event
from edge.audit.head import Head, read_head
from edge.audit.lock import locked
from edge.audit.trail import FOLDER, KEY, AuditError, files, lines, number_of, read_key

MAX_PROBLEMS = 20


@dataclass
class Report:
    """What a trail is found to be. `problems`: in words, the first MAX_PROBLEMS of them."""

    records: int = 0
    first: int = 1
    last: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether nothing is missing or edited."""
        return not self.problems

    def add(self, problem: str) -> None:
        """Note a problem."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)


def verify(state: Path) -> Report:
    """Check every record of the trail in the state folder.

    Raises:
        AuditError: there is none, or it cannot be read.
    """
    folder = state / FOLDER
    if not folder.is_dir():
        raise AuditError(f"{folder}: there is no audit trail yet; the daemon begins one")
    try:
        with locked(folder):
            return _verify(folder)
    except OSError as error:
        raise AuditError(
            f"{folder}: cannot be read: {error.strerror or error}; run as its owner"
        ) from error


def records(state: Path) -> Iterator[dict[str, Any]]:
    """Every record as it stands, without a check; what is none is left out."""
    for _, _, line in lines(files(state / FOLDER)):
        if (sealed := take_apart(line)) and (found := fields_of(sealed)):
            yield found


def last(state: Path, event: Event) -> dict[str, Any] | None:
    """The newest record of an event, without a check; None where there is none to be read."""
    folder = state / FOLDER
    with suppress(OSError):
        for path in reversed(files(folder)):
            for _, _, line in reversed(list(lines([path]))):
                sealed = take_apart(line)
                if sealed and (found := fields_of(sealed)).get("event") == event:
                    return found
    return None


def _verify(folder: Path) -> Report:
    report = Report()
    if not (folder / KEY).exists():
        report.add(f"{folder / KEY}: is missing, so nothing can be verified")
        return report
    key = read_key(folder / KEY)
    head = read_head(folder, key)
    if head is None:
        report.add(f"{folder}/head.json: is missing or was edited, so the end cannot be known")
    _walk(folder, key, head or _guess(folder), report)
    if head is not None:
        _check_end(report, head)
    return report


def _guess(folder: Path) -> Head:
    present = files(folder)
    return Head(first=number_of(present[0]) if present else 1)


def _walk(folder: Path, key: bytes, head: Head, report: Report) -> None:
    before, number = head.anchor, head.first
    report.first = head.first
    present = [path for path in files(folder) if number_of(path) >= head.first]
    for path, line_number, line in lines(present):
        sealed = take_apart(line)
        place = f"{path.name}, line {line_number}"
        if sealed is None:
            report.add(f"{place}: not a record")
            continue
        if not follows(key, before, sealed):
            report.add(f"{place}: was edited, or what stood before it is missing")
        elif fields_of(sealed).get("n") != number:
            report.add(f"{place}: not record {number}")
        with suppress(TypeError, ValueError):
            number = int(fields_of(sealed).get("n", number))
        report.records, report.last = report.records + 1, number
        before, number = sealed.mac, number + 1


def _check_end(report: Report, head: Head) -> None:
    """One record more than the head knows was written just before a crash; it fits the chain."""
    if report.last < head.count:
        missing = head.count - report.last
        report.add(f"the last {missing} of {head.count} records are missing")
    elif report.last > head.count + 1:
        report.add(f"{report.last - head.count} records more than the head knows of")
