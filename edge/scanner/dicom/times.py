"""When each frame of a DICOM clip was taken."""

import logging
import math
from itertools import accumulate
from typing import TYPE_CHECKING

from edge.scanner.source import NOMINAL_FPS

if TYPE_CHECKING:
    from pydicom import Dataset

_LOG = logging.getLogger(__name__)

FPS = (1 / 60, 1000.0)
"""Frame rates that are believed, exclusive."""


def frame_times(header: "Dataset", count: int, name: str) -> tuple[list[float], float]:
    """Seconds since the first frame for each of `count` frames, and the nominal frames per second.

    The first of these that is sane counts: FrameTimeVector (ms since the frame before), FrameTime
    (ms), CineRate, RecommendedDisplayFrameRate (1/s); DICOM PS3.3 C.7.6.5. Else NOMINAL_FPS.
    """
    times_s = _from_vector(header, count, name)
    if times_s:
        return times_s, (count - 1) / times_s[-1]
    fps = _rate(header)
    if fps is None:
        fps = NOMINAL_FPS
        if count > 1:
            _LOG.warning("%s: gives no frame times; played at %g frames/s", name, fps)
    return [frame / fps for frame in range(count)], fps


def _from_vector(header: "Dataset", count: int, name: str) -> list[float] | None:
    values = _numbers(header, "FrameTimeVector")
    if not values or count < 2:
        return None
    steps_ms = values[1:]
    span_ms = sum(steps_ms)
    if len(values) == count and min(steps_ms) >= 0 and _believed((count - 1) * 1000, span_ms):
        return [step_ms / 1000 for step_ms in accumulate(steps_ms, initial=0.0)]
    _LOG.warning(
        "%s: its FrameTimeVector (%d values for %d frames) is not used: one increment in ms, "
        ">= 0, is needed for each frame",
        name,
        len(values),
        count,
    )
    return None


def _rate(header: "Dataset") -> float | None:
    """Frames per second of the first rate tag that can be believed."""
    for tag, per_second in (
        ("FrameTime", False),
        ("CineRate", True),
        ("RecommendedDisplayFrameRate", True),
    ):
        values = _numbers(header, tag)
        if not values:
            continue
        up, down = (values[0], 1.0) if per_second else (1000.0, values[0])
        if _believed(up, down):
            return up / down
    return None


def _believed(frames: float, seconds: float) -> bool:
    return seconds > 0 and FPS[0] < frames / seconds < FPS[1]


def _numbers(header: "Dataset", tag: str) -> list[float]:
    """Values of a tag as floats; none where it is absent, empty or holds what is not finite."""
    value = header.get(tag)
    if value is None or value == "":
        return []
    values = [float(part) for part in ([value] if _single(value) else value)]
    return values if all(map(math.isfinite, values)) else []


def _single(value: object) -> bool:
    return isinstance(value, str | int | float)
