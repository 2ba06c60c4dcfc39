from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from edge.scanner.source import Shot, SourceError
from edge.scanner.timestamps import RetimedSource, read_timestamps


class Frames:
    """A source of `count` frames that announces `announced`."""

    name, fps = "frames", 30.0

    def __init__(self, count: int, announced: int | None) -> None:
        self.count = announced
        self._count = count

    def shots(self) -> Iterator[Shot]:
        for frame in range(self._count):
            yield Shot(np.full((16, 16), frame, np.uint8), "gray8", frame / self.fps)


def table(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "times.csv"
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    "text",
    [
        "frame,time_s\n0,1.5\n1,1.75\n2,3\n",
        "time_s\n1.5\n1.75\n3\n",
        "1.5\n1.75\n3\n",
        "\ufefftime_s,note\r\n1.5,a\r\n1.75,b\r\n\r\n3,c\r\n",
    ],
)
def test_times_are_read_with_or_without_a_header(tmp_path: Path, text: str) -> None:
    assert read_timestamps(table(tmp_path, text)) == [1.5, 1.75, 3.0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no times"),
        ("time_s\n", "holds no times"),
        ("frame,seconds\n0,1\n", "2 columns but none is named 'time_s'"),
        ("time_s\n1\nx\n", "row 3: 'x'"),
        ("time_s\n1\nnan\n", "row 3: 'nan'"),
        ("time_s\n2\n1\n", "row 3: '1' is not a time in seconds at or after"),
        ("frame,time_s\n0,1\n1\n", "row 3: '1'"),
    ],
)
def test_what_is_no_time_is_refused_with_its_row(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SourceError, match=f"times.csv: .*{said}"):
        read_timestamps(table(tmp_path, text))


def test_a_missing_or_binary_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none.csv: cannot be read \(No such file"):
        read_timestamps(tmp_path / "none.csv")
    (tmp_path / "times.csv").write_bytes(b"\xff\xfe\x80\x81")
    with pytest.raises(SourceError, match=r"times\.csv: not a CSV file"):
        read_timestamps(tmp_path / "times.csv")


def test_frames_take_their_times_from_the_file_counted_from_the_first() -> None:
    source = RetimedSource(Frames(3, 3), [1.5, 1.75, 3.5], "times.csv")
    assert [shot.time_s for shot in source.shots()] == [0.0, 0.25, 2.0]
    assert (source.count, source.fps) == (3, 1.0)


def test_other_counts_are_refused_with_both_numbers() -> None:
    with pytest.raises(SourceError, match=r"times\.csv: 2 times, but frames has 3 frames"):
        RetimedSource(Frames(3, 3), [0.0, 1.0], "times.csv")


def test_a_source_that_gives_more_than_it_announced_breaks_off() -> None:
    source = RetimedSource(Frames(3, None), [0.0, 1.0], "times.csv")
    with pytest.raises(SourceError, match="more frames than the 2 times"):
        list(source.shots())


def test_a_source_that_gives_less_says_so(caplog: pytest.LogCaptureFixture) -> None:
    assert len(list(RetimedSource(Frames(1, None), [0.0, 1.0], "times.csv").shots())) == 1
    assert "gave 1 frames for the 2 times" in caplog.text


def test_the_real_sweep_has_as_many_times_as_frames(sweep: Path) -> None:
    times_s = read_timestamps(sweep / "liver_sweep_timestamps.csv")
    assert len(times_s) == 140
    assert 1 / 22 > float(np.mean(np.diff(times_s))) > 1 / 24
