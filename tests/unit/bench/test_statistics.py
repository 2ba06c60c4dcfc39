import numpy as np
import pytest

from bench.statistics import (
    bin_edge_ms,
    drift,
    histogram,
    quantiles,
    ratio,
    unpaired_ratio,
)


def test_percentiles_are_numpys_and_say_of_how_many():
    values = np.random.default_rng(1).exponential(5, 2500)
    found = quantiles(values)
    expected = np.percentile(values, (50, 95, 99, 99.9))
    assert (found.p50, found.p95, found.p99, found.p999) == tuple(expected)
    assert (found.n, found.max) == (2500, values.max())


@pytest.mark.parametrize(("count", "told"), [(1, False), (999, False), (1000, True)])
def test_a_thousandth_is_told_of_a_thousand_values_and_of_no_fewer(count, told):
    assert (quantiles(np.arange(count)).p999 is not None) == told


def test_no_value_has_no_percentile():
    with pytest.raises(ValueError, match="no value"):
        quantiles([])


def frames(seconds: float, fps: float = 30.0) -> np.ndarray:
    return np.arange(round(seconds * fps)) / fps


def test_drift_is_the_slope_in_milliseconds_a_minute():
    time_s = frames(60)
    found = drift(time_s, 5 + 2 * time_s / 60)
    assert found is not None
    assert found.ms_per_min == pytest.approx(2)
    assert found.error_ms_per_min < 1e-6


def test_noise_without_a_trend_has_a_slope_within_its_error():
    random = np.random.default_rng(3)
    time_s = frames(60)
    found = drift(time_s, 5 + random.exponential(1, time_s.size))
    assert found is not None
    assert abs(found.ms_per_min) < 1.5 * found.error_ms_per_min


def test_a_spike_at_the_end_is_no_trend():
    time_s = frames(60)
    values_ms = np.full(time_s.size, 5.0)
    values_ms[-3:] = 500
    found = drift(time_s, values_ms)
    assert found is not None
    assert found.ms_per_min == pytest.approx(0)


def test_a_few_seconds_have_no_trend_at_all():
    assert drift(frames(4), frames(4)) is None


def test_a_gap_in_the_frames_does_not_bend_the_slope():
    time_s = frames(60)
    time_s = time_s[(time_s < 20) | (time_s > 30)]
    found = drift(time_s, time_s)
    assert found is not None
    assert found.ms_per_min == pytest.approx(60, rel=0.01)


def test_jitter_is_the_mean_step_from_one_value_to_the_next():
    assert quantiles([1, 3, 2, 2]).jitter == pytest.approx(1)
    assert quantiles([5]).jitter == 0


def turns(rounds: int, seed: int, times: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Medians of two contenders on a machine that changes its pace from turn to turn."""
    random = np.random.default_rng(seed)
    pace = np.exp(random.normal(0, 0.5, rounds))
    one, other = (pace * np.exp(random.normal(0, 0.05, rounds)) for _ in range(2))
    return times * one, other


def test_a_machine_that_changes_its_pace_leaves_the_ratio_alone():
    found = ratio(*turns(60, seed=1, times=1.2))
    assert found.value == pytest.approx(1.2, rel=0.03)
    assert 1.1 < found.low < 1.2 < found.high < 1.3
    assert found.turns == 60


def test_without_pairs_the_same_figures_tell_much_less():
    over, under = turns(60, seed=1, times=1.2)
    paired, apart = ratio(over, under), unpaired_ratio(over, np.roll(under, 7))
    assert np.log(apart.high / apart.low) > 3 * np.log(paired.high / paired.low)


def test_the_interval_of_equals_holds_1_about_as_often_as_it_says():
    inside = [(found := ratio(*turns(40, seed))).low <= 1 <= found.high for seed in range(300)]
    assert sum(inside) >= 0.97 * 300


def test_one_turn_that_was_hit_alone_does_not_decide():
    over, under = np.full(21, 5.0), np.full(21, 5.0)
    over[3] = 500
    assert ratio(over, under).value == pytest.approx(1)


def test_figures_that_are_no_pairs_are_refused():
    with pytest.raises(ValueError, match="3 and 2 figures"):
        ratio([1, 2, 3], [1, 2])
    with pytest.raises(ValueError, match="0 and 1 figures"):
        unpaired_ratio([], [1])


def test_every_value_falls_into_the_bin_whose_edges_hold_it():
    values = np.random.default_rng(2).lognormal(1, 1.5, 500)
    found = histogram(values)
    assert sum(found.values()) == 500
    for number in found:
        inside = (values >= bin_edge_ms(number)) & (values < bin_edge_ms(number + 1))
        assert inside.sum() == found[number]


def test_what_is_shorter_than_the_first_bin_is_in_it():
    assert histogram([0.0, 0.001]) == {0: 2}
