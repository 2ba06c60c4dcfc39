"""The anatomy of one view: the sections of tissue that a clip moves through."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from edge.contract.grading import VIEWS, View
from edge.scanner.virtual.anatomy_ar import build_ar
from edge.scanner.virtual.anatomy_hr import build_hr
from edge.scanner.virtual.grid import Field, Grid
from edge.scanner.virtual.scene import Scene
from edge.scanner.virtual.seeds import Leaf, stream
from edge.scanner.virtual.smooth import grid_field
from edge.scanner.virtual.subject import Subject
from edge.scanner.virtual.tissue import Tissue, soft
from edge.scanner.virtual.vessels import cut, with_vessels
from edge.scanner.virtual.wall import add_wall, capsule_depth

SECTIONS = 3
"""Planes through the tissue, side by side, between which a clip wanders."""

_BUILD: dict[View, Callable[[Subject, Grid, np.random.Generator], Scene]] = {
    "AR": build_ar,
    "HR": build_hr,
}


@dataclass(frozen=True)
class Anatomy:
    """Tissue of each section; depth of the liver capsule along each line, mm, (1, lines)."""

    sections: tuple[Tissue, ...]
    capsule_mm: Field
    liver_attenuation: float
    """dB/cm/MHz."""


def build_anatomy(subject: Subject, view: View, grid: Grid) -> Anatomy:
    """What lies under the probe; fat reaches it through `biology` and `body` alone."""
    rng = stream(subject.seed, subject.index, Leaf.ANATOMY, VIEWS.index(view))
    scene_rng, capsule_rng, wall_rng, vessel_rng = rng.spawn(4)
    capsule_mm = capsule_depth(subject.body.wall_mm, grid, capsule_rng)
    scene = _BUILD[view](subject, grid, scene_rng)
    add_wall(scene.tissue, subject.body, grid, capsule_mm, wall_rng)
    scene.hide(1 - soft(grid.z - capsule_mm - 3, 3.0))
    uneven_db = 3 * grid_field(vessel_rng, grid, 4.0)
    cuts = cut(scene.tubes, SECTIONS, scene.x, scene.y)
    sections = with_vessels(scene.tissue, cuts, scene.echo, subject.biology, uneven_db)
    return Anatomy(tuple(sections), capsule_mm, subject.biology.liver_attenuation)
