from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge.scanner.dicom.source import DicomSource
from edge.scanner.images import ImageSource
from edge.scanner.opening import open_source
from edge.scanner.source import SourceError
from edge.scanner.video import VideoSource
from edge.scanner.virtual_source import VirtualSource

Frames = NDArray[np.uint8]


def test_a_source_is_known_by_what_it_is(
    make_video: Callable[..., Path], gray_frames: Frames, tmp_path: Path
) -> None:
    (tmp_path / "stills").mkdir()
    still = tmp_path / "stills" / "1.PNG"
    cv2.imwrite(str(still), gray_frames[0])
    assert isinstance(open_source(str(make_video(list(gray_frames)))), VideoSource)
    assert isinstance(open_source(str(still)), ImageSource)
    assert isinstance(open_source(str(still.parent)), ImageSource)
    assert isinstance(open_source("virtual:frames=1"), VirtualSource)


def test_dicom_is_known_by_its_mark_whatever_its_name(
    make_dicom: Callable[..., Path], gray_frames: Frames
) -> None:
    path = make_dicom(gray_frames)
    path = path.rename(path.with_name("IM_0001"))
    assert isinstance(open_source(str(path)), DicomSource)


def test_what_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.mkv: not found"):
        open_source(str(tmp_path / "none.mkv"))
    with pytest.raises(SourceError, match="holds no image"):
        open_source(str(tmp_path))


def test_a_tiny_or_empty_file_is_refused_as_no_video(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(SourceError, match="empty: not a video"):
        open_source(str(tmp_path / "empty"))
