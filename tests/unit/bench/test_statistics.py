import numpy as np
import pytest
from bench.quantiles import drift, quantiles


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
