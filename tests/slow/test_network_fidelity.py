"""Fidelity 12 and 13: what networks make of the cohort, measured with the built-in ones."""

from collections.abc import Mapping

import numpy as np
import pytest

from edge.scanner.virtual import VERSION
from tests.builtin import CROP, Floats, Frames, Network
from train.cohort import Cohort, CohortRecord, read_cohort
from train.rendered import render_cohort
from train.study.baselines import Baselines
from train.study.estimates import CNN
from train.study.order import violations

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

TRAINING, TESTING = frozenset(range(64)), frozenset(range(64, 100))
SEED = 31_415
"""Of subjects that no built-in model has seen."""


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    folder = tmp_path_factory.mktemp("fidelity") / "cohort"
    record = CohortRecord(
        preset="single",
        subjects=100,
        frames=1,
        seed=SEED,
        balanced=True,
        crop=CROP,
        simulator=VERSION,
    )
    render_cohort(folder, record, 2, lambda _: None)
    return read_cohort(folder)


@pytest.fixture(scope="module")
def network() -> Network:
    return Network("AR")


@pytest.fixture(scope="module")
def unseen(cohort: Cohort) -> tuple[Frames, Floats]:
    """AR frames of subjects that nothing was learned from, and their fat, %."""
    frames = cohort.views["AR"].of(TESTING)
    return np.asarray(frames.pixels[frames.rows]), frames.hmrs_pct.astype(np.float64)


def rmse(estimate_pct: Floats, fat_pct: Floats) -> float:
    return float(np.sqrt(np.mean((estimate_pct - fat_pct) ** 2)))


@pytest.fixture(scope="module")
def errors(cohort: Cohort, network: Network, unseen: tuple[Frames, Floats]) -> Mapping[str, float]:
    """RMSE of each method in AR, all on the same subjects."""
    table = Baselines(cohort, TRAINING, 1).estimate(cohort, TESTING, "test")
    found = {}
    for method in np.unique(table.method):
        rows = (table.method == method) & (table.view == "AR")
        found[str(method)] = rmse(table.estimate_pct[rows], table.hmrs_pct[rows])
    frames, fat_pct = unseen
    return found | {CNN: rmse(network(frames), fat_pct)}


def test_errors_fall_from_the_mean_over_five_features_and_the_network_to_the_oracle(
    errors: Mapping[str, float],
) -> None:
    assert violations(errors) == []


def test_a_network_that_takes_one_subject_for_another_breaks_the_order(
    errors: Mapping[str, float], network: Network, unseen: tuple[Frames, Floats]
) -> None:
    frames, fat_pct = unseen
    mixed_up = {**errors, CNN: rmse(network(np.roll(frames, 1, axis=0)), fat_pct)}
    assert violations(mixed_up)


def brighter(frames: Frames, gray: int) -> Frames:
    """All that is not black, by so many gray levels."""
    moved = np.clip(frames.astype(np.int16) + gray, 0, 255).astype(np.uint8)
    return np.where(frames > 0, moved, np.uint8(0))


@pytest.mark.parametrize("gray", [-15, 15])
def test_gain_moves_the_estimate_by_less_than_one_percent_of_fat(
    gray: int, network: Network, unseen: tuple[Frames, Floats]
) -> None:
    frames, _ = unseen
    assert abs(np.mean(network(brighter(frames, gray)) - network(frames))) < 1.0


@pytest.mark.parametrize(("below", "worse"), [(240, 1.5), (160, 3.0)])
def test_what_it_reads_lies_deep(
    below: int, worse: float, network: Network, unseen: tuple[Frames, Floats]
) -> None:
    """Without its deep third the network reads much worse, with its near half alone nothing."""
    frames, fat_pct = unseen
    blinded = frames.copy()
    blinded[:, below:] = 0
    assert rmse(network(blinded), fat_pct) > worse * rmse(network(frames), fat_pct)
