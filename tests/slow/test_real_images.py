"""What the built-in AR network makes of real livers, at the right scale and 10 % off it.

The clip is of a healthy volunteer; of the stills nobody knows the fat, but nine of them look like
AR views of livers without signs of much. This proves that the network does not take real scanners'
pictures for fatty livers; it proves nothing about accuracy.
"""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge.contract.crop import crop
from tests.builtin import CROP, Frames, Network

pytestmark = pytest.mark.slow

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SWEEP = DATA / "liver_sweep" / "liver_sweep.mkv"
STILLS = DATA / "liver_stills"

SWEEP_MM = 0.3148
LIVER_FRAMES = slice(40, 121)
"""Of the sweep: liver, vessels and diaphragm; before them contact is poor."""

AR_STILLS = (10, 14, 16, 19, 25, 27, 41, 50, 53)
PROBE_MM = (50.0, 55.0, 60.0)
"""Inner radius of convex abdominal probes, from which a still's scale follows."""

LEAN_PCT, MUCH_PCT = 6.0, 10.0


@pytest.fixture(scope="module")
def network() -> Network:
    return Network("AR")


def sweep(mm_per_px: float) -> Frames:
    """The sweep's liver frames as the network sees them at that scale."""
    capture = cv2.VideoCapture(str(SWEEP))
    frames = []
    while (read := capture.read())[0]:
        frames.append(np.asarray(read[1][..., 0], np.uint8))
    windows = [crop(frame, CROP, (mm_per_px, mm_per_px)) for frame in frames[LIVER_FRAMES]]
    return np.stack(windows)


@pytest.mark.skipif(not SWEEP.is_file(), reason="no real clip here (../shared/data/liver_sweep)")
@pytest.mark.parametrize("off", [0.9, 1.0, 1.1])
def test_a_healthy_volunteers_liver_is_read_as_lean_though_the_scale_be_ten_percent_off(
    off: float, network: Network
) -> None:
    assert np.median(network(sweep(SWEEP_MM * off))) <= LEAN_PCT


@pytest.mark.skipif(not SWEEP.is_file(), reason="no real clip here (../shared/data/liver_sweep)")
@pytest.mark.parametrize("fat_pct", [10, 20, 30, 40])
def test_dimmed_with_depth_as_fat_would_dim_it_the_same_liver_is_read_as_fatty(
    fat_pct: int, network: Network
) -> None:
    """The control: a network that called every real picture lean would pass the others."""
    windows = sweep(SWEEP_MM)
    rows_cm = np.arange(CROP.size, dtype=np.float32)[:, np.newaxis] * (CROP.mm_per_px or 0.4) / 10
    # 30 % of fat take 2 x 3.5 MHz x 0.012 x 30 dB/cm more; 60 dB are 255 gray levels.
    lost = 2 * 3.5 * 0.012 * fat_pct * np.maximum(rows_cm - 3, 0) * 255 / 60
    dimmed = np.clip(windows - lost, 0, 255).astype(np.uint8)
    more = np.median(network(dimmed)) - np.median(network(windows))
    assert fat_pct / 2 < more < 1.5 * fat_pct


def face_radius_px(image: NDArray[np.uint8], outline: NDArray[np.float64]) -> float:
    """Distance of the probe's face from the fan's apex: where the picture begins."""
    x, y = _apex(outline)
    radius = np.arange(40, 260, 0.5, dtype=np.float32)[:, np.newaxis]
    angle = np.deg2rad(np.linspace(-12, 12, 49, dtype=np.float32))
    columns = (x + radius * np.sin(angle)).astype(np.float32)
    rows = (y + radius * np.cos(angle)).astype(np.float32)
    profile = cv2.remap(image, columns, rows, cv2.INTER_LINEAR).mean(axis=1)
    return float(radius[np.flatnonzero(profile > 0.45 * profile.max())[0], 0])


def _apex(outline: NDArray[np.float64]) -> tuple[float, float]:
    """Where the two straight sides of an outline (n, 2) would meet."""
    starts, ends = outline, np.roll(outline, -1, axis=0)
    steps = ends - starts
    slant = np.rad2deg(np.arctan2(np.abs(steps[:, 0]), np.abs(steps[:, 1])))
    length = np.hypot(*steps.T) * ((slant > 15) & (slant < 50))
    left = (starts + ends)[:, 0] / 2 < outline[:, 0].mean()
    sides = [int(np.argmax(length * side)) for side in (left, ~left)]
    directions = np.column_stack((steps[sides[0]], -steps[sides[1]]))
    share = np.linalg.solve(directions, starts[sides[1]] - starts[sides[0]])[0]
    apex = starts[sides[0]] + share * steps[sides[0]]
    return float(apex[0]), float(apex[1])


def still(number: int, probe_mm: float) -> NDArray[np.uint8]:
    """A still as the network sees it, if the radius of the probe's face is that."""
    image = cv2.imread(str(STILLS / "image" / f"{number}.jpg"), cv2.IMREAD_GRAYSCALE)
    outline = np.array(json.loads((STILLS / "outline" / f"{number}.json").read_text()), float)
    gray = np.asarray(image, np.uint8)
    mm_per_px = probe_mm / face_radius_px(gray, outline)
    return crop(gray, CROP, (mm_per_px, mm_per_px))


@pytest.mark.skipif(not STILLS.is_dir(), reason="no real stills here (../shared/data/liver_stills)")
@pytest.mark.parametrize("probe_mm", PROBE_MM)
def test_seven_of_nine_real_stills_are_not_read_as_very_fatty(
    probe_mm: float, network: Network
) -> None:
    windows = [still(number, probe_mm) for number in AR_STILLS]
    assert (network(np.stack(windows)) <= MUCH_PCT).sum() >= 7
