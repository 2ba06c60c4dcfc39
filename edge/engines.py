"""TensorRT's engines: where they lie, and whether they are there.

An engine fits one driver, GPU, ONNX Runtime, TensorRT, model and precision, and takes minutes to
build. `python -m export engines` builds it ahead; the daemon starts with what is there or not at
all, so that it never seems dead.
"""

import ctypes
import hashlib
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

import msgspec

from edge.contract.variant import Precision
from edge.providers import ProviderError

COMPLETE_NAME = "complete.json"
"""File that says that all engines of a folder are built, and for what."""

SMI = ("nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader", "--id=0")
SMI_S = 20.0
TENSORRT_LIBRARY = "libnvinfer.so.10"


class Gpu(NamedTuple):
    """The first GPU of this machine."""

    name: str
    driver: str


class EngineKey(msgspec.Struct, frozen=True, kw_only=True):
    """All that an engine depends on."""

    gpu: str
    driver: str
    onnxruntime: str
    tensorrt: str
    bundle_sha256: str
    precision: Precision

    @property
    def folder_name(self) -> str:
        """16 hexadecimal digits that change with any field."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:16]


def default_root() -> Path:
    """Folder of all engines: `steatoscope/engines` in the user's cache folder.

    systemd's CACHE_DIRECTORY wins, then XDG_CACHE_HOME.
    """
    if service := os.environ.get("CACHE_DIRECTORY"):
        return Path(service) / "engines"
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "steatoscope" / "engines"


def find_gpu(command: tuple[str, ...] = SMI) -> Gpu:
    """Name and driver of the first GPU, as the driver's own tool tells them.

    Raises:
        ProviderError: there is no driver, or no GPU.
    """
    try:
        told = subprocess.run(  # noqa: S603  # a fixed command
            command, capture_output=True, text=True, timeout=SMI_S, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise ProviderError(
            f"no NVIDIA GPU can be used here: {command[0]} failed ({error}); install the driver, "
            "or take provider 'cpu'"
        ) from error
    if not told.strip():
        raise ProviderError(f"no NVIDIA GPU can be used here: {command[0]} lists none")
    name, _, driver = told.strip().splitlines()[0].rpartition(", ")
    return Gpu(name, driver)


def tensorrt_version(library: str = TENSORRT_LIBRARY) -> str:
    """Version of TensorRT as its library tells it, as "10.16.1".

    Raises:
        ProviderError: the library cannot be loaded.
    """
    try:
        number = int(ctypes.CDLL(library).getInferLibVersion())
    except (OSError, AttributeError) as error:
        raise ProviderError(
            f"TensorRT 10 is not installed: {library} cannot be loaded ({error}); take NVIDIA's "
            "TensorRT container or packages for CUDA 13, or provider 'cuda'"
        ) from error
    return f"{number // 10000}.{number // 100 % 100}.{number % 100}"


def key_here(runtime_version: str, bundle_sha256: str, precision: Precision) -> EngineKey:
    """Key of engines that would be built on this machine now.

    Raises:
        ProviderError: GPU or TensorRT is missing.
    """
    gpu = find_gpu()
    return EngineKey(
        gpu=gpu.name,
        driver=gpu.driver,
        onnxruntime=runtime_version,
        tensorrt=tensorrt_version(),
        bundle_sha256=bundle_sha256,
        precision=precision,
    )


def built(root: Path, key: EngineKey) -> Path:
    """Folder of the engines for this key.

    Raises:
        ProviderError: they have not been built.
    """
    folder = root / key.folder_name
    if not (folder / COMPLETE_NAME).is_file():
        raise ProviderError(
            f"{folder}: no TensorRT engines for this model ({key.precision}) on {key.gpu}, driver "
            f"{key.driver}, TensorRT {key.tensorrt}; build them with `python -m export engines`, "
            "which takes minutes"
        )
    return folder


def mark_complete(folder: Path, key: EngineKey) -> None:
    """Say that every engine of the folder is there."""
    (folder / COMPLETE_NAME).write_bytes(msgspec.json.format(msgspec.json.encode(key)) + b"\n")
