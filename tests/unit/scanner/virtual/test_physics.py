"""The physics of the virtual cohort, each figure beside a control in which it is broken."""

import numpy as np
import pytest

from edge.scanner.virtual import receive
from edge.scanner.virtual.anatomy import NOTHING_DB, Anatomy
from edge.scanner.virtual.geometry import LINES, SAMPLES, Field, Sector
from edge.scanner.virtual.speckle import axial_fwhm_mm, speckle

FREQUENCY_MHZ = 3.5
FOCUS_MM = 70.0
SECTOR = Sector(depth_mm=140.0, radius_mm=60.0, half_angle=0.58, mm_per_px=0.4)


def phantom(attenuation: float) -> Anatomy:
    """Uniform tissue."""
    shape = (SAMPLES, LINES)
    return Anatomy(
        level_db=np.zeros(shape, np.float32),
        attenuation=np.full(shape, attenuation, np.float32),
        interface_db=np.full(shape, NOTHING_DB, np.float32),
        liver=np.ones(shape, np.float32),
        capsule_mm=np.zeros((1, LINES), np.float32),
    )


def envelope(seed: int = 0) -> Field:
    """Envelope of uniform speckle, without loss."""
    field = speckle(phantom(0), SECTOR, FREQUENCY_MHZ, FOCUS_MM, np.random.default_rng(seed))
    return np.hypot(field[..., 0], field[..., 1])


def slope(attenuation: float, frequency_mhz: float) -> float:
    """Attenuation fitted to the mean intensity of a phantom from 1 to 13 cm, dB/cm/MHz."""
    lost = receive.loss_db(phantom(attenuation).attenuation, SECTOR, frequency_mhz, FOCUS_MM, 0.0)
    power = np.mean([(envelope(seed) ** 2).mean(axis=1) for seed in range(4)], axis=0)
    level = 10 * np.log10(power) - lost[:, 0]
    z_cm = SECTOR.z_mm[:, 0] / 10
    used = (z_cm > 1) & (z_cm < 13)
    return float(-np.polyfit(z_cm[used], level[used], 1)[0] / (2 * FREQUENCY_MHZ))


@pytest.mark.parametrize("attenuation", [0.4, 0.6, 0.8, 1.0])
def test_the_programmed_attenuation_is_measured_in_a_phantom(attenuation: float) -> None:
    assert slope(attenuation, FREQUENCY_MHZ) == pytest.approx(attenuation, rel=0.02)


def test_a_loss_counted_at_another_frequency_would_show() -> None:
    assert slope(0.6, 0.9 * FREQUENCY_MHZ) != pytest.approx(0.6, rel=0.02)


@pytest.mark.parametrize("z_mm", [30, 70, 110])
def test_speckle_is_rayleigh_at_every_depth(z_mm: int) -> None:
    row = round(z_mm / SECTOR.step_mm)
    patch = np.concatenate([envelope(seed)[row - 60 : row + 60].ravel() for seed in range(4)])

    assert patch.mean() / patch.std() == pytest.approx(1.91, abs=0.06)
    assert (20 * np.log10(patch)).std() == pytest.approx(5.57, abs=0.2)


def test_averaged_looks_would_not_pass_for_rayleigh() -> None:
    two = (envelope(0) + envelope(1)) / 2

    assert two.mean() / two.std() == pytest.approx(1.91 * np.sqrt(2), rel=0.04)
    assert two.mean() / two.std() != pytest.approx(1.91, abs=0.06)


def test_the_beam_keeps_the_power_at_every_depth() -> None:
    power = np.mean([(envelope(seed) ** 2).mean(axis=1) for seed in range(6)], axis=0)
    blocks = 10 * np.log10(power.reshape(8, -1).mean(axis=1))

    assert np.abs(blocks).max() < 0.4


def test_the_speckle_cell_is_as_long_as_the_pulse() -> None:
    image = envelope() ** 2
    image = image - image.mean()
    spectrum = (np.abs(np.fft.fft(image, axis=0)) ** 2).mean(axis=1)
    correlation = np.fft.ifft(spectrum).real
    length = np.argmax(correlation / correlation[0] < 0.5) * SECTOR.step_mm
    # Intensity of a Gaussian pulse of this FWHM is correlated to one half at FWHM / sqrt(2).
    assert length == pytest.approx(axial_fwhm_mm(FREQUENCY_MHZ) / np.sqrt(2), rel=0.35)


def test_the_gain_brings_the_middle_of_the_liver_to_its_target_gray() -> None:
    from edge.scanner.virtual import VirtualClip, draw_subject

    subject = draw_subject("single", 5, fat_pct=8.0)
    clip = VirtualClip(subject, "AR")
    level = clip._level_db(0) + clip._gain_db

    shown = receive.gray(level, subject, clip._reference_db)

    below_mm = clip.sector.z_mm - clip.anatomy.capsule_mm
    middle = (clip.anatomy.liver > 0.9) & (below_mm > 8) & (below_mm < 45)
    assert np.median(shown[middle]) == pytest.approx(subject.target_gray, abs=2)
