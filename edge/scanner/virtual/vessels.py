"""Vessels of the liver: tapering tubes that branch, cut by the image plane.

Portal veins and their small branches have bright walls, hepatic veins have none. The walls' level
is absolute: they show in a lean liver and drown in a fatty one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.scanner.virtual.biology import BLOOD_ATTENUATION, Biology
from edge.scanner.virtual.grid import Field
from edge.scanner.virtual.tissue import Tissue, from_db

PIXEL_MM = 0.25
SECTION_MM = 1.2
"""Between the sections that a clip moves through."""

STEP_MM = 2.0

Points = NDArray[Any]


@dataclass(frozen=True)
class Tube:
    """A vessel: centre line (n, 2) x, y in mm; radius and distance from the image plane (n,)."""

    points: Points
    radius_mm: Points
    off_plane_mm: Points
    wall_mm: float
    """Thickness of its bright wall; 0 for none."""


@dataclass(frozen=True)
class Cut:
    """Where lumens and walls lie in one section: 0 to 1, on the places that were asked for."""

    lumen: Field
    wall: Field


def grow(
    root: tuple[float, float],
    heading_rad: float,
    radius_mm: float,
    wall_mm: float,
    rng: np.random.Generator,
) -> list[Tube]:
    """A tube and its branches, thinner with every fork, down to 0.7 mm."""
    trunk, headings = _tube(root, heading_rad, radius_mm, wall_mm, rng)
    tubes = [trunk]
    if radius_mm < 1.1:
        return tubes
    for side in (-1, 1):
        at = int(rng.uniform(0.35, 1.0) * (len(headings) - 1))
        turn = side * float(rng.uniform(0.35, 0.9))
        child_mm = float(trunk.radius_mm[at]) * float(rng.uniform(0.55, 0.85))
        if child_mm >= 0.7:
            fork = (float(trunk.points[at, 0]), float(trunk.points[at, 1]))
            tubes += grow(fork, float(headings[at]) + turn, child_mm, wall_mm * 0.9, rng)
    return tubes


def _tube(
    root: tuple[float, float],
    heading_rad: float,
    radius_mm: float,
    wall_mm: float,
    rng: np.random.Generator,
) -> tuple[Tube, Points]:
    """One bending, uneven, narrowing tube, and its heading at each point."""
    length_mm = float(rng.uniform(10, 16)) * radius_mm + 6
    count = max(3, int(length_mm / STEP_MM))
    bends = np.cumsum(rng.normal(0, 0.05, count)) + np.linspace(0, rng.normal(0, 0.3), count)
    headings = heading_rad + bends
    steps = STEP_MM * np.column_stack((np.cos(headings), np.sin(headings)))
    points = np.array(root) + np.cumsum(steps, axis=0) - steps[0]
    uneven = 1 + 0.08 * np.convolve(rng.standard_normal(count + 2), (0.4, 0.8, 0.4), "valid")
    radii = radius_mm * np.linspace(1, 0.62, count) * uneven
    start_mm, slope = rng.normal(0, 0.35 * radius_mm), rng.normal(0, 0.06)
    off_plane = start_mm + slope * STEP_MM * np.arange(count)
    return Tube(points, radii, off_plane, wall_mm), headings


def short_pieces(
    count: int,
    x_mm: tuple[float, float],
    y_mm: tuple[float, float],
    wall_mm: float,
    rng: np.random.Generator,
) -> list[Tube]:
    """Small vessels that cross the plane: short dashes, double lines and round holes."""
    pieces = []
    for _ in range(count):
        at = np.array((rng.uniform(*x_mm), rng.uniform(*y_mm)))
        heading = float(rng.normal(0, 0.45 if wall_mm else 1.0))
        length_mm = float(rng.uniform(1, 12))
        along = np.linspace(-length_mm / 2, length_mm / 2, 5)[:, None]
        points = at + along * np.array((np.cos(heading), np.sin(heading)))
        radius_mm = float(rng.uniform(0.4, 1.5))
        off_plane = rng.normal(0, 0.5) + rng.normal(0, 0.5) * np.linspace(-1, 1, 5)
        pieces.append(Tube(points, np.full(5, radius_mm), off_plane, wall_mm))
    return pieces


def cut(tubes: list[Tube], sections: int, x: Field, y: Field) -> Iterator[Cut]:
    """Where each section of the tubes lies at places in mm."""
    half_mm = float(np.abs(x).max()) + 2
    shape = (int((float(y.max()) + 4) / PIXEL_MM), int(2 * half_mm / PIXEL_MM))
    columns = ((x + half_mm) / PIXEL_MM).astype(np.float32)
    rows = (y / PIXEL_MM).astype(np.float32)
    places = cv2.convertMaps(columns, rows, cv2.CV_16SC2)
    for section in range(sections):
        canvas = cv2.merge(_section(tubes, section * SECTION_MM, shape, half_mm))
        inside, around = cv2.split(cv2.remap(canvas, *places, cv2.INTER_LINEAR))
        facing = _facing(cv2.max(inside, around))
        wall = cv2.multiply(cv2.subtract(around, inside), facing, scale=1 / 255, dtype=cv2.CV_32F)
        yield Cut(inside * np.float32(1 / 255), np.asarray(wall, np.float32))


def _section(
    tubes: list[Tube], at_mm: float, shape: tuple[int, int], half_mm: float
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Lumens, and lumens with their walls, in the plane at `at_mm`, 255 inside."""
    lumen, outer = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    for tube in tubes:
        off_plane = tube.off_plane_mm + at_mm
        _draw(lumen, tube, tube.radius_mm, off_plane, half_mm)
        if tube.wall_mm:
            _draw(outer, tube, tube.radius_mm + tube.wall_mm, off_plane, half_mm)
    return lumen, outer


def with_vessels(
    tissue: Tissue, cuts: Iterable[Cut], echo: Field, biology: Biology, uneven_db: Field
) -> Iterator[Tissue]:
    """The tissue of each section; `echo` is 1 in the liver, less in its mirror image, 0 elsewhere.

    `uneven_db`: by how much the walls' level differs from place to place.
    """
    inside = np.minimum(1, echo * 50)
    blood = from_db(biology.lumen_db - biology.liver_db)
    wall = from_db(biology.portal_wall_db + uneven_db)
    for section in cuts:
        painted, lumen = tissue.copy(), section.lumen * inside
        painted.power *= 1 - lumen * (1 - blood)
        painted.attenuation += lumen * painted.liver * (BLOOD_ATTENUATION - painted.attenuation)
        painted.liver *= 1 - lumen
        painted.names["vessel"] = lumen
        painted.reflect("portal wall", section.wall * echo, wall)
        yield painted


def _draw(
    canvas: NDArray[np.uint8], tube: Tube, radius_mm: Points, off_plane_mm: Points, half_mm: float
) -> None:
    """Fill the part of a tube that the plane cuts: a chord shorter than the tube is wide."""
    squared = radius_mm**2 - off_plane_mm**2
    for run in np.split(np.arange(len(squared)), np.flatnonzero(np.diff(squared > 0)) + 1):
        if squared[run[0]] <= 0:
            continue
        centre, half_chord = tube.points[run], np.sqrt(squared[run])[:, None]
        if len(run) == 1:
            centre = centre + np.array(((-0.5, 0), (0.5, 0)))
            half_chord = half_chord.repeat(2, axis=0)
        pixels = _outline(centre, half_chord, half_mm) * (16 / PIXEL_MM)
        cv2.fillPoly(canvas, [np.rint(pixels).astype(np.int32)], 255, cv2.LINE_AA, 4)


def _outline(centre: Points, half_chord: Points, half_mm: float) -> Points:
    """Around a strip along `centre` (n, 2), with a tip at both ends; mm from the canvas' corner."""
    count = len(centre)
    along = np.empty_like(centre)
    along[0], along[-1] = centre[1] - centre[0], centre[-1] - centre[-2]
    along[1:-1] = centre[2:] - centre[:-2]
    along *= half_chord / np.maximum(np.sqrt((along * along).sum(axis=1)), 1e-6)[:, None]
    side = along[:, ::-1] * (-1, 1)
    outline = np.empty((2 * count + 2, 2))
    outline[:count] = centre + side
    outline[count] = centre[-1] + along[-1]
    outline[count + 1 : -1] = (centre - side)[::-1]
    outline[-1] = centre[0] - along[0]
    outline[:, 0] += half_mm
    return outline


def _facing(mask: NDArray[Any]) -> Field:
    """Amplitude left to walls by how squarely the beam meets them, 0.2 to 1.

    `mask`: 255 inside, uint8. It changes slowly, so half the resolution does.
    """
    size = mask.shape[1], mask.shape[0]
    half = cv2.resize(mask, (size[0] // 2, size[1] // 2), interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(half.astype(np.float32), (0, 0), 1.0)
    down, across = (np.abs(cv2.Sobel(blurred, cv2.CV_32F, *order)) for order in ((0, 1), (1, 0)))
    # A line is about three samples wide, so a step across counts a third.
    facing = np.float32(0.2) + np.float32(0.8) * down / (down + across / 3 + np.float32(1e-4))
    return np.asarray(cv2.resize(facing, size, interpolation=cv2.INTER_LINEAR))
