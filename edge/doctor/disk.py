"""The state folder: whether it can be written, how full and how fast its disk is."""

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from edge.doctor.finding import Finding

MEBIBYTE = 2**20
RESERVE_MIB = 64
LOW_MIB = 1024

WRITES = 20
BLOCK = bytes(4096)
SLOW_MS = 25.0
"""A commit above this would take the latency of an estimate beyond its goal."""

MOUNTS = Path("/proc/self/mounts")
FLEETING = ("tmpfs", "ramfs")


def state(folder: Path) -> Iterator[Finding]:
    """All about the folder; it is made where it is missing, as the daemon would."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        spent_ms = fsync_ms(folder)
    except OSError as error:
        yield Finding(
            "state folder",
            "fail",
            f"{folder}: cannot be written: {error.strerror}",
            "make it writable for the daemon's user, or set state_dir to one that is",
        )
        return
    yield _kept(folder)
    yield _space(folder, shutil.disk_usage(folder).free // MEBIBYTE)
    yield _speed(spent_ms)


def log_file(name: str) -> Iterator[Finding]:
    """Whether the log can be written where it is to go; nothing for standard error."""
    if not name:
        return
    path = Path(name).expanduser()
    nearest = next(parent for parent in (path, *path.parents) if parent.exists())
    fits = nearest.is_file() if nearest == path else nearest.is_dir()
    if not fits or not os.access(nearest, os.W_OK):
        yield Finding(
            "log file",
            "fail",
            f"{path}: cannot be written",
            'name a file in a folder of the daemon\'s own, or set log_file = ""',
        )
    else:
        yield Finding("log file", "ok", f"{path}: can be written")


def fsync_ms(folder: Path) -> float:
    """Median time to write a block for good, ms; OSError where it cannot be written."""
    laps = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(WRITES):
            start_s = time.perf_counter()
            file.write(BLOCK)
            file.flush()
            os.fsync(file.fileno())
            laps.append(1e3 * (time.perf_counter() - start_s))
    return statistics.median(laps)


def _kept(folder: Path) -> Finding:
    kind = _filesystem(folder)
    if kind in FLEETING:
        return Finding(
            "state folder",
            "warn",
            f"{folder}: lies in memory ({kind}), so a restart of the machine empties it",
            "set state_dir to a folder on a disk",
        )
    return Finding("state folder", "ok", f"{folder}: can be written")


def _space(folder: Path, free_mib: int) -> Finding:
    if free_mib < LOW_MIB:
        return Finding(
            "disk space",
            "fail" if free_mib < RESERVE_MIB else "warn",
            f"{free_mib} MiB are free at {folder}",
            "make room; without any the journal withholds the estimates",
        )
    return Finding("disk space", "ok", f"{free_mib / 1024:.1f} GiB are free at {folder}")


def _speed(spent_ms: float) -> Finding:
    told = f"a block of 4 KiB is on the disk after {spent_ms:.1f} ms (median of {WRITES})"
    if spent_ms > SLOW_MS:
        return Finding(
            "disk speed",
            "warn",
            f"{told}; that delays every estimate while the journal is on",
            "put state_dir on an SSD of this machine",
        )
    return Finding("disk speed", "ok", told)


def _filesystem(folder: Path) -> str:
    """Kind of the file system that holds a folder; "" where the system does not say."""
    try:
        rows = [line.split() for line in MOUNTS.read_text().splitlines()]
    except OSError:
        return ""
    here = folder.resolve()
    holding = [row for row in rows if here.is_relative_to(row[1])]
    return max(holding, key=lambda row: len(row[1]))[2] if holding else ""
