"""What the processor has that decides how the daemon uses it: instructions, and cores."""

import os
import re
from contextlib import suppress
from pathlib import Path

INT8_FLAGS = frozenset(("avx512_vnni", "avx_vnni", "amx_int8"))
"""Instructions that multiply and add 8-bit integers in one go; the names are Linux' own."""

CPUINFO = Path("/proc/cpuinfo")


def cores() -> int:
    """Cores that this process may use."""
    return len(_usable()) or os.cpu_count() or 1


def cpus_of(text: str) -> frozenset[int]:
    """CPUs by their numbers, written as Linux writes them: "2,4-7"; none for "".

    Raises:
        ValueError: it is written otherwise, or names a CPU that this process was not given.
    """
    found: set[int] = set()
    for part in text.split(",") if text else ():
        written = re.fullmatch(r"([0-9]{1,5})(?:-([0-9]{1,5}))?", part)
        named = range(int(written[1]), int(written[2] or written[1]) + 1) if written else ()
        if not named:
            raise ValueError(f'{text!r}: must be numbers of CPUs, such as "2,4-7", or ""')
        found.update(named)
    if found and not GIVEN:
        raise ValueError("this system keeps no process to some CPUs; leave it out")
    if lacking := found - GIVEN:
        raise ValueError(f"there is no CPU {min(lacking)} to run on; those given: {_list(GIVEN)}")
    return frozenset(found)


def keep_to(cpus: frozenset[int]) -> None:
    """Have every thread of this process, and those still to come, run on these CPUs alone.

    None: wherever they may now. Best before there are any, as each then begins there.

    Raises:
        PermissionError: it may not choose; systemd's @resources is filtered.
    """
    if cpus:
        for thread in Path("/proc/self/task").iterdir():
            with suppress(ProcessLookupError):  # it has ended meanwhile
                os.sched_setaffinity(int(thread.name), cpus)


def _usable() -> frozenset[int]:
    """CPUs that this process may use; none where the system keeps no such list."""
    return frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else frozenset()


GIVEN = _usable()
"""Those that this process began with."""


def _list(cpus: frozenset[int]) -> str:
    return ", ".join(str(cpu) for cpu in sorted(cpus))


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
