"""HR, the hepato-renal view: liver above the right kidney, muscle and gas around."""

import numpy as np

from edge.scanner.virtual.diaphragm import add_diaphragm, bowl
from edge.scanner.virtual.grid import Field, Grid
from edge.scanner.virtual.kidney import Kidney, add_kidney, draw_kidney
from edge.scanner.virtual.organs import BILE_ATTENUATION, BILE_DB, add_sac, oval
from edge.scanner.virtual.parenchyma import parenchyma
from edge.scanner.virtual.presets import PRESETS, Preset
from edge.scanner.virtual.scene import Scene
from edge.scanner.virtual.smooth import smooth_field, smooth_line
from edge.scanner.virtual.subject import Subject
from edge.scanner.virtual.tissue import Tissue, sheet, soft
from edge.scanner.virtual.vessels import Tube, grow, short_pieces


def build_hr(subject: Subject, grid: Grid, rng: np.random.Generator) -> Scene:
    """Liver and kidney, and what else this subject shows."""
    shape_rng, liver_rng, vessel_rng, organ_rng, back_rng, kidney_rng, band_rng = rng.spawn(7)
    biology, wall_mm = subject.biology, subject.body.wall_mm
    preset = PRESETS[subject.preset]
    tissue = Tissue.uniform(grid.x.shape, 0.0, biology.liver_attenuation)
    tissue.power = parenchyma(biology, grid.x, grid.y, liver_rng)
    kidney = draw_kidney(grid, wall_mm, preset, shape_rng)
    scene = Scene(tissue, tissue.liver.copy(), grid.x, grid.y, [])
    scene.tubes = _vessels(wall_mm, vessel_rng)
    _add_gallbladder(tissue, grid, wall_mm, organ_rng)
    behind_mm = _add_back(tissue, kidney, grid, preset, back_rng)
    if band_rng.random() < preset.bright_back_share:
        _add_band(tissue, kidney, behind_mm, band_rng)
    add_kidney(tissue, kidney, biology, kidney_rng)
    scene.echo = tissue.liver.copy()
    return scene


def _vessels(wall_mm: float, rng: np.random.Generator) -> list[Tube]:
    """Fewer and smaller than in the dome of the liver."""
    across, down = (-60.0, 40.0), (wall_mm + 8, wall_mm + 60)
    tubes = short_pieces(int(rng.integers(4, 11)), across, down, 0.9, rng)
    tubes += short_pieces(int(rng.integers(1, 6)), across, down, 0.0, rng)
    root = float(rng.uniform(-50, -15)), wall_mm + float(rng.uniform(25, 45))
    heading, radius_mm = float(rng.uniform(-0.9, 0.3)), float(rng.uniform(1.4, 3.2))
    vein = grow(root, heading, radius_mm, 1.4 if rng.random() < 0.4 else 0.0, rng)
    return tubes + (vein if rng.random() < 0.6 else [])


def _add_gallbladder(tissue: Tissue, grid: Grid, wall_mm: float, rng: np.random.Generator) -> None:
    """In some subjects its end shows beside the kidney."""
    shown = rng.random() < 0.12
    at = float(rng.uniform(15, 45)), wall_mm + float(rng.uniform(22, 36))
    axes = float(rng.uniform(12, 22)), float(rng.uniform(6, 10))
    tilt_rad = float(rng.uniform(-0.6, 0.6))
    if shown:
        outside = oval(grid, at, axes, tilt_rad, rng)
        here = np.ones_like(outside)
        add_sac(tissue, "gallbladder", outside, (BILE_DB, BILE_ATTENUATION), 9.0, here)


def _add_back(
    tissue: Tissue, kidney: Kidney, grid: Grid, preset: Preset, rng: np.random.Generator
) -> Field:
    """All that lies behind: diaphragm, muscle with a soft boundary, bowel past the liver's tip.

    Returns how far behind liver and kidney each place lies, mm.
    """
    u, v = kidney.u, kidney.v
    muscle_rng, bowel_rng, dome_rng, edge_rng = rng.spawn(4)
    bend = 4 * smooth_line(edge_rng, np.clip(u, -150, 150), 30.0)
    # Behind the plane of the kidney; on the side of the head the liver reaches further back.
    headwards_mm = np.maximum(-u - 0.6 * kidney.half_length_mm, 0)
    deeper = float(edge_rng.uniform(0.25, 0.7)) * headwards_mm
    behind_mm = v - deeper - bend - float(edge_rng.uniform(2, 9))
    muscle_db = float(muscle_rng.normal(-1, 4.5)) + _streaks(u, v, muscle_rng)
    tissue.fill("muscle", soft(behind_mm, float(edge_rng.uniform(6, 12))), muscle_db, 0.9)
    if dome_rng.random() < 0.55:
        _add_pleura(tissue, grid, kidney, behind_mm, preset, dome_rng)
    past_mm = u - kidney.half_length_mm * float(bowel_rng.uniform(0.75, 1.25))
    past_mm = past_mm - 0.5 * np.minimum(v, 0) + 4 * smooth_field(bowel_rng, u, v, 14.0)
    bowel_db = float(bowel_rng.normal(3, 4.5)) + 5 * smooth_field(bowel_rng, u, v, 9.0, 4.0)
    tissue.fill("bowel", soft(past_mm, 5.0), bowel_db, 1.1)
    return np.asarray(behind_mm)


def _add_band(tissue: Tissue, kidney: Kidney, behind_mm: Field, rng: np.random.Generator) -> None:
    """Fat and the muscle's own sheets along the back, bright in many."""
    thick_mm = float(rng.uniform(4, 18))
    level_db = float(rng.uniform(4, 20)) + _streaks(kidney.u, kidney.v, rng)
    tissue.shine("back", sheet(behind_mm - thick_mm / 2, thick_mm), level_db)


def _streaks(u: Field, v: Field, rng: np.random.Generator) -> Field:
    """Fibres and fat planes along the muscle, dB."""
    return 2 * smooth_field(rng, u, v, 12.0, 1.8) + 2.5 * smooth_field(rng, u, v, 14.0, 7.0)


def _add_pleura(
    tissue: Tissue,
    grid: Grid,
    kidney: Kidney,
    behind_mm: Field,
    preset: Preset,
    rng: np.random.Generator,
) -> None:
    """The diaphragm at the head's end, as a bright arc behind the liver."""
    lowest = float(rng.uniform(-55, -30)), float(rng.uniform(*preset.pleura_depth)) * grid.depth_mm
    arc = bowl(grid, lowest, float(rng.uniform(60, 110)), rng)
    piece = Tissue.uniform(grid.x.shape, -90.0, 0.0)
    level_db = float(rng.spawn(1)[0].uniform(*preset.pleura_db))
    add_diaphragm(piece, arc, level_db, preset.diaphragm_mm, grid, rng)
    shown = soft(-kidney.u - 0.55 * kidney.half_length_mm, 12.0) * (1 - soft(behind_mm - 25, 20.0))
    tissue.power += piece.power * shown
    tissue.mirror += piece.mirror * shown
