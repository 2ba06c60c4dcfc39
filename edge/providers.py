"""Which ONNX Runtime execution provider to use: the one asked for, or a refusal that says why."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from edge.contract.variant import Precision

Provider = Literal["auto", "cpu", "cuda", "tensorrt"]

ORT_NAMES: dict[str, str] = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
}

DEGRADED_FLAG = "degraded"
"""A slower provider is in use than the one that was asked for."""

Chain = list[tuple[str, dict[str, str]]]
"""ONNX Runtime's names of providers in order of preference, each with its options."""


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


def chain(provider: str, precision: Precision, engines: Path | None = None) -> Chain:
    """What ONNX Runtime is asked for.

    Args:
        provider: "cpu", "cuda" or "tensorrt".
        precision: of the network.
        engines: folder of TensorRT's engine and timing caches; None: none are kept.

    Source of the options: ONNX Runtime's pages on the CUDA and TensorRT execution providers.
    """
    if provider == "cpu":
        return [(ORT_NAMES["cpu"], {})]
    # TF32 rounds to 10 bits of mantissa, which fp32 does not say.
    cuda = {"device_id": "0", "use_tf32": "0", "cudnn_conv_algo_search": "EXHAUSTIVE"}
    if provider == "cuda":
        return [(ORT_NAMES["cuda"], {**cuda, "enable_cuda_graph": "1"})]
    return [(ORT_NAMES["tensorrt"], _tensorrt(precision, engines)), (ORT_NAMES["cuda"], cuda)]


def _tensorrt(precision: Precision, engines: Path | None) -> dict[str, str]:
    options = {
        "device_id": "0",
        "trt_cuda_graph_enable": "1",
        "trt_fp16_enable": str(int(precision == "fp16")),
        "trt_int8_enable": str(int(precision == "int8")),
    }
    if engines is None:
        return options
    return options | {
        "trt_engine_cache_enable": "1",
        "trt_engine_cache_path": str(engines),
        "trt_timing_cache_enable": "1",
        "trt_timing_cache_path": str(engines),
    }
