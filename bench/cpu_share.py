"""Who used the machine while something was measured."""

import os

import psutil


class CpuShare:
    """Watches the whole machine's CPU time from its making on.

    What the present process and its children use is told apart from what strangers use.
    """

    def __init__(self) -> None:
        self._start = _busy_s(), _all_s(), _own_s()

    def others_pct(self) -> float:
        """Share of the machine's CPU time since then that went to strangers, 0-100."""
        busy_s, all_s, own_s = self._start
        spent_s = _busy_s() - busy_s - (_own_s() - own_s)
        return min(100.0, max(0.0, 100 * spent_s / max(_all_s() - all_s, 1e-3)))


def _all_s() -> float:
    # Guest time is part of user time in Linux.
    times = psutil.cpu_times()
    return float(sum(times)) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)


def _busy_s() -> float:
    times = psutil.cpu_times()
    return _all_s() - float(times.idle) - getattr(times, "iowait", 0.0)


def _own_s() -> float:
    processes = [psutil.Process(os.getpid()), *psutil.Process().children(recursive=True)]
    total = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total
