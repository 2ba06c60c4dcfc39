"""ONNX Runtime's packages and, for a GPU, the libraries that they need."""

import ctypes
import re
from collections.abc import Callable, Iterator
from importlib import metadata
from typing import Any

from edge.config import Settings
from edge.doctor.finding import Finding
from edge.engines import find_gpu
from edge.providers import ProviderError
from edge.runner_sessions import import_runtime

CPU, GPU = "onnxruntime", "onnxruntime-gpu"
TESTED = "1.31"
"""Series of ONNX Runtime that the bundles were proven with; also in pyproject.toml."""

TENSORRT_MAJOR = 10
OTHER_MAJORS = range(8, 15)

Installed = dict[str, str]
Loads = Callable[[str], bool]


def installed(names: tuple[str, ...] = (CPU, GPU)) -> Installed:
    """Versions by name of those packages that are there."""
    found: Installed = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def packages(found: Installed) -> Iterator[Finding]:
    """Whether one build of ONNX Runtime is there, and which."""
    if not found:
        yield Finding(
            "runtime",
            "fail",
            "ONNX Runtime is not installed",
            "pip install steatoscope[cpu], or [gpu] for NVIDIA",
        )
    elif len(found) > 1:
        yield Finding(
            "runtime",
            "fail",
            f"both {CPU} {found[CPU]} and {GPU} {found[GPU]} are installed; they overwrite each "
            "other's files, and which of them runs is chance",
            f"pip uninstall -y {CPU} {GPU}, then pip install steatoscope[gpu] or [cpu] again",
        )
    for name, version in found.items():
        if not version.startswith(f"{TESTED}."):
            yield Finding(
                "runtime",
                "warn",
                f"{name} {version}; the models were proven with {TESTED}",
                f"pip install '{name}=={TESTED}.*'",
            )
        elif len(found) == 1:
            yield Finding("runtime", "ok", f"{name} {version}")


def gpu(settings: Settings, found: Installed) -> Iterator[Finding]:
    """Driver and libraries, where the settings or the packages ask for a GPU."""
    asked = settings.provider
    if asked == "cpu" or (asked == "auto" and GPU not in found):
        return
    level = "warn" if asked == "auto" else "fail"
    try:
        card = find_gpu()
    except ProviderError as error:
        words, _, remedy = str(error).partition("; ")
        yield Finding("gpu", "warn" if level == "warn" else "fail", words, remedy)
        return
    yield Finding("gpu", "ok", f"{card.name}, driver {card.driver}")
    if GPU not in found:
        yield Finding(
            "cuda",
            "fail",
            f"{asked} was asked for, but the build of ONNX Runtime for GPUs is not installed",
            f"pip uninstall -y {CPU}, then pip install steatoscope[gpu]",
        )
        return
    yield from libraries(cuda_major(), tensorrt=asked == "tensorrt", loads=_loads)


def libraries(cuda: int, *, tensorrt: bool, loads: Loads) -> Iterator[Finding]:
    """Whether the right major versions are there.

    Args:
        cuda: major version that ONNX Runtime was built for.
        tensorrt: whether TensorRT is needed too.
        loads: whether a shared library can be loaded.
    """
    wanted = [("cuda", "libcudart.so", cuda, "pip install steatoscope[gpu] brings them")]
    if tensorrt:
        remedy = (
            f"take NVIDIA's packages or container of TensorRT {TENSORRT_MAJOR} for CUDA {cuda}; "
            "pip's newest is another major"
        )
        wanted.append(("tensorrt", "libnvinfer.so", TENSORRT_MAJOR, remedy))
    for check, stem, major, remedy in wanted:
        if loads(f"{stem}.{major}"):
            yield Finding(check, "ok", f"{stem}.{major} can be loaded")
            continue
        others = [str(other) for other in OTHER_MAJORS if loads(f"{stem}.{other}")]
        there = f"; there is major {', '.join(others)} instead" if others else ""
        yield Finding(check, "fail", f"{stem}.{major} cannot be loaded{there}", remedy)


def cuda_major() -> int:
    """Major version of CUDA that the installed ONNX Runtime was built for; 13 where unsaid."""
    runtime: Any = import_runtime()
    runtime.preload_dlls(directory="")  # from the wheels of [gpu]
    found = re.match(r"\d+", str(getattr(runtime, "cuda_version", "")))
    return int(found[0]) if found else 13


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
