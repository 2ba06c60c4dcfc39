"""Which ONNX Runtime execution provider to use: the one asked for, or a refusal that says why."""

from collections.abc import Sequence
from typing import Literal

Provider = Literal["auto", "cpu", "cuda", "tensorrt"]

ORT_NAMES: dict[str, str] = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
}


class ProviderError(RuntimeError):
    """A provider that was asked for by name and cannot be had."""


def candidates(asked: Provider, available: Sequence[str]) -> list[str]:
    """Providers to try in turn; those of `auto` may fail, one asked for by name may not.

    `auto` leaves TensorRT out: building its engines takes minutes, so it is asked for by name.

    Args:
        asked: the setting.
        available: names that ONNX Runtime was built with (`get_available_providers()`).

    Raises:
        ProviderError: the build of ONNX Runtime does not have the one asked for.
    """
    if asked == "auto":
        return [name for name in ("cuda", "cpu") if ORT_NAMES[name] in available]
    if ORT_NAMES[asked] not in available:
        raise ProviderError(
            f"provider {asked!r} cannot be had: this ONNX Runtime offers {', '.join(available)}; "
            "`pip install steatoscope[gpu]` in an environment without [cpu] brings the GPU build"
        )
    return [asked]
