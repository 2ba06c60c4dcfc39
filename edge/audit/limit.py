"""Refusals worth a record: whoever knocks all day must not push the rest of the trail out."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable

PEER_S = 60.0
"""A peer is recorded so often at most."""

HOUR_S = 3600.0
IN_AN_HOUR = 60
"""Records of all peers together; with a new key for each attempt an attacker is many peers."""

PEERS = 256


class RefusalLimit:
    """Decides which refusals are recorded, and counts the others; one thread uses it."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._left_out = 0
        self._last_s: OrderedDict[str, float] = OrderedDict()
        self._recorded_s: deque[float] = deque(maxlen=IN_AN_HOUR)

    def left_out(self, peer: str) -> int | None:
        """How many refusals were left out before this one, which is to be recorded; None: not it.

        `peer`: whatever tells peers apart.
        """
        now_s = self._clock_s()
        if not self._due(peer, now_s):
            self._left_out += 1
            return None
        self._last_s[peer] = now_s
        self._last_s.move_to_end(peer)
        if len(self._last_s) > PEERS:
            self._last_s.popitem(last=False)
        self._recorded_s.append(now_s)
        left_out, self._left_out = self._left_out, 0
        return left_out

    def _due(self, peer: str, now_s: float) -> bool:
        if now_s - self._last_s.get(peer, float("-inf")) < PEER_S:
            return False
        full = len(self._recorded_s) == IN_AN_HOUR
        return not full or now_s - self._recorded_s[0] >= HOUR_S
