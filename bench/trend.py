"""What a long run does to the daemon's memory, CPU and GPU clock."""

import subprocess
import tempfile
from types import TracebackType
from typing import Self

import numpy as np

from bench.contender_process import Cost
from bench.result import Trend

EVERY_S = 5


class GpuClock:
    """Notes the first GPU's clock every five seconds, where NVIDIA's tool is there."""

    def __init__(self) -> None:
        self._told = tempfile.TemporaryFile()  # noqa: SIM115  # closed at the end of the block
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        command = ["nvidia-smi", "--query-gpu=clocks.sm", "--format=csv,noheader,nounits"]
        try:
            self._process = subprocess.Popen(  # noqa: S603  # a fixed command
                [*command, "--id=0", f"--loop={EVERY_S}"],
                stdout=self._told,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            self._process = None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait()
        self._told.close()

    def mhz(self) -> list[float] | None:
        """What was noted so far; None where there is no GPU."""
        self._told.seek(0)
        words = self._told.read().decode(errors="replace").split()
        return [float(word) for word in words if word.isdigit()] or None


def trend(costs: list[tuple[int, Cost]], gpu_mhz: list[float] | None) -> Trend:
    """From the costs at the end of each second (monotonic ns), two at least."""
    at_s = (np.array([at_ns for at_ns, _ in costs]) - costs[0][0]) / 1e9
    cpu_s = np.array([cost.cpu_s for _, cost in costs])
    rss_mib = np.array([cost.rss_mib for _, cost in costs])
    late = at_s >= at_s[-1] / 2
    slope = np.polyfit(at_s[late], rss_mib[late], 1)[0] if late.sum() > 2 else 0.0
    return Trend(
        at_s=at_s[1:].round(2).tolist(),
        rss_mib=rss_mib[1:].round(2).tolist(),
        cpu_pct=(100 * np.diff(cpu_s) / np.diff(at_s)).round(1).tolist(),
        gpu_mhz=gpu_mhz,
        rss_mib_per_min=60 * float(slope),
    )
