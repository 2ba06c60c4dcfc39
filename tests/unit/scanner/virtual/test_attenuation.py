"""Fidelity 1 and 6: loss along the lines, and how far a scanner sees."""

from typing import Any

import numpy as np
import pytest

from edge.scanner.virtual import loss
from edge.scanner.virtual.receive import shown_attenuation, time_gain_db
from tests.unit.scanner.virtual.phantom import GRID, SETTINGS, Phantom, z_cm


def measured(attenuation: float) -> float:
    """Slope of the mean intensity over 1-13 cm, dB/cm/MHz."""
    phantom = Phantom(attenuation)
    level = 10 * np.log10(phantom.unfocused(phantom.power(2)).mean(axis=1))
    used = (z_cm() > 1) & (z_cm() < 13)
    slope = np.polyfit(z_cm()[used], level[used], 1)[0]
    return float(-slope / (2 * phantom.settings.frequency_mhz))


@pytest.mark.parametrize("attenuation", [0.4, 0.6, 0.8, 1.0])
def test_a_phantom_shows_the_attenuation_that_it_is_made_with(attenuation: float) -> None:
    assert measured(attenuation) == pytest.approx(attenuation, rel=0.02)


def test_a_loss_of_another_frequency_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = loss.attenuation_db
    monkeypatch.setattr(loss, "attenuation_db", lambda a, grid, f: right(a, grid, 0.95 * f))
    assert measured(0.6) != pytest.approx(0.6, rel=0.02)


GAIN = {"flattening": 0.4, "tgc_db_cm": 0.3, "sliders_db": (0.0, 0.3, 0.6, 0.9, 1.2, 1.5, 1.8, 2.1)}


def faded(gain: dict[str, Any], attenuation: float) -> float:
    """What is left of the attenuation in a picture after the time gain, dB/cm/MHz."""
    phantom = Phantom(attenuation, gain)
    power = phantom.unfocused(phantom.power(2)).mean(axis=1)
    level = 10 * np.log10(power) + time_gain_db(phantom.settings, GRID, attenuation)[:, 0]
    used = z_cm() > 1
    return float(-np.polyfit(z_cm()[used], level[used], 1)[0] / (2 * SETTINGS.frequency_mhz))


@pytest.mark.parametrize("attenuation", [0.6, 0.8])
def test_a_picture_shows_what_the_time_gain_leaves_of_the_attenuation(attenuation: float) -> None:
    told = shown_attenuation(Phantom(changed=GAIN).settings, attenuation, GRID.depth_mm)

    assert faded(GAIN, attenuation) == pytest.approx(told, abs=0.01)
    for without in GAIN:
        others = {name: value for name, value in GAIN.items() if name != without}
        assert faded(others, attenuation) != pytest.approx(told, abs=0.01)


def penetration_cm(attenuation: float, noise_db: float) -> float:
    """Depth at which the signal has sunk to the noise."""
    phantom = Phantom(attenuation, {"noise_db": noise_db})
    power = phantom.power(2).mean(axis=1)
    smooth = np.convolve(power, np.ones(15) / 15, "same")
    twice_noise = 2 * 10 ** (noise_db / 10)
    return float(z_cm()[np.flatnonzero(smooth[20:-20] > twice_noise)[-1] + 20])


def formula_cm(attenuation: float, noise_db: float) -> float:
    """Where 2 F a z less the focus' gain equals the distance to the noise."""
    phantom = Phantom()
    lost = 2 * phantom.settings.frequency_mhz * attenuation * z_cm()
    gained = 10 * np.log10(1 / phantom.unfocused(np.ones((len(z_cm()), 1))))[:, 0]
    return float(z_cm()[np.flatnonzero(lost - gained < -noise_db)[-1]])


@pytest.mark.parametrize("attenuation", [0.75, 0.9])
def test_a_scanner_sees_as_deep_as_its_noise_allows(attenuation: float) -> None:
    assert penetration_cm(attenuation, -62.0) == pytest.approx(
        formula_cm(attenuation, -62.0), abs=1.0
    )


def test_ten_decibels_more_noise_would_be_noticed() -> None:
    assert penetration_cm(0.75, -52.0) != pytest.approx(formula_cm(0.75, -62.0), abs=1.0)
