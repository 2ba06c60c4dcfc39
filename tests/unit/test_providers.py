from pathlib import Path

import pytest

from edge.providers import ProviderError, candidates, chain

CPU_ONLY = ["AzureExecutionProvider", "CPUExecutionProvider"]
GPU = ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"]


def test_auto_prefers_cuda_and_falls_back_to_the_cpu() -> None:
    assert candidates("auto", GPU) == ["cuda", "cpu"]
    assert candidates("auto", CPU_ONLY) == ["cpu"]


def test_a_provider_asked_for_by_name_is_the_only_candidate() -> None:
    assert candidates("tensorrt", GPU) == ["tensorrt"]
    assert candidates("cpu", GPU) == ["cpu"]


@pytest.mark.parametrize("asked", ["cuda", "tensorrt"])
def test_a_provider_that_was_not_built_in_is_refused_with_what_is_there(asked: str) -> None:
    with pytest.raises(ProviderError, match=r"offers .*CPUExecutionProvider.*\[gpu\]"):
        candidates(asked, CPU_ONLY)  # type: ignore[arg-type]


def test_cuda_computes_in_what_fp32_says_and_replays_a_graph() -> None:
    [(name, options)] = chain("cuda", "fp32")
    assert name == "CUDAExecutionProvider"
    assert (options["use_tf32"], options["enable_cuda_graph"]) == ("0", "1")


def test_tensorrt_keeps_its_caches_and_leaves_the_rest_to_cuda(tmp_path: Path) -> None:
    tensorrt, cuda = chain("tensorrt", "fp16", tmp_path)
    assert cuda[0] == "CUDAExecutionProvider"
    options = tensorrt[1]
    assert options["trt_engine_cache_path"] == options["trt_timing_cache_path"] == str(tmp_path)
    assert (options["trt_fp16_enable"], options["trt_int8_enable"]) == ("1", "0")
