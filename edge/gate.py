"""Is this frame fit to be read, and is what the network said fit to be counted? Reason codes."""

import math
from collections.abc import Collection
from typing import Literal

from edge.contract.crop import CropSpec
from edge.contract.grading import View
from edge.contract.messages import FrameHeader
from edge.fan.placing import Placed
from edge.histogram import TOP_PCT

Reason = Literal["view_unknown", "view_without_model", "output_not_finite", "output_out_of_range"]

REASONS: dict[Reason, str] = {
    "view_unknown": "The header does not say which view this is, so no model fits it.",
    "view_without_model": "The bundle has no network for this view.",
    "output_not_finite": "The network gave NaN or infinity.",
    "output_out_of_range": "The network's estimate is no possible fat percentage.",
}
"""Every reason for which a frame is not counted, in words for an operator."""

Flag = Literal["unknown_scale", "scale_from_fan", "no_fan"]

FLAGS: dict[Flag, str] = {
    "unknown_scale": "mm per pixel are not known, so the frame is read at its own resolution.",
    "scale_from_fan": "mm per pixel are taken from the fan, right to about 9 %.",
    "no_fan": "No scan sector was found, so the window lies in the frame's middle.",
}
"""Every flag of a frame that is read all the same, in words for an operator."""

UNDERSHOOT_PCT = -5.0
"""A regression scatters around the truth, so a lean liver may come out a little below zero: read
as 0. Below this it is not scatter but a frame that the network does not know."""


def before_inference(header: FrameHeader, views: Collection[View]) -> Reason | None:
    """Reason not to read this frame, or None; `views`: those that the bundle has networks for."""
    if header.view is None:
        return "view_unknown"
    return None if header.view in views else "view_without_model"


def after_inference(fat_pct: float) -> Reason | None:
    """Reason not to count this estimate, or None."""
    if not math.isfinite(fat_pct):
        return "output_not_finite"
    if not UNDERSHOOT_PCT <= fat_pct <= TOP_PCT:
        return "output_out_of_range"
    return None


def flags(spec: CropSpec, placed: Placed) -> list[Flag]:
    """What a reader should know of a frame though it is read."""
    found: list[Flag] = []
    if spec.mm_per_px is not None and placed.scale == "unknown":
        found.append("unknown_scale")
    if spec.mm_per_px is not None and placed.scale == "fan":
        found.append("scale_from_fan")
    if spec.placement == "fan" and placed.fan is None:
        found.append("no_fan")
    return found
