"""True capture times for a source, from a CSV file."""

import csv
import logging
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from edge.scanner.source import Shot, Source, SourceError
from edge.scanner.video import VideoSource

COLUMN = "time_s"

_LOG = logging.getLogger(__name__)


class RetimedSource:
    """A source whose frames come at other times than its own."""

    def __init__(self, source: Source, times_s: Sequence[float], origin: str) -> None:
        """`origin`: the file of the times, for messages; SourceError where the counts differ."""
        count = source.count
        if count != len(times_s) and isinstance(source, VideoSource):
            count = source.counted()
        if count is not None and count != len(times_s):
            raise SourceError(
                f"{origin}: {len(times_s)} times, but {source.name} has {count} frames; "
                "one time for each frame is needed"
            )
        self.name = source.name
        self.count: int | None = len(times_s)
        self._source = source
        self._origin = origin
        self._times_s = [time_s - times_s[0] for time_s in times_s]
        span_s = self._times_s[-1]
        self.fps: float = (len(times_s) - 1) / span_s if span_s > 0 else source.fps

    def shots(self) -> Iterator[Shot]:
        """The source's shots, each at its time in the file."""
        played = 0
        for shot in self._source.shots():
            if played == len(self._times_s):
                raise SourceError(
                    f"{self.name}: gives more frames than the {played} times in {self._origin}"
                )
            yield shot._replace(time_s=self._times_s[played])
            played += 1
        if played < len(self._times_s):
            _LOG.warning(
                "%s: gave %d frames for the %d times in %s",
                self.name,
                played,
                len(self._times_s),
                self._origin,
            )


def read_timestamps(file: Path) -> list[float]:
    """Seconds, never falling, from the column `time_s` or from the only column of a CSV file.

    Raises:
        SourceError: the file cannot be read, or a row of it is no time; says which.
    """
    try:
        with file.open(newline="", encoding="utf-8-sig") as text:
            rows = [row for row in csv.reader(text) if row]
    except OSError as error:
        raise SourceError(f"{file}: cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"{file}: not a CSV file in UTF-8") from error
    column, first = _column(file, rows)
    times_s: list[float] = []
    for number, row in enumerate(rows[first:], first + 1):
        time_s = _time_s(row[column] if column < len(row) else "")
        if time_s is None or (times_s and time_s < times_s[-1]):
            raise SourceError(
                f"{file}: row {number}: {','.join(row)!r} is not a time in seconds at or after "
                "the one before it"
            )
        times_s.append(time_s)
    if not times_s:
        raise SourceError(f"{file}: holds no times; expected a column {COLUMN!r} in seconds")
    return times_s


def _column(file: Path, rows: list[list[str]]) -> tuple[int, int]:
    """Index of the column of times, and of the first row below the header, if there is one."""
    names = [cell.strip() for cell in rows[0]] if rows else []
    if COLUMN in names:
        return names.index(COLUMN), 1
    if len(names) > 1:
        raise SourceError(f"{file}: has {len(names)} columns but none is named {COLUMN!r}")
    return 0, int(bool(names) and _time_s(names[0]) is None)


def _time_s(text: str) -> float | None:
    try:
        time_s = float(text)
    except ValueError:
        return None
    return time_s if math.isfinite(time_s) else None
