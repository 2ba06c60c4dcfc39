"""The fan in real images: a clip of known geometry, and stills with an outline drawn by hand.

The stills' outlines are coarse polygons, with an arc of a few corners, so that an overlap of 1 is
not to be had.
"""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.contract.crop import CropSpec, crop
from edge.fan.detect import Fan
from edge.fan.estimate import FanEstimate
from edge.fan.placing import Placing
from edge.fan.sector import Sector
from edge.fan.shape import fill
from tests.builtin import CROP, Frames, Network
from tests.unit.fan.screens import Gray, ornament

pytestmark = pytest.mark.slow

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SWEEP = DATA / "liver_sweep" / "liver_sweep.mkv"
STILLS = DATA / "liver_stills"

with_sweep = pytest.mark.skipif(
    not SWEEP.is_file(), reason="no real clip here (../shared/data/liver_sweep)"
)
with_stills = pytest.mark.skipif(
    not STILLS.is_dir(), reason="no real stills here (../shared/data/liver_stills)"
)

SWEEP_MM = 0.3148
CENTRE_X, FACE_Y = 369.0, 22.0
INNER_PX, OUTER_PX, HALF_ANGLE_DEG = 161.34, 724.35, 30.28


@pytest.fixture(scope="module")
def sweep() -> list[Gray]:
    capture = cv2.VideoCapture(str(SWEEP))
    frames = []
    while (read := capture.read())[0]:
        frames.append(np.ascontiguousarray(read[1][..., 0], np.uint8))
    return frames


def look(frames: list[Gray]) -> Fan | None:
    estimate = FanEstimate()
    for frame in frames:
        estimate.see(frame)
    return estimate.fan


@with_sweep
@pytest.mark.parametrize("part", [slice(1), slice(8), slice(80, 81), slice(40, 121), slice(None)])
def test_the_sweeps_fan_is_the_scanners(part: slice, sweep: list[Gray]) -> None:
    fan = look(sweep[part])

    assert fan is not None
    sector = fan.shape
    assert isinstance(sector, Sector)
    # At the face, in the middle and at full depth: a tilt would show.
    for radius in (sector.inner_px, 450.0, OUTER_PX):
        assert sector.at(radius, sector.tilt_rad)[0] == pytest.approx(CENTRE_X, abs=3)
    assert sector.apex_y + sector.inner_px == pytest.approx(FACE_Y, abs=3)
    assert sector.inner_px == pytest.approx(INNER_PX, rel=0.02)
    assert sector.outer_px == pytest.approx(OUTER_PX, rel=0.02)
    assert np.rad2deg(sector.half_angle_rad) == pytest.approx(HALF_ANGLE_DEG, abs=1)


@with_sweep
def test_the_sweeps_scale_follows_from_its_fan(sweep: list[Gray]) -> None:
    placing = Placing(CROP)

    placed = [placing.cut(frame, None) for frame in sweep[:8]][-1]

    assert placed.scale == "fan"
    # The probe's face has a radius of 50.8 mm; 55 are assumed.
    assert placed.fan is not None
    assert 55 / placed.fan.shape.vector()[4] == pytest.approx(SWEEP_MM * 55 / 50.8, rel=0.02)


@with_sweep
def test_off_the_frames_middle_the_window_in_the_fan_reads_as_before_and_the_centred_one_does_not(
    sweep: list[Gray],
) -> None:
    network = Network("AR")
    by_fan = CropSpec(CROP.size, CROP.mm_per_px, "fan")
    spacing_mm = (SWEEP_MM, SWEEP_MM)
    liver = sweep[40:121:4]
    # By 50 mm: by 38 mm, a network that learned from windows at the fan's edge reads only 4 % more.
    moved = [cv2.copyMakeBorder(frame, 0, 0, 320, 0, cv2.BORDER_CONSTANT) for frame in liver]

    def windows(spec: CropSpec, frames: list[Gray]) -> Frames:
        placing = Placing(spec)
        cut = [placing.cut(np.asarray(frame, np.uint8), spacing_mm).window for frame in frames]
        return np.stack(cut)

    before = network(windows(by_fan, liver))
    assert network(windows(by_fan, moved)) == pytest.approx(before, abs=0.5)
    assert np.median(network(windows(CROP, liver))) == pytest.approx(np.median(before), abs=1.5)
    assert np.median(network(windows(CROP, moved))) > np.median(before) + 5


def still(number: int) -> tuple[Gray, Gray]:
    """A still and the mask of its outline."""
    image = cv2.imread(str(STILLS / "image" / f"{number}.jpg"), cv2.IMREAD_GRAYSCALE)
    gray = np.asarray(image, np.uint8)
    corners = json.loads((STILLS / "outline" / f"{number}.json").read_text())
    return gray, fill(np.array(corners, float), gray.shape)


def numbers() -> list[int]:
    return sorted(int(path.stem) for path in (STILLS / "image").glob("*.jpg"))


def overlap(gray: Gray, outlined: Gray) -> float:
    """Intersection over union of what is found with what is outlined; 0 where nothing is."""
    fan = look([gray])
    if fan is None:
        return 0.0
    found = fill(fan.polygon(), gray.shape)
    return float(np.count_nonzero(found & outlined) / np.count_nonzero(found | outlined))


@with_stills
@pytest.mark.parametrize("dressed", [False, True], ids=["as they are", "with text, bars and ECG"])
def test_the_stills_fans_are_those_outlined_by_hand(dressed: bool) -> None:
    overlaps = {}
    for number in numbers():
        gray, outlined = still(number)
        overlaps[number] = overlap(ornament(gray) if dressed else gray, outlined)

    assert np.median(list(overlaps.values())) >= 0.95, overlaps
    assert min(overlaps.values()) >= 0.90, overlaps


@with_stills
@pytest.mark.parametrize("scale", [0.5, 0.7, 1.7])
def test_resolution_does_not_matter(scale: float) -> None:
    overlaps = []
    for number in numbers():
        gray, outlined = still(number)
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        resized = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=method)
        size = (resized.shape[1], resized.shape[0])
        mask = cv2.resize(outlined, size, interpolation=cv2.INTER_NEAREST)
        overlaps.append(overlap(np.asarray(resized, np.uint8), np.asarray(mask, np.uint8)))

    assert np.median(overlaps) >= 0.95
    assert min(overlaps) >= 0.90


@with_stills
def test_the_control_overlaps_of_the_frames_middle_are_poor() -> None:
    """A fan of the usual shape in each frame's middle would not do."""
    overlaps = []
    for number in numbers():
        gray, outlined = still(number)
        height, width = gray.shape
        usual = Sector((width - 1) / 2, -0.1 * height, -0.56, 0.56, 0.25 * height, 0.98 * height)
        mask = fill(usual.outline(64), gray.shape)
        overlaps.append(np.count_nonzero(mask & outlined) / np.count_nonzero(mask | outlined))

    assert np.median(overlaps) < 0.9


@with_stills
def test_the_window_is_put_where_the_stills_fan_is_not_where_their_frames_middle_is() -> None:
    """Seen through the window: more of the fan's echoes than the centred crop has."""
    by_fan = CropSpec(CROP.size, CROP.mm_per_px, "fan")
    gained = []
    for number in numbers():
        gray, outlined = still(number)
        placed = Placing(by_fan).cut(gray, None)
        if placed.scale != "fan" or placed.fan is None:
            continue
        inner_px = placed.fan.shape.vector()[4]
        spacing_mm = (55 / inner_px, 55 / inner_px)
        shares = [
            np.count_nonzero(crop(outlined, CROP, spacing_mm, middle))
            for middle in (placed.fan.middle, None)
        ]
        gained.append(shares[0] / shares[1])

    assert len(gained) >= 15
    assert np.median(gained) > 1.02
    assert min(gained) > 0.97
