"""The one table of reasons and the one of flags; code, viewers and documents read these."""

from typing import Literal

Reason = Literal[
    "view_unknown",
    "view_without_model",
    "setup_changed",
    "black",
    "saturated",
    "outside_crop",
    "no_contact",
    "frozen",
    "repeated",
    "wrong_view",
    "out_of_domain",
    "overdue",
    "inference_failed",
    "output_not_finite",
    "output_out_of_range",
]

REASONS: dict[Reason, str] = {
    "view_unknown": "Neither the header nor, so far, the picture says which view this is.",
    "view_without_model": "The bundle has no network for this view.",
    "setup_changed": "Size, format or scale differ from the frames before; if that lasts, the "
    "reading starts afresh.",
    "black": "The picture is black.",
    "saturated": "Much of the picture is white: turn the gain down.",
    "outside_crop": "The picture lies outside the window that the network sees.",
    "no_contact": "Echoes from the near field only: the probe hardly touches the skin.",
    "frozen": "The picture is frozen: the scanner said so, or it has stood still for a while.",
    "repeated": "The same picture as the frame before, so it adds nothing.",
    "wrong_view": "The picture shows something else than the view that was chosen.",
    "out_of_domain": "The picture is like nothing that the network has learned from.",
    "overdue": "The network took too long, so the frame was left for a newer one.",
    "inference_failed": "The network could not be run on this frame.",
    "output_not_finite": "The network gave NaN or infinity.",
    "output_out_of_range": "The network's estimate is no possible fat percentage.",
}
"""Every reason for which a frame is not counted, in words for an operator.

Where several apply, the one that stands first is given.
"""

Flag = Literal["unknown_scale", "scale_from_fan", "no_fan", "near_domain", "restarted"]

FLAGS: dict[Flag, str] = {
    "unknown_scale": "mm per pixel are not known, so the frame is read at its own resolution.",
    "scale_from_fan": "mm per pixel are taken from the fan, right to about 9 %.",
    "no_fan": "No scan sector was found, so the window lies in the frame's middle.",
    "near_domain": "The picture is less like those that the network has learned from.",
    "restarted": "Model, rule, depth or geometry changed in this exam, or its record was damaged, "
    "and its reading started afresh.",
}
"""What a reader should know of a frame though it is read."""

DOUBTFUL: frozenset[Flag] = frozenset(("unknown_scale", "no_fan", "near_domain"))
"""Flags that make an estimate doubtful: the interval of a median of such frames is a wider one."""
