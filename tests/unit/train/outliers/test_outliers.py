"""Outliers: of every kind, reproducible, varied, and never a liver's picture left as it is."""

import numpy as np
import pytest

from edge.contract.crop import CropSpec
from train.outliers.drawing import KINDS, draw_outlier, draw_outliers
from train.outliers.turned import turned

SPEC = CropSpec(mm_per_px=0.45)
LIVERS = [np.arange(360 * 360, dtype=np.uint32).reshape(360, 360).astype(np.uint8)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_windows_that_differ(kind: str) -> None:
    drawn = [draw_outlier(kind, SPEC, LIVERS, np.random.default_rng(seed)) for seed in (1, 2, 3)]
    for window in drawn:
        assert window.shape == (360, 360)
        assert window.dtype == np.uint8
    assert not all(np.array_equal(drawn[0], other) for other in drawn[1:])


def test_kinds_come_in_turn_and_the_same_seed_gives_the_same() -> None:
    first = list(draw_outliers(len(KINDS), SPEC, LIVERS, 5))
    again = list(draw_outliers(len(KINDS), SPEC, LIVERS, 5))
    other = list(draw_outliers(len(KINDS), SPEC, LIVERS, 6))
    assert [kind for kind, _ in first] == list(KINDS)
    assert all(np.array_equal(a, b) for (_, a), (_, b) in zip(first, again, strict=True))
    assert not any(np.array_equal(a, b) for (_, a), (_, b) in zip(first[:5], other, strict=False))


def test_a_turned_frame_is_never_the_frame() -> None:
    liver = np.random.default_rng(0).integers(0, 256, (360, 360)).astype(np.uint8)
    for seed in range(20):
        window = turned(liver, np.random.default_rng(seed))
        assert not np.array_equal(window, liver)
        assert np.array_equal(np.sort(window, axis=None), np.sort(liver, axis=None))
