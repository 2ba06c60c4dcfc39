"""Which view does a frame show, and is it like what the network knows? Pure; no time, no file."""

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from edge.contract.grading import VIEWS, View
from edge.contract.heads import CLASSES, DomainLimits, Heads, Shown

Domain = Literal["in", "near", "out"]

AGREEING = 5
"""Frames that must tell the same before it is believed: a sixth of a second at 30 a second."""
FORGOTTEN = 30
"""Abstentions in a row after which nothing is believed any more: a second."""

MISLABELLED = 0.01
"""Share of headers that name the wrong view, about: a sonographer who names one is more often right
than a network that has seen few scanners, which must be the surer to contradict."""


def shown(view_logit: NDArray[Any], heads: Heads, declared: View | None = None) -> Shown | None:
    """What a frame shows, by its logits (1, 3); None where no class is sure enough, or for NaN.

    The odds of the view that is not the declared one are those of a wrong header.
    """
    logit = np.array(view_logit, np.float64).ravel()
    if not np.isfinite(logit).all():
        return None
    if declared is not None:
        others = [place for place, name in enumerate(VIEWS) if name != declared]
        logit[others] += math.log(MISLABELLED / (1 - MISLABELLED))
    power = np.exp(logit - logit.max())
    best = int(power.argmax())
    return CLASSES[best] if power[best] >= heads.sure * power.sum() else None


def domain(score: float, limits: DomainLimits, shows: Shown | None = None) -> Domain:
    """In, near or out of what the network knows; a score that is no number is out.

    Where both heads doubt it, the score from near on and the view told as neither, it is out too.
    """
    if not math.isfinite(score) or score > limits.out:
        return "out"
    if score <= limits.near:
        return "in"
    return "out" if shows == "neither" else "near"


def contradicts(told: Shown | None, declared: View | None) -> bool:
    """Whether a frame shows the other view than its header declares.

    Such a frame is never read as declared, though it is believed of others only once a few agree:
    the first of them would otherwise be all that a reading rests on.
    """
    return declared is not None and told in VIEWS and told != declared


class ViewWatch:
    """What the frames of one exam show, believed once a few agree.

    What is believed changes only when `AGREEING` frames that tell anything tell the same other
    thing in a row, so that one odd frame changes nothing.
    """

    def __init__(self) -> None:
        self._declared: View | None = None
        self._believed: Shown | None = None
        self._hinted: Shown | None = None
        self._hints = 0
        self._abstained = 0

    def see(self, declared: View | None, told: Shown | None) -> View | None:
        """The view to read this frame as, or None: not known, or not yet.

        Args:
            declared: what the frame's header says.
            told: what the head says of the frame, None where it abstains.

        A declared view stays as it is; ask `wrong`. Without one, it is the view that is believed,
        unless this very frame shows something else. A new declaration forgets all before it.
        """
        if declared != self._declared:
            self._forget()
            self._declared = declared
        self._take(told)
        if declared is not None:
            return declared
        if self._believed not in VIEWS or told not in (None, self._believed):
            return None
        return self._believed

    @property
    def wrong(self) -> bool:
        """Whether the frames are believed to show something else than their header declares."""
        return self._declared is not None and self._believed not in (None, self._declared)

    def _take(self, told: Shown | None) -> None:
        if told is None:
            self._abstained += 1
            if self._abstained >= FORGOTTEN:
                self._forget()
            return
        self._abstained = 0
        self._hints = self._hints + 1 if told == self._hinted else 1
        self._hinted = told
        if self._hints >= AGREEING:
            self._believed = told

    def _forget(self) -> None:
        self._believed = self._hinted = None
        self._hints = self._abstained = 0
