"""Fidelity 2, 3 and 5: speckle is Rayleigh, and as large as the beam."""

import numpy as np
import pytest

from edge.scanner.virtual.beam import beam_mm, pulse_mm
from edge.scanner.virtual.grid import Field
from edge.scanner.virtual.parenchyma import gamma_like
from edge.scanner.virtual.smooth import grid_field
from edge.scanner.virtual.tissue import Tissue
from tests.unit.scanner.virtual.phantom import GRID, SHAPE, Phantom

DEPTHS_MM = (30.0, 70.0, 110.0)
SNR = 1.913
"""Mean over SD of a Rayleigh distribution: sqrt(pi / (4 - pi))."""


def amplitudes(phantom: Phantom, z_mm: float, seeds: int = 8) -> Field:
    """Envelope 12 mm around a depth, (seeds, rows, lines), of unit mean power at every depth."""
    rows = slice(round((z_mm - 6) / GRID.sample_mm), round((z_mm + 6) / GRID.sample_mm))
    power = phantom.pictures(seeds)[:, rows]
    return np.asarray(np.sqrt(power / power.mean(axis=(0, 2), keepdims=True)))


def snr(envelope: Field) -> float:
    return float(envelope.mean() / envelope.std())


def distance_to_rayleigh(envelope: Field) -> float:
    """Kolmogorov-Smirnov statistic of samples about a speckle cell apart."""
    apart = np.sort(envelope[:, ::3, ::6].ravel())
    expected = 1 - np.exp(-(apart**2))
    return float(np.abs(expected - (np.arange(len(apart)) + 0.5) / len(apart)).max())


def clumped() -> Phantom:
    """A phantom whose scatterers come in clumps, as in a lean liver."""
    tissue = Tissue.uniform(SHAPE, 0.0, 0.5)
    tissue.power *= gamma_like(grid_field(np.random.default_rng(1), GRID, 1.0), 0.25)
    return Phantom(tissue=tissue)


@pytest.mark.parametrize("z_mm", DEPTHS_MM)
def test_speckle_of_a_phantom_is_rayleigh(z_mm: float) -> None:
    envelope = amplitudes(Phantom(), z_mm)
    assert snr(envelope) == pytest.approx(SNR, abs=0.05)
    assert distance_to_rayleigh(envelope) < 0.02
    assert (20 * np.log10(envelope)).std() == pytest.approx(5.57, abs=0.15)


def test_clumped_scatterers_would_be_noticed() -> None:
    envelope = amplitudes(clumped(), 70.0)
    assert snr(envelope) < SNR - 0.05
    assert distance_to_rayleigh(envelope) > 0.02
    assert (20 * np.log10(envelope)).std() > 5.57 + 0.15


@pytest.mark.parametrize("looks", [2, 3])
def test_looks_average_speckle_by_the_root_of_their_number(looks: int) -> None:
    envelope = amplitudes(Phantom(changed={"looks": looks}), 70.0, seeds=4)
    assert snr(envelope) == pytest.approx(SNR * np.sqrt(looks), rel=0.04)
    # The control: one look would not pass for several, nor several for one.
    assert snr(envelope) != pytest.approx(SNR, abs=0.05)


def cell_mm(envelope: Field, axis: int, step_mm: float) -> float:
    """FWHM of the intensity's autocovariance along an axis; the programmed FWHM for a Gaussian."""
    intensity = envelope**2 - 1
    lags = range(14)
    length = intensity.shape[axis]
    covariance = np.array(
        [
            (
                np.take(intensity, range(length - lag), axis)
                * np.take(intensity, range(lag, length), axis)
            ).mean()
            for lag in lags
        ]
    )
    return float(2 * step_mm * np.interp(-0.5, -covariance / covariance[0], lags))


@pytest.mark.parametrize("z_mm", DEPTHS_MM)
def test_a_speckle_cell_is_as_large_as_the_beam(z_mm: float) -> None:
    phantom = Phantom()
    envelope = amplitudes(phantom, z_mm)
    line_mm = (GRID.radius_mm + z_mm) * GRID.line_rad

    along, across = cell_mm(envelope, 1, GRID.sample_mm), cell_mm(envelope, 2, line_mm)

    assert along == pytest.approx(pulse_mm(phantom.settings), rel=0.12)
    assert across == pytest.approx(beam_mm(phantom.settings, np.array(z_mm)), rel=0.12)


def test_a_lower_frequency_would_be_noticed() -> None:
    low, right = Phantom(changed={"frequency_mhz": 2.8}), Phantom()
    envelope = amplitudes(low, 70.0)
    line_mm = (GRID.radius_mm + 70.0) * GRID.line_rad
    expected = beam_mm(right.settings, np.array(70.0))
    assert cell_mm(envelope, 1, GRID.sample_mm) != pytest.approx(pulse_mm(right.settings), rel=0.12)
    assert cell_mm(envelope, 2, line_mm) != pytest.approx(expected, rel=0.12)
