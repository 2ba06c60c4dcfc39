"""How fast the virtual cohort is drawn, beside work that every machine can be compared by."""

import resource
import time
from collections.abc import Callable
from typing import Any, TypeVar

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.contract.crop import CropSpec, crop
from edge.contract.grading import VIEWS
from edge.scanner.virtual import PRESETS, VirtualClip, draw_subject
from edge.scanner.virtual.grid import LINES, SAMPLES

Result = TypeVar("Result")

SEED = 5
BURST = 12
"""Frames of a clip that are timed in one go."""

WHITE = np.random.default_rng(0).standard_normal((SAMPLES, LINES, 2), dtype=np.float32)


class Rendering(msgspec.Struct, frozen=True, kw_only=True):
    """One preset on one core; medians over clips of both views."""

    preset: str
    clips: int
    setup_s: float
    """From a subject to a clip that can be drawn."""
    frame_ms: float
    """From a frame's number to the network's window."""
    fft_ms: float
    """Beside each clip: one complex FFT there and back over as many samples, and their log."""
    separable_ms: float
    """Beside each clip: one separable blur over as many complex samples, and their log."""
    cpu_share: float
    """Processor time over wall time: below 0.95, other programs were in the way."""

    @property
    def fps(self) -> float:
        """Frames a second on one core."""
        return 1000 / self.frame_ms


def measure_presets(clips: int, tell: Callable[[str, int], None]) -> list[Rendering]:
    """Measure every preset, in turn clip by clip; `tell` hears of each: preset, clips so far."""
    cv2.setNumThreads(1)
    rows: dict[str, list[list[float]]] = {preset: [] for preset in PRESETS}
    for number in range(clips):
        for preset in PRESETS:
            rows[preset].append(_one(preset, number))
            tell(preset, sum(len(found) for found in rows.values()))
    return [_summed_up(preset, found) for preset, found in rows.items()]


def peak_mib() -> float:
    """Most memory that this process has held so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _one(preset: str, number: int) -> list[float]:
    """Set-up, frame, FFT, separable blur (seconds), and share of the processor."""
    cpu, wall = time.process_time(), time.perf_counter()
    subject = draw_subject(preset, SEED, number // 2)
    setup_s, clip = _timed(lambda: VirtualClip(subject, VIEWS[number % 2]))
    frames = min(BURST, clip.count)
    drawn_s, _ = _timed(lambda: [crop(clip.frame(one), CropSpec()) for one in range(frames)])
    fft_s, _ = _timed(_fft)
    blur_s, _ = _timed(_blur)
    share = (time.process_time() - cpu) / (time.perf_counter() - wall)
    return [setup_s, drawn_s / frames, fft_s, blur_s, share]


def _timed(work: Callable[[], Result]) -> tuple[float, Result]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def _fft() -> None:
    samples = WHITE[..., 0] + np.complex64(1j) * WHITE[..., 1]
    _logarithm(np.abs(np.fft.ifft2(np.fft.fft2(samples) * samples)))


def _blur() -> None:
    across, along = (cv2.getGaussianKernel(side, side / 6, cv2.CV_32F) for side in (31, 11))
    real, imaginary = cv2.split(cv2.sepFilter2D(WHITE, -1, across, along))
    _logarithm(np.hypot(real, imaginary))


def _logarithm(amplitude: NDArray[Any]) -> None:
    np.clip(20 * np.log10(amplitude + 1e-9), 0, 255).astype(np.uint8)


def _summed_up(preset: str, found: list[list[float]]) -> Rendering:
    setup_s, frame_s, fft_s, blur_s, share = np.median(np.array(found), axis=0).tolist()
    return Rendering(
        preset=preset,
        clips=len(found),
        setup_s=setup_s,
        frame_ms=frame_s * 1000,
        fft_ms=fft_s * 1000,
        separable_ms=blur_s * 1000,
        cpu_share=share,
    )
