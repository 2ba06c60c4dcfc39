"""Scatterers: random complex echoes of unit power, weighted by the tissue they lie in."""

from typing import NamedTuple

import cv2
import numpy as np

from edge.scanner.virtual.beam import Beam
from edge.scanner.virtual.grid import Field
from edge.scanner.virtual.pool import pool_shape
from edge.scanner.virtual.tissue import Tissue

Echo = Field
"""Complex echo as (samples, lines, 2): real and imaginary part."""


class Lit(NamedTuple):
    """Tissue in the probe's light: amplitudes of what scatters (both parts) and what mirrors."""

    scattering: Echo
    mirroring: Field


def light(tissue: Tissue, kept: Field, beam: Beam) -> Lit:
    """Amplitudes that come back; `kept`: the share that the way there and back leaves."""
    amplitude = np.sqrt(tissue.power) * kept
    mirrored = np.sqrt(tissue.mirror) * kept / beam.gain
    return Lit(cv2.merge((amplitude, amplitude)), mirrored)


def speckle_pool(shape: tuple[int, int], rng: np.random.Generator) -> Echo:
    """Scatterers of unit power, far more than one in every cell of the beam."""
    pool: Echo = rng.standard_normal(pool_shape(shape), dtype=np.float32)
    pool *= np.float32(np.sqrt(0.5))
    return pool


def echo(scatterers: Echo, lit: Lit, beam: Beam) -> Echo:
    """One speckle pattern of a tissue as the beam sees it.

    Mean power is the square of its amplitude; surfaces add what they mirror, in phase along
    themselves.
    """
    scattered: Field = cv2.multiply(scatterers, lit.scattering)
    scattered[..., 0] += lit.mirroring
    return beam.image(scattered)
