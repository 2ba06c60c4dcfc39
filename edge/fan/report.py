"""A fan in numbers, for people, viewers and files."""

from typing import Literal

import msgspec
import numpy as np

from edge.fan.detect import Fan
from edge.fan.scale import mm_per_px
from edge.fan.sector import Sector
from edge.fan.shape import SideName

Point = tuple[float, float]


class SectorReport(msgspec.Struct, frozen=True, kw_only=True):
    """The sector of a convex probe; px from the middle of the frame's first pixel, degrees."""

    apex_px: Point
    inner_radius_px: float
    outer_radius_px: float
    half_angle_deg: float
    tilt_deg: float
    """Of the centre line from straight down, positive to the right."""


class FanReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in the frames of one geometry."""

    kind: Literal["sector", "linear", "none"]
    confidence: float = 0.0
    """Mean share of the visible edges along which echoes end, 0-1."""
    support: dict[SideName, float] = {}
    sector: SectorReport | None = None
    middle_px: Point | None = None
    """Where the window's middle belongs: on the centre line, halfway down what is seen."""
    mm_per_px: float | None = None
    """From the radius of the probe's face, right to about 9 %; None where that tells nothing."""
    outline_px: list[Point] = []


def report(fan: Fan | None) -> FanReport:
    """A fan in numbers; kind "none" where there is none."""
    if fan is None:
        return FanReport(kind="none")
    shape = fan.shape
    found_mm = mm_per_px(fan)
    return FanReport(
        kind="sector" if isinstance(shape, Sector) else "linear",
        confidence=round(fan.confidence, 3),
        support={side: round(share, 3) for side, share in fan.support.items()},
        sector=_sector(shape) if isinstance(shape, Sector) else None,
        middle_px=_point(*fan.middle),
        mm_per_px=None if found_mm is None else round(found_mm, 4),
        outline_px=[_point(*corner) for corner in fan.polygon(count=16)],
    )


def _sector(shape: Sector) -> SectorReport:
    return SectorReport(
        apex_px=_point(shape.apex_x, shape.apex_y),
        inner_radius_px=round(shape.inner_px, 2),
        outer_radius_px=round(shape.outer_px, 2),
        half_angle_deg=round(float(np.rad2deg(shape.half_angle_rad)), 2),
        tilt_deg=round(float(np.rad2deg(shape.tilt_rad)), 2),
    )


def _point(x: float, y: float) -> Point:
    return round(float(x), 2), round(float(y), 2)
