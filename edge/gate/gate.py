"""The gate of one scanner: everything that is asked of a frame before the network sees it."""

from collections.abc import Collection, Iterable

from edge.contract.crop import CropSpec
from edge.contract.grading import VIEWS, View
from edge.contract.messages import FrameHeader, Summary
from edge.fan.placing import Placed
from edge.gate.content import Content
from edge.gate.look import Look
from edge.gate.reasons import DOUBTFUL, Flag, Reason
from edge.gate.setup import Change
from edge.gate.stillness import Stillness


class Gate:
    """Checks the frames of one scanner in the order in which they come."""

    def __init__(self) -> None:
        self._stillness = Stillness()
        self._content = Content()

    def freeze(self, epoch: int, *, frozen: bool) -> None:
        """The scanner's process `epoch` said that it froze, or went on."""
        self._stillness.freeze(epoch, frozen=frozen)

    def check(
        self,
        header: FrameHeader,
        placed: Placed,
        change: Change,
        views: Collection[View] = VIEWS,
        look: Look | None = None,
    ) -> Reason | None:
        """Look at one frame; gives a reason not to read it, or None.

        `change`: of its setup against that of its exam and view. `views`: those that there is a
        network for. `look`: at this frame, where it has been taken.
        """
        # Asked of every frame, so that what they remember is complete.
        fault = self._content.check(look or Look(placed))
        still = self._stillness.check(placed.window, header.epoch)
        if header.view is None:
            return "view_unknown"
        if header.view not in views:
            return "view_without_model"
        if change == "odd":
            return "setup_changed"
        return fault or still


def flags(spec: CropSpec, placed: Placed) -> list[Flag]:
    """What a reader should know of a frame though it is read."""
    found: list[Flag] = []
    if spec.mm_per_px is not None and placed.scale == "unknown":
        found += ["unknown_scale", "near_domain"]  # no frame was learned from at such a scale
    if spec.mm_per_px is not None and placed.scale == "fan":
        found.append("scale_from_fan")
    if spec.placement == "fan" and placed.fan is None:
        found.append("no_fan")
    return found


def is_sure(found: Iterable[str]) -> bool:
    """Whether none of a frame's flags makes its estimate doubtful."""
    return DOUBTFUL.isdisjoint(found)


def flags_of(summary: Summary) -> list[Flag]:
    """What a reader should know of a reading."""
    return ["restarted"] if summary.restarts else []
