import logging
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge.scanner.source import SourceError
from edge.scanner.video import VideoSource

MakeVideo = Callable[..., Path]


@pytest.mark.parametrize("name", ["clip.mkv", "clip.avi"])
def test_gray_video_comes_out_bit_for_bit_as_one_channel(
    make_video: MakeVideo, gray_frames: NDArray[np.uint8], name: str
) -> None:
    source = VideoSource(make_video(list(gray_frames), name))
    shots = list(source.shots())
    assert [shot.format for shot in shots] == ["gray8"] * 6
    assert all(
        np.array_equal(shot.pixels, frame) for shot, frame in zip(shots, gray_frames, strict=True)
    )


def test_colour_video_comes_out_bit_for_bit_as_bgr(
    make_video: MakeVideo, colour_frames: NDArray[np.uint8]
) -> None:
    shots = list(VideoSource(make_video(list(colour_frames))).shots())
    assert [shot.format for shot in shots] == ["bgr8"] * 6
    assert all(
        np.array_equal(shot.pixels, frame) for shot, frame in zip(shots, colour_frames, strict=True)
    )


def test_times_and_rate_are_those_of_the_container(
    make_video: MakeVideo, gray_frames: NDArray[np.uint8]
) -> None:
    source = VideoSource(make_video(list(gray_frames), fps=12.5))
    assert (source.count, source.fps) == (6, 12.5)
    times_s = [shot.time_s for shot in source.shots()]
    assert times_s == pytest.approx([0.08 * frame for frame in range(6)], abs=0.001)


def test_a_source_can_be_played_again(
    make_video: MakeVideo, gray_frames: NDArray[np.uint8]
) -> None:
    source = VideoSource(make_video(list(gray_frames)))
    assert len(list(source.shots())) == len(list(source.shots())) == source.counted() == 6


@pytest.mark.parametrize(
    ("name", "content"),
    [("notes.txt", b"liver " * 200), ("clip.mp4", b"\0" * 500), ("clip.avi", b"")],
)
def test_a_file_that_is_no_video_is_refused_by_name(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=f"{name}: not a video"):
        VideoSource(tmp_path / name)


def test_a_video_cut_short_plays_what_is_there_and_says_so(
    make_video: MakeVideo, gray_frames: NDArray[np.uint8], caplog: pytest.LogCaptureFixture
) -> None:
    path = make_video(list(gray_frames))
    path.write_bytes(path.read_bytes()[:-9000])
    source = VideoSource(path)
    with caplog.at_level(logging.WARNING):
        played = len(list(source.shots()))
    assert 0 < played < 6
    assert f"announces 6 frames, {played} could be decoded" in caplog.text


def test_the_real_sweep_is_gray_and_equal_to_the_decoder_s_own_gray_output(sweep: Path) -> None:
    path = sweep / "liver_sweep.mkv"
    # Without its conversion to colour, OpenCV hands out the decoder's one-channel picture itself.
    unconverted = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_CONVERT_RGB, 0])
    shots = list(VideoSource(path).shots())
    assert len(shots) == 140
    for shot in shots:
        found, image = unconverted.read()
        assert found
        assert shot.format == "gray8"
        assert shot.pixels.shape == (593, 739)
        assert np.array_equal(shot.pixels, image)
