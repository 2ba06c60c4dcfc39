"""The machine: processor, limits, versions, clock and time zone."""

import os
import platform
import time
from collections.abc import Iterator
from importlib import metadata

from edge import __version__
from edge.clock import Sync, read_sync
from edge.doctor.finding import Finding
from edge.processor import cores, multiplies_int8

MIN_DESCRIPTORS = 1024
"""Hundreds of idle connections are borne with fewer, but none is to be close to the limit."""

PARTS = ("numpy", "opencv-python-headless", "pyzmq", "msgpack", "msgspec", "cryptography")


def versions() -> Iterator[Finding]:
    """What runs here."""
    told = ", ".join(f"{name} {_version(name)}" for name in PARTS)
    yield Finding(
        "versions",
        "ok",
        f"steatoscope {__version__}, Python {platform.python_version()}, {platform.platform()}; "
        f"{told}",
    )


def processor() -> Iterator[Finding]:
    """Cores that this process may use, and whether int8 is fast on them."""
    speed = "VNNI or AMX: int8 may be faster" if multiplies_int8() else "no VNNI or AMX: fp32"
    yield Finding("processor", "ok", f"{platform.machine()}, {cores()} cores, {speed}")


def limits() -> Iterator[Finding]:
    """Descriptors that the process may open."""
    if os.name != "posix":
        return
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= soft < MIN_DESCRIPTORS:
        yield Finding(
            "limits",
            "warn",
            f"{soft} descriptors at most; a flood of connections could use them up",
            f"ulimit -n {4 * MIN_DESCRIPTORS}, or LimitNOFILE={4 * MIN_DESCRIPTORS} in systemd",
        )
    else:
        yield Finding("limits", "ok", f"{soft if soft >= 0 else 'any number of'} descriptors")


def clock(sync: Sync | None = None) -> Iterator[Finding]:
    """Whether the clock is synchronised; what is recorded carries its time."""
    sync = sync or read_sync()
    if fault := sync.fault():
        words, _, remedy = fault.partition("; ")
        yield Finding("clock", "warn", words, remedy)
    elif sync.synchronised is None:
        yield Finding("clock", "ok", "the system does not say whether it is synchronised")
    else:
        yield Finding("clock", "ok", f"synchronised, {1e3 * (sync.offset_s or 0.0):+.1f} ms off")
    zone = time.strftime("%Z (UTC%z)")
    yield Finding("time zone", "ok", f"{zone}; log, audit trail and journal are in UTC")


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed as a package"
