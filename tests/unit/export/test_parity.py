"""The gate between a converted model and a bundle: each limit holds, and each can be broken."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from edge.contract.variant import ModelName
from export.parity import ParityError, check, measure, over_limit, strain

TRAINED = np.linspace(0, 30, 1000, dtype=np.float32)
ORIGIN = [f"frame {i}" for i in range(1000)]
AR: ModelName = "AR"

Percentages = NDArray[np.float32]


def jitter(size: float) -> Percentages:
    """Differences of mean |size|, without a bias."""
    return np.where(np.arange(1000) % 2, size, -size).astype(np.float32)


def bumps(share: float, size: float) -> Percentages:
    """A share of the frames is off by `size`, up and down in turns."""
    off = np.zeros(1000, np.float32)
    off[:: round(1 / share)] = size
    off[:: 2 * round(1 / share)] = -size
    return off


def test_figures_are_those_of_the_differences() -> None:
    found = measure(TRAINED, TRAINED + np.float32(0.04))

    assert found.frames == 1000
    for figure in (found.mean_abs_pct, found.p99_abs_pct, found.max_abs_pct, found.bias_pct):
        assert figure == pytest.approx(0.04, abs=1e-5)
    assert found.fatty_mean_abs_pct == pytest.approx(0.04, abs=1e-5)
    assert 0.99 < found.same_grade < 1


def test_without_fatty_frames_there_is_no_figure_for_them() -> None:
    assert measure(TRAINED[:100], TRAINED[:100]).fatty_mean_abs_pct is None


@pytest.mark.parametrize(
    ("off", "says"),
    [
        (lambda _: jitter(0.11), "mean |Δ| 0.11"),
        (lambda _: bumps(0.05, 0.9), "99th percentile of |Δ| 0.9"),
        (lambda _: np.full(1000, 0.06, np.float32), "|bias| 0.06"),
        (lambda fat: np.where(abs(fat - 8.77) < 0.3, 17.54 - 2 * fat, 0), "another grade 0.02"),
        (lambda fat: jitter(0.12) * (fat > 20), "mean |Δ| above 20 % 0.12"),
    ],
)
def test_each_limit_can_be_broken(off: Callable[[Percentages], Percentages], says: str) -> None:
    broken = over_limit(measure(TRAINED, TRAINED + off(TRAINED)), "int8")

    assert any(says in said for said in broken), broken
    assert strain(measure(TRAINED, TRAINED + off(TRAINED)), "int8") > 1


def test_strain_is_the_share_of_the_limit_that_is_nearest() -> None:
    fatty = measure(TRAINED, TRAINED + jitter(0.08) * (TRAINED > 20))

    assert strain(fatty, "int8") == pytest.approx(0.8, abs=0.01)
    assert strain(measure(TRAINED, TRAINED), "fp32") == 0


def test_what_is_within_all_limits_passes() -> None:
    converted = {AR: TRAINED + jitter(0.03)}

    assert check({AR: TRAINED}, converted, "int8", "cpu", ORIGIN)[AR].frames == 1000


def test_fp32_may_differ_by_rounding_only() -> None:
    off = np.zeros(1000, np.float32)
    off[500] = 0.02

    with pytest.raises(ParityError, match=r"AR in fp32 on cpu: largest \|Δ\| 0\.0200.*frame 500:"):
        check({AR: TRAINED}, {AR: TRAINED + off}, "fp32", "cpu", ORIGIN)
    check({AR: TRAINED}, {AR: TRAINED + off}, "int8", "cpu", ORIGIN)


def test_the_worst_frames_are_named_in_their_order() -> None:
    off = bumps(0.05, 0.9)
    off[[7, 8]] = 4.0, 5.0

    with pytest.raises(ParityError, match=r"Worst: frame 8: 0\.2402 became 5\.2402; frame 7:"):
        check({AR: TRAINED}, {AR: TRAINED + off}, "int8", "cpu", ORIGIN)


def test_an_estimate_that_is_not_a_number_is_refused() -> None:
    off = TRAINED.copy()
    off[3] = np.nan

    with pytest.raises(ParityError, match=r"Worst: frame 3: 0\.0901 became nan"):
        check({AR: TRAINED}, {AR: off}, "int8", "cpu", ORIGIN)
