"""What scanners write around the fan: text, a gray bar, depth ticks. None of it knows the fat."""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.scanner.virtual.scan_conversion import Gray, Screen

INK = 170
WORDS = ("ABD", "C5-1", "MI 1.2", "TIs 0.7", "Gen", "P 90%", "XRES 4", "Gn 52", "232dB/C4", "HAR")


def draw_background(screen: Screen, ornament: int, rng: np.random.Generator) -> Gray:
    """Black frame (height, width) with a scanner's writing; `ornament` 0 is plain black."""
    frame = np.zeros((screen.height, screen.width), np.uint8)
    if ornament:
        _add_text(frame, rng, scale=screen.height / 960)
        _add_ticks(frame, screen, right=ornament != 2)
    if ornament > 1:
        _add_gray_bar(frame, left=ornament == 2)
    return frame


def _add_text(frame: Gray, rng: np.random.Generator, scale: float) -> None:
    """Settings down the left margin, a date in the top right corner."""
    line_px = max(11, round(26 * scale))
    size = line_px / 36
    for row, word in enumerate(rng.permutation(WORDS)[: int(rng.integers(3, 9))], start=3):
        _write(frame, str(word), (6, row * line_px), size)
    day, month, year = (int(x) for x in rng.integers((1, 1, 2012), (29, 13, 2025)))
    date = (
        f"{day:02d}/{month:02d}/{year} {int(rng.integers(8, 19)):02d}:{int(rng.integers(60)):02d}"
    )
    _write(frame, date, (frame.shape[1] - round(len(date) * line_px * 0.55), line_px), size)


def _write(frame: Gray, text: str, at: tuple[int, int], size: float) -> None:
    cv2.putText(frame, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, INK, 1, cv2.LINE_AA)


def _add_ticks(frame: Gray, screen: Screen, *, right: bool) -> None:
    """A tick each centimetre down one side."""
    column = frame.shape[1] - 12 if right else 12
    top = screen.window[0].start
    for number in range(int((screen.window[0].stop - top) * screen.mm_per_px / 10) + 1):
        row = round(top + number * 10 / screen.mm_per_px)
        length = 8 if number % 5 == 0 else 4
        cv2.line(frame, (column, row), (column + length, row), INK, 1)


def _add_gray_bar(frame: Gray, *, left: bool) -> None:
    """The gray map, white on top."""
    height, width = frame.shape
    ramp: NDArray[np.uint8] = np.linspace(255, 0, height // 3).astype(np.uint8)[:, None]
    column = 30 if left else width - 40
    frame[height // 8 : height // 8 + len(ramp), column : column + 10] = ramp
