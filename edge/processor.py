"""What the processor has that decides how the daemon uses it: instructions, and cores."""

import os
from pathlib import Path

INT8_FLAGS = frozenset(("avx512_vnni", "avx_vnni", "amx_int8"))
"""Instructions that multiply and add 8-bit integers in one go; the names are Linux' own."""

CPUINFO = Path("/proc/cpuinfo")


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def multiplies_int8(cpuinfo: Path = CPUINFO) -> bool:
    """Whether this processor has VNNI or AMX; False where the system does not say.

    `cpuinfo`: Linux' list of the processors and their flags.
    """
    try:
        text = cpuinfo.read_text(errors="replace")
    except OSError:
        return False
    flags = next((line for line in text.splitlines() if line.startswith("flags")), "")
    return not INT8_FLAGS.isdisjoint(flags.split())
