"""On what a figure was measured: nothing that names a person or a place."""

import importlib.metadata
import platform
from pathlib import Path

import msgspec
import psutil
import zmq

from edge.engines import find_gpu
from edge.processor import cores
from edge.providers import ProviderError

FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_bf16", "amx_int8")
"""Instruction sets that change how fast a convolution can be; Arm's have other names."""

DISTRIBUTIONS = (
    *("onnxruntime", "onnxruntime-gpu", "numpy", "opencv-python-headless", "pyzmq"),
    *("openvino", "ai-edge-litert", "tensorflow", "keras", "tf2onnx", "pyfast", "holoscan"),
)


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """Fingerprint of a host."""

    cpu: str
    flags: list[str]
    cores: int
    """Logical cores that this process may use."""
    governor: str | None
    """Frequency governor; None where the system does not tell."""
    memory_gib: float
    gpu: str | None
    """NVIDIA's name of the first one; None where there is none, or no driver."""
    driver: str | None
    os: str
    python: str
    load: float
    """One-minute load average before the run."""


def fingerprint() -> Machine:
    """Fingerprint of the present host."""
    cpu = _cpu_info()
    gpu, driver = _gpu()
    present = cpu.get("flags", "").split()
    return Machine(
        cpu=cpu.get("model name") or platform.processor() or platform.machine(),
        flags=[flag for flag in FLAGS if flag in present],
        cores=cores(),
        governor=_line(Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")),
        memory_gib=round(psutil.virtual_memory().total / 2**30, 1),
        gpu=gpu,
        driver=driver,
        os=f"{platform.system()} {platform.release()}",
        python=f"{platform.python_implementation()} {platform.python_version()}",
        load=psutil.getloadavg()[0],
    )


def versions() -> dict[str, str]:
    """Version of this program and of each library measured that is installed."""
    found = {"libzmq": zmq.zmq_version()}
    for name in ("steatoscope", *DISTRIBUTIONS):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return dict(sorted(found.items()))


def _gpu() -> tuple[str | None, str | None]:
    try:
        found = find_gpu()
    except ProviderError:
        return None, None
    return found.name, found.driver


def _cpu_info() -> dict[str, str]:
    """Fields of the first processor."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return {}
    pairs = (line.partition(":") for line in text.split("\n\n")[0].splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _line(path: Path) -> str | None:
    try:
        return path.read_text().strip()
    except OSError:
        return None
