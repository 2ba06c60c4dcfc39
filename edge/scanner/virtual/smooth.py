"""Smooth random fields in mm, the same size everywhere in the body."""

import cv2
import numpy as np

from edge.scanner.virtual.grid import Field, Grid

PER_NODE = 16
"""Values of a random curve's table from one node to the next."""
ROUND = 720
"""Steps of the table of a periodic curve."""


def smooth_field(
    rng: np.random.Generator, x: Field, y: Field, across_mm: float, down_mm: float | None = None
) -> Field:
    """Random field of zero mean and unit variance with these correlation lengths.

    `x`, `y`: where it is wanted, mm, any shape; equal places get equal values.
    """
    down_mm = down_mm or across_mm
    left, top = float(x.min()), float(y.min())
    columns, rows = (x - left) / across_mm + 2, (y - top) / down_mm + 2
    shape = (int(rows.max()) + 4, int(columns.max()) + 4)
    coarse: Field = rng.standard_normal(shape, dtype=np.float32)
    # Blurred over its own nodes, so that bilinear lookup shows no lattice; 0.6 cells keep length.
    coarse = cv2.GaussianBlur(coarse, (0, 0), 0.6)
    field = cv2.remap(coarse, columns, rows, cv2.INTER_LINEAR)
    return np.asarray(field / max(float(field.std()), 1e-6), np.float32)


def smooth_line(rng: np.random.Generator, along_mm: Field, length_mm: float) -> Field:
    """Random curve of about unit variance over positions `along_mm` of any shape."""
    start = float(along_mm.min())
    count = int((float(along_mm.max()) - start) / length_mm) + 5
    nodes = np.convolve(rng.standard_normal(count + 2), (0.35, 0.87, 0.35), "valid")
    fine = np.arange(0, count - 1 + 1 / PER_NODE, 1 / PER_NODE)
    curve = np.interp(fine, np.arange(count), nodes).astype(np.float32)
    return look_up(curve, (along_mm - start) * np.float32(PER_NODE / length_mm) + PER_NODE)


def wave(rng: np.random.Generator, turn: Field, orders: int) -> Field:
    """Random periodic curve of about unit variance over angles in rad; high orders are weaker."""
    return around(draw_wave(rng, orders), turn)


def draw_wave(rng: np.random.Generator, orders: int) -> Field:
    """The curve of a `wave`, to be looked up in several places: (ROUND + 1,) over -pi to pi."""
    order = np.arange(2, orders + 2)
    weight = rng.standard_normal((2, orders)) / order / np.sqrt((1 / order**2).sum())
    phase = np.linspace(-np.pi, np.pi, ROUND + 1)[:, None] * order
    curve = np.sin(phase) @ weight[0] + np.cos(phase) @ weight[1]
    return np.asarray(curve, np.float32)


def around(curve: Field, turn: Field) -> Field:
    """Values of a `draw_wave` at angles in rad."""
    return look_up(curve, (turn + np.float32(np.pi)) * np.float32(ROUND / (2 * np.pi)))


def look_up(curve: Field, places: Field) -> Field:
    """Values of a curve (n,) at places (rows, columns) from 0 to n - 1, as cv2.remap has them."""
    places = np.asarray(places, np.float32)
    return cv2.remap(curve[None], places, np.zeros_like(places), cv2.INTER_LINEAR)


def grid_field(
    rng: np.random.Generator, grid: Grid, across_mm: float, down_mm: float | None = None
) -> Field:
    """`smooth_field` over a whole grid."""
    return smooth_field(rng, grid.x, grid.y, across_mm, down_mm)
