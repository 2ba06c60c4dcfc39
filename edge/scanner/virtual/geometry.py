"""The scan sector: a polar grid of samples, where they lie, and how the screen shows them."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.contract.grading import View
from edge.scanner.virtual.seeds import Leaf, stream
from edge.scanner.virtual.subject import Subject

SAMPLES, LINES = 704, 256
WINDOW_PX = 360

DEPTH_MM: dict[View, tuple[float, float]] = {"AR": (120.0, 160.0), "HR": (110.0, 145.0)}

Field = NDArray[np.float32]


@dataclass(frozen=True)
class Sector:
    """A convex probe's sector. Arrays are (SAMPLES, LINES) unless said otherwise.

    `depth_mm`: imaged depth. `mm_per_px`: of the screen.
    """

    depth_mm: float
    radius_mm: float
    half_angle: float
    mm_per_px: float

    @property
    def step_mm(self) -> float:
        """Between two samples of a line."""
        return self.depth_mm / SAMPLES

    @property
    def z_mm(self) -> NDArray[np.float32]:
        """Depth of each sample from the probe's face, (SAMPLES, 1)."""
        return ((np.arange(SAMPLES, dtype=np.float32) + 0.5) * self.step_mm)[:, np.newaxis]

    @property
    def angle(self) -> NDArray[np.float32]:
        """Angle of each line from the middle, rad, (1, LINES)."""
        return np.linspace(-self.half_angle, self.half_angle, LINES, dtype=np.float32)[np.newaxis]

    @property
    def line_step(self) -> float:
        """Between two lines, rad."""
        return 2 * self.half_angle / (LINES - 1)

    def position_mm(self) -> tuple[Field, Field]:
        """Across and down from the middle of the probe's face, of every sample."""
        radius = self.radius_mm + self.z_mm
        return radius * np.sin(self.angle), radius * np.cos(self.angle) - self.radius_mm


def draw_sector(subject: Subject, view: View) -> Sector:
    """Sector of one view: deeper for a thick body wall, as an operator sets it."""
    rng = stream(subject.seed, subject.index, Leaf.SCANNER, 1 + (view == "HR"))
    depth_mm = float(rng.uniform(*DEPTH_MM[view])) + 0.5 * max(0.0, subject.wall_mm - 20)
    depth_mm = min(depth_mm, 170.0)
    return Sector(
        depth_mm=depth_mm,
        radius_mm=subject.radius_mm,
        half_angle=float(np.deg2rad(subject.half_angle_deg)),
        mm_per_px=depth_mm / WINDOW_PX * subject.margin,
    )


def screen_map(sector: Sector, frame_px: tuple[int, int]) -> tuple[Field, Field]:
    """For cv2.remap: column (line) and row (sample) of the polar grid for each screen pixel.

    The sector is centred, so that the window in the middle of the frame shows its whole depth.
    Pixels outside get -10, beyond the border.
    """
    width, height = frame_px
    across = (np.arange(width, dtype=np.float32) - (width - 1) / 2) * sector.mm_per_px
    down = (np.arange(height, dtype=np.float32) - (height - 1) / 2) * sector.mm_per_px
    x, y = np.meshgrid(across, down + sector.depth_mm / 2 + sector.radius_mm)
    radius, angle = cv2.cartToPolar(y, x)
    angle = np.where(angle > np.pi, angle - 2 * np.pi, angle).astype(np.float32)
    line = (angle + sector.half_angle) / sector.line_step
    sample = (radius - sector.radius_mm) / sector.step_mm - 0.5
    outside = (line < 0) | (line > LINES - 1) | (sample < 0) | (sample > SAMPLES - 1)
    line[outside] = sample[outside] = -10
    return line.astype(np.float32), sample.astype(np.float32)
