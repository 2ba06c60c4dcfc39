"""Liver parenchyma: even at a glance, clumped and mottled when looked at closely."""

import numpy as np

from edge.scanner.virtual.biology import Biology
from edge.scanner.virtual.grid import Field
from edge.scanner.virtual.smooth import smooth_field
from edge.scanner.virtual.tissue import from_db

CELL_MM = 1.0
"""Over which the number of scatterers varies."""


def parenchyma(biology: Biology, x: Field, y: Field, rng: np.random.Generator) -> Field:
    """Power of liver tissue at places in mm, re a normal liver."""
    mottle_db = 0.7 * smooth_field(rng, x, y, 12.0) + 1.1 * smooth_field(rng, x, y, 2.5)
    clumps = gamma_like(smooth_field(rng, x, y, CELL_MM), biology.texture_variance)
    return from_db(biology.liver_db + mottle_db) * clumps


def gamma_like(normal: Field, variance: float) -> Field:
    """Turn unit normals into gamma draws of mean 1 and that variance.

    By the Wilson-Hilferty cube, so that livers that differ in fat alone share their pattern.
    """
    cube_root = 1 - variance / 9 + normal * np.float32(np.sqrt(variance) / 3)
    cube_root = np.maximum(cube_root, np.float32(0.1))
    return np.asarray(cube_root * cube_root * cube_root)
