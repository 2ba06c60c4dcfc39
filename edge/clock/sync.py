"""Whether the system's clock is synchronised, as the kernel tells it (adjtimex(2))."""

import ctypes
import sys
from pathlib import Path
from typing import NamedTuple

MAX_OFFSET_S = 1.0
"""IHE Consistent Time: the median error of a clock is below 1 s."""

STA_UNSYNC, STA_NANO, TIME_ERROR = 0x0040, 0x2000, 5
"""Of Linux' <sys/timex.h>."""

TIMESYNC = Path("/run/systemd/timesync/synchronized")
"""systemd-timesyncd makes this file once it has set the clock."""


class Sync(NamedTuple):
    """`synchronised`: None where the system does not say. `offset_s`: from true time, if known."""

    synchronised: bool | None
    offset_s: float | None = None

    def fault(self) -> str:
        """What is wrong, in words; "" while nothing is known to be."""
        if self.synchronised is False:
            return "the clock is not synchronised; run chrony, ntpd or systemd-timesyncd"
        if self.offset_s is not None and abs(self.offset_s) > MAX_OFFSET_S:
            return f"the clock is {self.offset_s:+.1f} s off; let its time service set it"
        return ""


class _Timex(ctypes.Structure):
    """struct timex; what is not read here is room at the end."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


def read_sync() -> Sync:
    """The kernel's view; reading it needs no right, but a sandbox may forbid the call."""
    if not sys.platform.startswith("linux"):
        return Sync(None)
    libc = ctypes.CDLL(None, use_errno=True)
    timex = _Timex()
    state = libc.adjtimex(ctypes.byref(timex))
    if state < 0:
        return Sync(True) if TIMESYNC.exists() else Sync(None)
    return interpret(state, timex.status, timex.offset)


def interpret(state: int, status: int, offset: int) -> Sync:
    """What the call's answer means.

    Args:
        state: returned by the call, TIME_OK to TIME_ERROR.
        status: bits STA_*.
        offset: what is left to be slewed, ns with STA_NANO, else µs.
    """
    if state == TIME_ERROR or status & STA_UNSYNC:
        return Sync(False)
    return Sync(True, offset / (1e9 if status & STA_NANO else 1e6))
