"""The fan of one exam, found over its first frames, refined, and watched from then on."""

import numpy as np

from edge.fan.content import Gray, find_content
from edge.fan.detect import Fan, detect
from edge.fan.evidence import Evidence
from edge.fan.watch import Watch

LOOKS = (1, 2, 4, 8, 16, 32, 64)
"""Numbers of frames after which the outline is looked for; after the last it is kept, or all is
begun again where none was found."""

AGREES_SHARE = 0.01
"""Two outlines agree where no point of theirs is further apart, as a share of the diagonal."""


CLEAR = 0.8
"""Confidence in an outline at which no clearer one is looked for."""


class FanEstimate:
    """What is known of the fan in the frames of one geometry, frame after frame.

    The same frames in the same order give the same outlines; no clock is looked at.

    fan: the outline as of the last frame; None where none is convincing. settled: two looks in a
    row agreed.
    """

    def __init__(self) -> None:
        self.fan: Fan | None = None
        self.settled = False
        self._evidence = Evidence()
        self._watch: Watch | None = None
        self._size = (0, 0)
        self._latest: Gray | None = None
        """Taken in, but not yet looked at."""

    def see(self, gray: Gray) -> Fan | None:
        """Take in a frame (height, width) and look; gives the outline as of this frame."""
        self.take(gray)
        self.look()
        return self.fan

    def take(self, gray: Gray) -> Fan | None:
        """Take in a frame (height, width); gives the outline to place its window by.

        That is what `look` has found in the frames before it. The first of a size is looked at
        here, as else nothing would be known of it.
        """
        self.look()
        self._latest = gray
        if gray.shape != self._size:
            self._begin(gray)
            self.look()
        return self.fan

    def look(self) -> None:
        """Look at the frame taken in last, if that is still to be done.

        That may take 10 ms and more, best spent while nobody waits.
        """
        gray, self._latest = self._latest, None
        if gray is None:
            return
        if self._watch and self._watch.changed(gray):
            self._begin(gray)
        if self._watch is None:
            self._learn(gray)

    def _begin(self, gray: Gray) -> None:
        """Forget everything: another size, or the fan is no longer where it was."""
        self._evidence, self._watch = Evidence(), None
        self._size = (gray.shape[0], gray.shape[1])
        self.fan, self.settled = None, False

    def _learn(self, gray: Gray) -> None:
        self._evidence.add(gray)
        frames = self._evidence.frames
        if frames not in LOOKS:
            return
        before, self.fan = self.fan, find(self._evidence, self.fan)
        self.settled = agree(before, self.fan, self._size)
        if frames == LOOKS[-1]:
            if self.settled and self.fan is not None:
                self._watch = Watch(self.fan, self._evidence.picture())
            self._evidence = Evidence()


def find(evidence: Evidence, known: Fan | None) -> Fan | None:
    """The outline in the picture as a whole, or in what moves where that is clearer.

    Where the screen has gray panels only what moves has the fan's outline; where the deep part of
    a fan hardly changes, it has only a part of it.
    """
    picture, change = evidence.picture(), evidence.change()
    shape = None if known is None else known.shape
    best = None
    for only_moving in (False, True) if evidence.moves else (False,):
        content = find_content(picture, change, only_moving=only_moving)
        fan = None if content is None else detect(content, shape)
        if fan is not None and (best is None or fan.confidence > best.confidence):
            best = fan
        if best is not None and best.confidence >= CLEAR:
            break
    return best


def agree(one: Fan | None, other: Fan | None, size: tuple[int, int]) -> bool:
    """Whether two outlines of frames of `size` (height, width) are the same but for noise."""
    if one is None or other is None or type(one.shape) is not type(other.shape):
        return False
    apart = np.hypot(*(one.shape.outline(16) - other.shape.outline(16)).T).max()
    return bool(apart <= AGREES_SHARE * np.hypot(*size))
