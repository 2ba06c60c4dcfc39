"""The process as Linux tells of it, under the names that Prometheus' own clients use."""

import os
from collections.abc import Iterator
from pathlib import Path

from edge.health.exposition import Family, single

PROC = Path("/proc")
_AFTER_NAME = 2
"""Fields of /proc/PID/stat are counted from 1 (proc(5)); these come after its second, the name."""


def families(proc: Path = PROC) -> Iterator[Family]:
    """CPU time, memory, descriptors and start; nothing where there is no /proc."""
    try:
        stat = (proc / "self/stat").read_text().rpartition(")")[2].split()
        boot_s = _boot_s((proc / "stat").read_text())
        open_fds = len(os.listdir(proc / "self/fd"))  # noqa: PTH208  # no Path for each of them
        limits = (proc / "self/limits").read_text()
    except OSError:
        return

    def field(number: int) -> int:
        return int(stat[number - _AFTER_NAME - 1])

    ticks = os.sysconf("SC_CLK_TCK")
    yield single(
        "process_cpu_seconds_total",
        "counter",
        "Time spent on processors by the process and the kernel for it.",
        (field(14) + field(15)) / ticks,
    )
    yield single(
        "process_start_time_seconds",
        "gauge",
        "Start of the process, Unix time.",
        boot_s + field(22) / ticks,
    )
    yield single("process_virtual_memory_bytes", "gauge", "Address space in use.", field(23))
    yield single(
        "process_resident_memory_bytes",
        "gauge",
        "Memory in use.",
        field(24) * os.sysconf("SC_PAGE_SIZE"),
    )
    yield single("process_open_fds", "gauge", "Open descriptors.", open_fds)
    yield single("process_max_fds", "gauge", "Descriptors that may be open.", _max_fds(limits))
    yield single("process_threads", "gauge", "Threads of the process.", field(20))


def _boot_s(stat: str) -> int:
    return int(next(line.split()[1] for line in stat.splitlines() if line.startswith("btime")))


def _max_fds(limits: str) -> float:
    line = next(line for line in limits.splitlines() if line.startswith("Max open files"))
    text = line.split()[3]
    return float("inf") if text == "unlimited" else float(text)
