from typing import Any

import pytest

from edge.scanner.dicom.times import frame_times

pydicom = pytest.importorskip("pydicom", reason="needs the extra `dicom`")


def header(**tags: Any) -> Any:
    dataset = pydicom.Dataset()
    for tag, value in tags.items():
        setattr(dataset, tag, value)
    return dataset


def test_a_vector_gives_each_frame_its_own_time() -> None:
    times_s, fps = frame_times(header(FrameTimeVector=[0, 20, 60], FrameTime=1000), 3, "x")
    assert times_s == pytest.approx([0, 0.02, 0.08])
    assert fps == pytest.approx(25)


@pytest.mark.parametrize(
    ("tags", "fps"),
    [
        ({"FrameTime": "33.333", "CineRate": "10"}, 1000 / 33.333),
        ({"CineRate": "10", "RecommendedDisplayFrameRate": "20"}, 10),
        ({"RecommendedDisplayFrameRate": "20"}, 20),
        ({"FrameTime": "0", "CineRate": "10"}, 10),
        ({"FrameTime": "-5", "CineRate": None, "RecommendedDisplayFrameRate": "20"}, 20),
    ],
)
def test_the_first_sane_rate_counts(tags: dict[str, Any], fps: float) -> None:
    times_s, found = frame_times(header(**tags), 3, "x")
    assert found == pytest.approx(fps)
    assert times_s == pytest.approx([0, 1 / fps, 2 / fps])


@pytest.mark.parametrize(
    "vector", [[0, 20], [0, 20, -1], [0, 0, 0], [0, 1e9, 1e9], [0, 20, 20, 20]]
)
def test_a_vector_that_is_not_sane_is_said_and_passed_over(
    vector: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    _, fps = frame_times(header(FrameTimeVector=vector, CineRate="12"), 3, "clip.dcm")
    assert fps == 12
    assert "clip.dcm: its FrameTimeVector" in caplog.text


def test_without_times_a_clip_plays_at_thirty_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert frame_times(header(), 2, "clip.dcm") == ([0, 1 / 30], 30)
    assert "clip.dcm: gives no frame times; played at 30" in caplog.text


def test_a_still_needs_no_times(caplog: pytest.LogCaptureFixture) -> None:
    assert frame_times(header(FrameTimeVector=[0]), 1, "x") == ([0], 30)
    assert not caplog.records
