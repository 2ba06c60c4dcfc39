"""AR, the oblique subcostal view: liver down to the diaphragm, its mirror image beyond."""

from dataclasses import dataclass

import numpy as np

from edge.scanner.virtual.biology import BLOOD_ATTENUATION
from edge.scanner.virtual.crus import Crus, add_crus, draw_crus
from edge.scanner.virtual.diaphragm import Diaphragm, add_diaphragm, bowl, mirror_image
from edge.scanner.virtual.grid import Grid
from edge.scanner.virtual.organs import (
    BILE_ATTENUATION,
    BILE_DB,
    add_ligament,
    add_sac,
    oval,
)
from edge.scanner.virtual.parenchyma import parenchyma
from edge.scanner.virtual.presets import PRESETS
from edge.scanner.virtual.scene import Scene
from edge.scanner.virtual.subject import Subject
from edge.scanner.virtual.tissue import Tissue
from edge.scanner.virtual.vessels import Tube, grow, short_pieces


@dataclass(frozen=True)
class Veins:
    """Hepatic veins: their radius, mm, and how far they turn from the way to the probe, rad."""

    radius_mm: tuple[float, float]
    turn_rad: tuple[float, float]


ORDINARY = Veins(radius_mm=(2.2, 4.2), turn_rad=(0.1, 1.5))
AT_THE_CRUS = Veins(radius_mm=(2.2, 6.0), turn_rad=(0.3, 2.0))
"""Cut along their length, up to where they are widest."""


@dataclass(frozen=True)
class Lie:
    """How a liver lies under the probe: its diaphragm, and where its hepatic veins meet."""

    dome: Diaphragm
    side: float
    """Of the confluence: -1 left, 1 right."""
    confluence_mm: tuple[float, float]
    veins: Veins
    crus: Crus | None = None


def build_ar(subject: Subject, grid: Grid, rng: np.random.Generator) -> Scene:
    """Liver, diaphragm, and what else this subject shows."""
    shape_rng, liver_rng, vessel_rng, organ_rng, surface_rng, crus_rng = rng.spawn(6)
    biology, preset = subject.biology, PRESETS[subject.preset]
    lie = _ordinary(grid, shape_rng)
    if crus_rng.random() < preset.crus_share:
        lie = _at_the_crus(grid, lie.side, crus_rng)
    dome = lie.dome
    echo = mirror_image(dome, biology.mirror_db)
    tissue = Tissue.uniform(grid.x.shape, 0.0, biology.liver_attenuation)
    tissue.power = parenchyma(biology, dome.mirrored_x, dome.mirrored_y, liver_rng) * echo
    tissue.liver = (dome.beyond_mm < 0).astype(np.float32)
    scene = Scene(tissue, echo, dome.mirrored_x, dome.mirrored_y, [])
    scene.tubes = _vessels(lie, grid.depth_mm, subject.body.wall_mm, vessel_rng)
    _add_organs(scene, subject, grid, lie.confluence_mm, organ_rng)
    if lie.crus:
        add_crus(tissue, lie.crus, grid, crus_rng)
        scene.hide(tissue.names["crus"])
    add_diaphragm(tissue, dome, biology.diaphragm_db, preset.diaphragm_mm, grid, surface_rng)
    scene.hide(tissue.names["diaphragm"])
    return scene


def _ordinary(grid: Grid, rng: np.random.Generator) -> Lie:
    """The diaphragm one bowl, lowest near the middle; the veins are cut across."""
    lowest_mm = _pair(rng, (-28, 28), (0.74 * grid.depth_mm, 0.92 * grid.depth_mm))
    dome = bowl(grid, lowest_mm, float(rng.uniform(65, 150)), rng)
    side = float(rng.choice((-1.0, 1.0)))
    confluence_mm = (
        side * float(rng.uniform(18, 48)),
        lowest_mm[1] - float(rng.uniform(16, 30)),
    )
    return Lie(dome, side, confluence_mm, ORDINARY)


def _at_the_crus(grid: Grid, side: float, rng: np.random.Generator) -> Lie:
    """The diaphragm rises to a fold on `side`, where the veins meet just before it."""
    crus = draw_crus(grid, side, rng)
    across_mm, above_mm = _pair(rng, (2, 8), (3, 10))
    confluence_mm = crus.crest_mm[0] - side * across_mm, crus.crest_mm[1] - above_mm
    return Lie(crus.dome, side, confluence_mm, AT_THE_CRUS, crus)


def _pair(
    rng: np.random.Generator, first: tuple[float, float], second: tuple[float, float]
) -> tuple[float, float]:
    """Two draws, each from its range."""
    return float(rng.uniform(*first)), float(rng.uniform(*second))


def _vessels(lie: Lie, depth_mm: float, wall_mm: float, rng: np.random.Generator) -> list[Tube]:
    """Hepatic veins that run to the vena cava, a portal tree across them, small branches."""
    tubes: list[Tube] = []
    towards_probe = -np.pi / 2
    for turn in rng.uniform(*lie.veins.turn_rad, int(rng.integers(1, 4))):
        heading = towards_probe - lie.side * float(turn)
        radius_mm = float(rng.uniform(*lie.veins.radius_mm))
        tubes += grow(lie.confluence_mm, heading, radius_mm, 0.0, rng)
    porta = float(rng.uniform(-35, 35)), float(rng.uniform(0.4, 0.62)) * depth_mm
    heading = float(rng.normal(0, 0.5)) + (np.pi if rng.random() < 0.5 else 0.0)
    tubes += grow(porta, heading, float(rng.uniform(1.8, 4.0)), 1.5, rng)
    across, down = (-65.0, 65.0), (wall_mm + 12, 0.85 * depth_mm)
    tubes += short_pieces(int(rng.integers(6, 16)), across, down, 0.9, rng)
    return tubes + short_pieces(int(rng.integers(2, 8)), across, down, 0.0, rng)


def _add_organs(
    scene: Scene,
    subject: Subject,
    grid: Grid,
    confluence_mm: tuple[float, float],
    rng: np.random.Generator,
) -> None:
    """Vena cava, gallbladder and ligament, each in some subjects; every draw is always made."""
    tissue, here = scene.tissue, scene.tissue.liver.copy()
    has_cava, has_bladder, has_ligament = rng.random(3) < (0.4, 0.18, 0.25)
    cava_rng, bladder_rng, ligament_rng = rng.spawn(3)
    if has_cava:
        axes = _pair(cava_rng, (9, 15), (6, 10))
        outside = oval(grid, confluence_mm, axes, float(cava_rng.uniform(-0.5, 0.5)), cava_rng)
        blood = subject.biology.lumen_db - 4, BLOOD_ATTENUATION
        add_sac(tissue, "vena cava", outside, blood, 2.0, here)
    if has_bladder:
        at = _pair(bladder_rng, (-45, 45), (0.4 * grid.depth_mm, 0.6 * grid.depth_mm))
        axes = _pair(bladder_rng, (14, 26), (7, 12))
        outside = oval(grid, at, axes, float(bladder_rng.uniform(-1, 1)), bladder_rng)
        add_sac(tissue, "gallbladder", outside, (BILE_DB, BILE_ATTENUATION), 9.0, here)
    if has_ligament:
        at = _pair(ligament_rng, (-40, 40), (0.3 * grid.depth_mm, 0.5 * grid.depth_mm))
        add_ligament(tissue, grid, at, here, ligament_rng)
    for name in ("vena cava", "gallbladder", "ligament"):
        if name in tissue.names:
            scene.hide(tissue.names[name])
