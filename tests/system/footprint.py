"""What a process holds, as Linux tells it under /proc."""

from pathlib import Path
from typing import NamedTuple


class Footprint(NamedTuple):
    """`peak_mib`: the most that was ever resident."""

    resident_mib: float
    peak_mib: float
    descriptors: int
    threads: int


def footprint(pid: int) -> Footprint:
    process = Path(f"/proc/{pid}")
    lines = (process / "status").read_text().splitlines()
    status = dict(line.split(":", 1) for line in lines)
    resident_mib, peak_mib = (int(status[key].split()[0]) / 1024 for key in ("VmRSS", "VmHWM"))
    descriptors = len(list((process / "fd").iterdir()))
    return Footprint(resident_mib, peak_mib, descriptors, int(status["Threads"]))
