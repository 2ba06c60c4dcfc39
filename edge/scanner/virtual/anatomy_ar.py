"""AR, the oblique subcostal view: liver down to the diaphragm, its mirror image beyond."""

import numpy as np

from edge.scanner.virtual.biology import BLOOD_ATTENUATION
from edge.scanner.virtual.diaphragm import add_diaphragm, bowl, mirror_image
from edge.scanner.virtual.grid import Grid
from edge.scanner.virtual.organs import (
    BILE_ATTENUATION,
    BILE_DB,
    add_ligament,
    add_sac,
    oval,
)
from edge.scanner.virtual.parenchyma import parenchyma
from edge.scanner.virtual.scene import Scene
from edge.scanner.virtual.subject import Subject
from edge.scanner.virtual.tissue import Tissue
from edge.scanner.virtual.vessels import Tube, grow, short_pieces


def build_ar(subject: Subject, grid: Grid, rng: np.random.Generator) -> Scene:
    """Liver, diaphragm, and what else this subject shows."""
    shape_rng, liver_rng, vessel_rng, organ_rng, surface_rng = rng.spawn(5)
    biology = subject.biology
    lowest_mm = _pair(shape_rng, (-28, 28), (0.74 * grid.depth_mm, 0.92 * grid.depth_mm))
    dome = bowl(grid, lowest_mm, float(shape_rng.uniform(65, 150)), shape_rng)
    echo = mirror_image(dome, biology.mirror_db)
    tissue = Tissue.uniform(grid.x.shape, 0.0, biology.liver_attenuation)
    tissue.power = parenchyma(biology, dome.mirrored_x, dome.mirrored_y, liver_rng) * echo
    tissue.liver = (dome.beyond_mm < 0).astype(np.float32)
    scene = Scene(tissue, echo, dome.mirrored_x, dome.mirrored_y, [])
    side = float(shape_rng.choice((-1.0, 1.0)))
    confluence_mm = (
        side * float(shape_rng.uniform(18, 48)),
        lowest_mm[1] - float(shape_rng.uniform(16, 30)),
    )
    scene.tubes = _veins(confluence_mm, side, grid.depth_mm, subject.body.wall_mm, vessel_rng)
    _add_organs(scene, subject, grid, confluence_mm, organ_rng)
    add_diaphragm(tissue, dome, biology.diaphragm_db, grid, surface_rng)
    scene.hide(tissue.names["diaphragm"])
    return scene


def _pair(
    rng: np.random.Generator, first: tuple[float, float], second: tuple[float, float]
) -> tuple[float, float]:
    """Two draws, each from its range."""
    return float(rng.uniform(*first)), float(rng.uniform(*second))


def _veins(
    confluence_mm: tuple[float, float],
    side: float,
    depth_mm: float,
    wall_mm: float,
    rng: np.random.Generator,
) -> list[Tube]:
    """Hepatic veins that run to the vena cava, a portal tree across them, small branches."""
    tubes: list[Tube] = []
    towards_probe = -np.pi / 2
    for turn in rng.uniform(0.1, 1.5, int(rng.integers(1, 4))):
        heading = towards_probe - side * float(turn)
        tubes += grow(confluence_mm, heading, float(rng.uniform(2.2, 4.2)), 0.0, rng)
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
