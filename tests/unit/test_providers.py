import pytest

from edge.providers import ProviderError, candidates

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
