"""The daemon with something odd about it: `python -m tests.system.odd_daemon KIND run …`.

It turns odd when the file exists that the environment names in ODD; what the file says, if
anything, says how.
"""

import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edge.__main__ import main
from edge.log import limit
from edge.pipeline import Pipeline
from edge.sockets.authenticator import Authenticator
from edge.sockets.receiver import Receiver

ODD = Path(os.environ.get("ODD", "/nonexistent"))
FOR_EVER_S = 600


def at_a_frame(happens: Callable[[Any], None]) -> None:
    """Have something happen in the loop's thread before it reads a frame, once ODD is there."""
    read = Pipeline._decode

    def patched(self: Pipeline, taken: Any) -> Any:
        if ODD.exists():
            happens(taken)
        return read(self, taken)

    Pipeline._decode = patched  # type: ignore[method-assign]


def plain() -> None:
    """Nothing is odd."""


def hung() -> None:
    """The loop waits for what never comes."""
    at_a_frame(lambda _: time.sleep(FOR_EVER_S))


def crashing() -> None:
    """The loop meets a fault whose text holds all that the peer sent."""

    def crash(taken: Any) -> None:
        raise LookupError(repr(taken.arrival.header))

    at_a_frame(crash)


def receiver_crashing() -> None:
    """The same in the receiving thread."""
    receive = Receiver._receive

    def patched(self: Receiver, post: Any) -> None:
        if ODD.exists():
            parts = post.link.receive(time.monotonic())
            raise LookupError(repr([part.bytes[:400] for part in parts or []]))
        receive(self, post)

    Receiver._receive = patched  # type: ignore[method-assign]


def leaking() -> None:
    """The log tells whose exam it is: what must not be."""

    def leak(taken: Any) -> None:
        logging.getLogger("edge").info("reading %s", taken.arrival.header.exam)

    at_a_frame(leak)


def chatty() -> None:
    """Every line is logged."""
    limit.OncePerSecond.filter = lambda *_: True  # type: ignore[method-assign]


def doorless() -> None:
    """The authenticator's thread ends."""
    answer = Authenticator.must_cut

    def patched(self: Authenticator) -> bool:
        if ODD.exists() and self.is_alive():
            self.stop()
        return answer(self)

    Authenticator.must_cut = patched  # type: ignore[method-assign]


def wall_stepped() -> None:
    """The wall clock is as many seconds off as ODD says."""
    time_ns, time_s = time.time_ns, time.time
    time.time_ns = lambda: time_ns() + _off_ns()
    time.time = lambda: time_s() + _off_ns() / 1e9


def monotonic_stepped() -> None:
    """The monotonic clock jumps, as no system's does: what a daemon timed by the wall would see."""
    monotonic_ns, monotonic_s = time.monotonic_ns, time.monotonic
    time.monotonic_ns = lambda: monotonic_ns() + _off_ns()
    time.monotonic = lambda: monotonic_s() + _off_ns() / 1e9


def clock_off() -> None:
    """The kernel calls the clock synchronised, and as many seconds off as ODD says."""
    from edge.clock import sync  # not above: the clock must be patched before it is imported

    sync.interpret = lambda *_: sync.Sync(True, _off_ns() / 1e9)


_read_at = [0.0, 0]


def _off_ns() -> int:
    now = time.perf_counter()
    if now - _read_at[0] > 0.02:
        text = ODD.read_text().strip() if ODD.exists() else ""
        _read_at[:] = [now, round(float(text or 0) * 1e9)]
    return int(_read_at[1])


KINDS = (
    plain,
    hung,
    crashing,
    receiver_crashing,
    leaking,
    chatty,
    doorless,
    wall_stepped,
    monotonic_stepped,
    clock_off,
)


def program(kind: Callable[[], None]) -> tuple[str, ...]:
    """Arguments of Python for such a daemon."""
    return ("-m", "tests.system.odd_daemon", kind.__name__)


if __name__ == "__main__":
    next(kind for kind in KINDS if kind.__name__ == sys.argv[1])()
    sys.exit(main(sys.argv[2:]))
