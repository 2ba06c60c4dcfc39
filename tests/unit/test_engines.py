"""Engines are found by everything that they depend on, and refusals need no GPU to be tested."""

from pathlib import Path

import msgspec
import pytest

from edge.engines import EngineKey, built, default_root, find_gpu, mark_complete, tensorrt_version
from edge.providers import ProviderError

KEY = EngineKey(
    gpu="NVIDIA X",
    driver="600.1",
    onnxruntime="1.31.1",
    tensorrt="10.16.1",
    bundle_sha256="0" * 64,
    precision="fp16",
)


@pytest.mark.parametrize("field", EngineKey.__struct_fields__)
def test_engines_for_anything_else_are_not_used(tmp_path: Path, field: str) -> None:
    folder = tmp_path / KEY.folder_name
    folder.mkdir()
    mark_complete(folder, KEY)
    other = msgspec.structs.replace(KEY, **{field: "int8" if field == "precision" else "other"})

    assert built(tmp_path, KEY) == folder
    with pytest.raises(ProviderError, match="python -m export engines"):
        built(tmp_path, other)


def test_engines_that_were_not_finished_are_not_used(tmp_path: Path) -> None:
    (tmp_path / KEY.folder_name).mkdir()

    with pytest.raises(ProviderError, match=r"no TensorRT engines .* on NVIDIA X"):
        built(tmp_path, KEY)


def test_the_gpu_is_what_the_drivers_tool_tells() -> None:
    gpu = find_gpu(("printf", "NVIDIA H100 80GB HBM3, PCIe, 590.48.01\\n"))

    assert (gpu.name, gpu.driver) == ("NVIDIA H100 80GB HBM3, PCIe", "590.48.01")


@pytest.mark.parametrize("command", [("no-such-tool",), ("false",), ("true",)])
def test_without_a_driver_the_refusal_says_so(command: tuple[str, ...]) -> None:
    with pytest.raises(ProviderError, match="no NVIDIA GPU can be used here"):
        find_gpu(command)


def test_without_tensorrt_the_refusal_says_so() -> None:
    with pytest.raises(ProviderError, match=r"libnone\.so\.10 cannot be loaded"):
        tensorrt_version("libnone.so.10")


def test_a_services_own_cache_folder_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/home/a/.cache")
    assert default_root() == Path("/home/a/.cache/steatoscope/engines")
    monkeypatch.setenv("CACHE_DIRECTORY", "/var/cache/steatoscope")
    assert default_root() == Path("/var/cache/steatoscope/engines")
