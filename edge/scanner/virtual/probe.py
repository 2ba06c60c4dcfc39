"""The probe at work: from anatomy and a pose to the received level along its lines."""

import cv2
import numpy as np

from edge.scanner.virtual import loss, receive
from edge.scanner.virtual.anatomy import SECTIONS, Anatomy
from edge.scanner.virtual.beam import Beam
from edge.scanner.virtual.grid import LINES, MARGIN, SAMPLES, Field, Grid, inner
from edge.scanner.virtual.motion import Pose
from edge.scanner.virtual.pool import window
from edge.scanner.virtual.scatterers import Echo, Lit, echo, light, speckle_pool
from edge.scanner.virtual.settings import Settings

RAMP_MM = 8.0
"""Below the capsule, over which the liver's motion sets in; the wall stands still."""


class Probe:
    """One scanner held on one body.

    The beam is applied once, to tissue at rest: motion then carries the echo along. That is exact
    as far as the beam is the same a few millimetres further on, and costs a warp instead of a
    convolution in every frame.
    """

    def __init__(
        self,
        settings: Settings,
        grid: Grid,
        anatomy: Anatomy,
        shadow_db: Field,
        rng: np.random.Generator,
    ) -> None:
        speckle_rng, noise_rng, contact_rng = rng.spawn(3)
        self._grid = grid
        beam = Beam(settings, grid, float(anatomy.capsule_mm.mean()))
        self._echoes = _echoes(settings, grid, anatomy, beam, speckle_rng)
        self._noise = receive.noise_pool(settings, grid, noise_rng)
        self.shadow_db = inner(shadow_db)
        self._contact_db = inner(loss.poor_contact_db(grid, contact_rng))
        below_mm = grid.z - inner(anatomy.capsule_mm)
        self._moving = np.clip(below_mm / RAMP_MM, 0, 1).astype(np.float32)
        self._stretch_db_mm = 0.2 * settings.frequency_mhz * anatomy.liver_attenuation

    def level_db(self, pose: Pose, noise_rng: np.random.Generator) -> Field:
        """Level before any gain, dB re normal liver on the skin, (SAMPLES, LINES)."""
        along_mm, across_mm = self._displacement_mm(pose)
        lines, samples = self._at_rest(along_mm, across_mm)
        # Tissue pushed down by breathing has more liver above it than at rest.
        lost = self.shadow_db + self._moving * (along_mm * np.float32(self._stretch_db_mm))
        if pose.contact < 1:
            lost = lost + self._contact_db * np.float32(1 - pose.contact)
        kept = receive.amplitude(-lost)
        kept = cv2.merge((kept, kept))
        total = np.zeros((SAMPLES, LINES), np.float32)
        for sections in self._echoes:
            plane = _between(sections, pose.section)
            seen = cv2.remap(plane, lines, samples, cv2.INTER_LINEAR, None, cv2.BORDER_REFLECT)
            seen = cv2.add(cv2.multiply(seen, kept), window(self._noise, noise_rng))
            real, imaginary = cv2.split(seen)
            # Not cv2.magnitude: its last bit depends on where its arrays lie in memory.
            total += np.sqrt(real * real + imaginary * imaginary)
        return receive.level_db(total / np.float32(len(self._echoes)))

    def _displacement_mm(self, pose: Pose) -> tuple[Field, Field]:
        """Of the liver at a pose, along each line and across it, (1, LINES)."""
        angle = inner(self._grid.angle)
        sine, cosine = np.sin(angle), np.cos(angle)
        across, down = np.float32(pose.across_mm), np.float32(pose.down_mm)
        return down * cosine + across * sine, across * cosine - down * sine

    def _at_rest(self, along_mm: Field, across_mm: Field) -> tuple[Field, Field]:
        """For cv2.remap: line and sample at which what is seen now lies at rest."""
        grid = self._grid
        arc_mm = (grid.z + np.float32(grid.radius_mm)) * np.float32(grid.line_rad)
        line = np.arange(MARGIN, MARGIN + LINES, dtype=np.float32)[None]
        sample = np.arange(SAMPLES, dtype=np.float32)[:, None]
        lines = line - self._moving * across_mm / arc_mm
        return lines, sample - self._moving * along_mm / np.float32(grid.sample_mm)


def _echoes(
    settings: Settings, grid: Grid, anatomy: Anatomy, beam: Beam, rng: np.random.Generator
) -> list[list[Echo]]:
    """Echoes of each look and section after what tissue takes from them."""
    gain_db = loss.focus_db(settings, grid)
    planes: list[Lit] = []
    for tissue in anatomy.sections:
        lost_db = loss.attenuation_db(tissue.attenuation, grid, settings.frequency_mhz)
        planes.append(light(tissue, receive.amplitude(gain_db - lost_db), beam))
    pool = speckle_pool(grid.x.shape, rng)
    return [[echo(window(pool, rng), lit, beam) for lit in planes] for _ in range(settings.looks)]


def _between(sections: list[Echo], at: float) -> Echo:
    """The plane at `at` between two sections, with unit power where theirs is."""
    first, share = int(at) % SECTIONS, at % 1
    norm = float(np.hypot(1 - share, share))
    second = sections[(first + 1) % SECTIONS]
    mixed = cv2.addWeighted(sections[first], (1 - share) / norm, second, share / norm, 0)
    return np.asarray(mixed, np.float32)
