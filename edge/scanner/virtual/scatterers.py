"""Scatterers: random complex echoes of unit power, weighted by the tissue they lie in."""

import cv2
import numpy as np

from edge.scanner.virtual.beam import Beam
from edge.scanner.virtual.grid import Field
from edge.scanner.virtual.tissue import Tissue

Echo = Field
"""Complex echo as (samples, lines, 2): real and imaginary part."""


def speckle(shape: tuple[int, int], rng: np.random.Generator) -> Echo:
    """Scatterers of unit power, far more than one in every cell of the beam."""
    return rng.standard_normal((*shape, 2), dtype=np.float32) * np.float32(np.sqrt(0.5))


def echo(scatterers: Echo, tissue: Tissue, kept: Field, beam: Beam) -> Echo:
    """One speckle pattern of a tissue as the beam sees it.

    `kept`: share of the amplitude that the way there and back leaves. Mean power is the tissue's
    times its square; surfaces add what they mirror, in phase along themselves.
    """
    amplitude = np.sqrt(tissue.power) * kept
    scattered: Field = cv2.multiply(scatterers, cv2.merge((amplitude, amplitude)))
    scattered[..., 0] += np.sqrt(tissue.mirror) * kept / beam.gain
    return beam.image(scattered)
