"""How often something happens, over the last two seconds."""

from collections import deque

WINDOW_S = 2.0


class Rate:
    """Events a second; times are seconds of any one clock, given by the caller."""

    def __init__(self) -> None:
        self._times_s: deque[float] = deque()

    def add(self, now_s: float) -> None:
        """Count an event."""
        self._times_s.append(now_s)
        self._forget(now_s)

    def per_s(self, now_s: float) -> float:
        """Mean rate from the window's first event until now; 0 for fewer than two events."""
        self._forget(now_s)
        if len(self._times_s) < 2:
            return 0.0
        span_s = now_s - self._times_s[0]
        return (len(self._times_s) - 1) / span_s if span_s > 0 else 0.0

    def _forget(self, now_s: float) -> None:
        while self._times_s and now_s - self._times_s[0] > WINDOW_S:
            self._times_s.popleft()
