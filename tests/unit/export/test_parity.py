"""The gate between a converted model and a bundle."""

import numpy as np
import pytest

from export.parity import ParityError, compare

TRAINED = {"AR": np.array([1.0, 5.0, 20.0], np.float32)}


def test_a_small_difference_passes_and_is_reported() -> None:
    found = compare(TRAINED, {"AR": TRAINED["AR"] + np.float32(0.004)})["AR"]
    assert found.frames == 3
    assert found.max_abs == pytest.approx(0.004, abs=1e-5)
    assert found.mean_abs == pytest.approx(0.004, abs=1e-5)


def test_one_frame_over_the_limit_is_refused_and_named() -> None:
    off = TRAINED["AR"] + np.array([0, 0.02, 0], np.float32)
    with pytest.raises(ParityError, match=r"AR: up to 0\.0200 .*frame 1: 5\.0000 became 5\.0200"):
        compare(TRAINED, {"AR": off})


def test_an_estimate_that_is_not_a_number_is_refused() -> None:
    off = TRAINED["AR"] * np.array([1, 1, np.nan], np.float32)
    with pytest.raises(ParityError, match=r"frame 2: 20\.0000 became nan"):
        compare(TRAINED, {"AR": off})
