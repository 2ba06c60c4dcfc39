"""Parts of a feature map, and scores of frames that a head knows and does not know."""

import numpy as np
import pytest

from train.heads.domain import DomainHead, fit_domain, parts, pooled

SIDE, CHANNELS = 6, 8


def features(
    count: int, seed: int, shift: float = 0.0
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Rectified maps (count, side x side x channels) that share one hidden cause."""
    rng = np.random.default_rng(seed)
    cause = rng.gamma(3.0, 1.0, (count, 1, 1)).astype(np.float32)
    pattern = np.random.default_rng(0).uniform(0.2, 1, (1, SIDE * SIDE, CHANNELS))
    noise = rng.normal(0, 0.2, (count, SIDE * SIDE, CHANNELS))
    maps = np.maximum(cause * pattern + noise + shift, 0)
    return maps.reshape(count, -1).astype(np.float32)


@pytest.fixture(scope="module")
def head() -> DomainHead:
    return fit_domain(features(800, 1), SIDE)


@pytest.mark.parametrize("side", [3, 5, 6, 11])
def test_parts_weigh_every_pixel_and_each_sums_to_one(side: int) -> None:
    weights = parts(side)
    assert weights.shape == (9, side * side)
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(weights.sum(axis=0), 9 / side**2, rtol=1e-6)


def test_parts_are_where_they_are_on_the_map() -> None:
    lower_left = np.zeros((1, SIDE, SIDE, 1), np.float32)
    lower_left[0, 4:, :2] = 9
    found = pooled(lower_left.reshape(1, -1), parts(SIDE))
    np.testing.assert_allclose(found, [[0, 0, 0, 0, 0, 0, 3, 0, 0]], atol=1e-6)


def test_known_frames_score_about_two_and_unseen_ones_of_the_kind_no_more(head: DomainHead) -> None:
    assert np.median(head.scores(features(400, 1))) == pytest.approx(2, abs=0.3)
    assert np.median(head.scores(features(400, 2))) == pytest.approx(2, abs=0.5)


def test_other_frames_score_higher_than_99_of_100_known_ones(head: DomainHead) -> None:
    known = np.quantile(head.scores(features(400, 2)), 0.99)
    shuffled = features(400, 3).reshape(400, SIDE, SIDE, CHANNELS)[:, ::-1].reshape(400, -1)
    assert np.median(head.scores(shuffled)) > known
    assert np.median(head.scores(features(400, 4, shift=2.0))) > known


def test_axes_are_orthonormal_so_that_both_parts_of_a_score_are_apart(head: DomainHead) -> None:
    np.testing.assert_allclose(head.axes.T @ head.axes, np.eye(head.axes.shape[1]), atol=1e-4)
