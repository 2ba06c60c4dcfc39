"""Which monotonic clock this is: its times mean nothing in another boot or time namespace."""

import secrets
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
TIME_NAMESPACE = Path("/proc/self/ns/time")

_THIS_PROCESS = secrets.token_hex(8)


def boot_id() -> str:
    """Equal only where monotonic times may be compared (proc_sys_kernel(5), time_namespaces(7)).

    Where the system does not tell, no other process's times are comparable.
    """
    try:
        return f"{BOOT_ID.read_text().strip()}/{TIME_NAMESPACE.stat().st_ino}"
    except OSError:
        return _THIS_PROCESS
