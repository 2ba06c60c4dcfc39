"""The gate of one scanner: everything that is asked of a frame before the network sees it."""

from typing import NamedTuple

from edge.contract.crop import CropSpec
from edge.contract.messages import FrameHeader
from edge.gate.content import Content
from edge.gate.look import Picture, Scene, look_at
from edge.gate.reasons import Flag, Reason
from edge.gate.setup import Change
from edge.gate.stillness import Stillness


class Checked(NamedTuple):
    """What the gate found: a reason not to read the frame, or None; and the frame's scene."""

    reason: Reason | None
    scene: Scene


class Gate:
    """Checks the frames of one scanner in the order in which they come."""

    def __init__(self) -> None:
        self._stillness = Stillness()
        self._content = Content()

    def freeze(self, epoch: int, *, frozen: bool) -> None:
        """The scanner's process `epoch` said that it froze, or went on."""
        self._stillness.freeze(epoch, frozen=frozen)

    def check(self, header: FrameHeader, picture: Picture, change: Change) -> Checked:
        """Look at one frame; `change`: of its setup against that of its exam and view."""
        look = look_at(picture)
        # Asked of every frame, so that what they remember is complete.
        fault = self._content.check(look)
        still = self._stillness.check(picture.window, header.epoch)
        if header.view is None:
            return Checked("view_unknown", look.scene)
        if change == "odd":
            return Checked("setup_changed", look.scene)
        return Checked(fault or still, look.scene)


def flags(header: FrameHeader, spec: CropSpec, *, restarted: bool = False) -> list[Flag]:
    """What a reader should know of a frame; `restarted`: its reading has begun anew."""
    found: list[Flag] = []
    if spec.mm_per_px is not None and header.spacing_mm is None:
        found.append("unknown_scale")
    if restarted:
        found.append("restarted")
    return found
