"""What is wrong with a picture, with hysteresis: a fault stays until it is clearly gone."""

from collections.abc import Callable

from edge.gate import limits
from edge.gate.limits import Band
from edge.gate.look import Look
from edge.gate.reasons import Reason

MOSTLY = 0.5
"""A window that shows less than this of what is lit lies beside the picture."""


class Content:
    """The faults of one stream of pictures."""

    def __init__(self) -> None:
        self._faults: set[Reason] = set()

    def check(self, look: Look) -> Reason | None:
        """The first fault of this picture, or None."""
        if self._has("black", look.unlit, limits.UNLIT):
            return "black"
        if self._has("saturated", look.white, limits.WHITE):
            return "saturated"
        if self._has("no_contact", look.dead, limits.DEAD):
            beside = look.outside() > MOSTLY and look.depth() >= limits.FLAT
            return "outside_crop" if beside else "no_contact"
        return None

    def _has(self, fault: Reason, reaches: Callable[[float], bool], band: Band) -> bool:
        """Whether the picture has, or still has, this fault."""
        found = reaches(band.leave if fault in self._faults else band.enter)
        if found:
            self._faults.add(fault)
        else:
            self._faults.discard(fault)
        return found
