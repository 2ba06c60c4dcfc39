"""Video files as sources."""

import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from edge.scanner.source import NOMINAL_FPS, Pixels, Shot, SourceError, check_sides, plain

_LOG = logging.getLogger(__name__)

# FFmpeg plays plain text as terminal art; no scanner makes such films.
_TEXT_CODEC = int.from_bytes(b"ansi", "little")


class VideoSource:
    """A video file, each frame at the time that its container gives it.

    A gray file comes out as gray8: OpenCV widens 8-bit gray to three equal channels without
    changing a value, and `plain` takes one of them back.
    """

    def __init__(self, path: Path) -> None:
        """Read the first frame; SourceError where the file is no video."""
        self.name = str(path)
        self._path = path
        with self._opened() as capture:
            fps = capture.get(cv2.CAP_PROP_FPS)
            count = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
            found, image = capture.read()
        if not found:
            raise SourceError(f"{self.name}: holds no picture that can be decoded")
        check_sides(self.name, image.shape[1], image.shape[0])
        self.count: int | None = count if count > 0 else None
        self.fps: float = fps if math.isfinite(fps) and 0 < fps <= 1000 else NOMINAL_FPS

    def shots(self) -> Iterator[Shot]:
        """Every frame of the file; a file cut short ends early, with a warning."""
        played = 0
        for image, time_s in self._frames():
            pixels, form = plain(image)
            yield Shot(pixels, form, time_s)
            played += 1
        if self.count is not None and played < self.count:
            _LOG.warning(
                "%s: its container announces %d frames, %d could be decoded",
                self.name,
                self.count,
                played,
            )

    def counted(self) -> int:
        """Frames found by going through the whole file; the container's own count is a claim."""
        with self._opened() as capture:
            frames = 0
            while capture.grab():
                frames += 1
        return frames

    def _frames(self) -> Iterator[tuple[Pixels, float]]:
        """Decoded images with seconds since the first; where a container's time stands still or
        falls, the nominal rate goes on from the last good time.
        """
        with self._opened() as capture:
            start_s = last_s = -math.inf
            while True:
                found, image = capture.read()
                if not found:
                    return
                stamp_s = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
                if start_s == -math.inf:
                    start_s, last_s = stamp_s, 0.0
                elif stamp_s - start_s > last_s:
                    last_s = stamp_s - start_s
                else:
                    last_s += 1 / self.fps
                yield np.asarray(image, np.uint8), last_s

    @contextmanager
    def _opened(self) -> Iterator[cv2.VideoCapture]:
        # FFmpeg alone: the other backends would take a numbered file name for a pattern.
        capture = cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG)
        try:
            if not capture.isOpened() or int(capture.get(cv2.CAP_PROP_FOURCC)) == _TEXT_CODEC:
                raise SourceError(
                    f"{self.name}: not a video that can be decoded; a source is a video file, "
                    "an image, a folder of images, a DICOM file or virtual:..."
                )
            yield capture
        finally:
            capture.release()
