"""Fidelity 12: the label hides everywhere but in the liver and in the body mass index."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from typing import NamedTuple, TypeVar

import msgspec
import numpy as np
import pytest

from edge.contract.crop import CropSpec, crop
from edge.contract.grading import VIEWS
from edge.scanner.virtual import PRESETS, Subject, VirtualClip, draw_cohort, draw_subject
from edge.scanner.virtual.depth import draw_depth
from edge.scanner.virtual.grid import SAMPLES, Field, Grid, inner
from edge.scanner.virtual.motion import Pose
from edge.scanner.virtual.scan_conversion import lay_out
from edge.scanner.virtual.seeds import Leaf, stream

Result = TypeVar("Result")

KNOW_FAT = {"liver_attenuation", "liver_db", "texture_variance"}


def latents(subject: Subject) -> dict[str, float]:
    """Every number of a subject's scanner, wall and biology but the liver's own."""
    found: dict[str, float] = {}
    for part in (subject.settings, subject.biology):
        for name in part.__struct_fields__:
            values = np.ravel(getattr(part, name))
            found |= {f"{name} {place}": float(value) for place, value in enumerate(values)}
    levels = subject.body.wall_levels_db
    found |= {f"wall level {place}": level for place, level in enumerate(levels)}
    return {name: value for name, value in found.items() if name.split()[0] not in KNOW_FAT}


def correlations(subjects: list[Subject]) -> dict[str, float]:
    """Of each latent that varies, with the fat."""
    fat = [subject.true_pct for subject in subjects]
    columns = [latents(subject) for subject in subjects]
    series = {name: [column[name] for column in columns] for name in columns[0]}
    return {
        name: float(np.corrcoef(fat, values)[0, 1])
        for name, values in series.items()
        if np.std(values) > 1e-9
    }


@pytest.mark.parametrize("preset", list(PRESETS))
def test_no_latent_beside_the_livers_own_knows_the_fat(preset: str) -> None:
    found = correlations(draw_cohort(preset, 2000, 3))
    assert len(found) > 15
    assert max(abs(value) for value in found.values()) < 0.1


def test_bmi_and_wall_know_a_little_and_the_liver_knows_much() -> None:
    subjects = draw_cohort("single", 2000, 3)
    fat = [subject.true_pct for subject in subjects]
    for known in ([s.body.bmi for s in subjects], [s.body.wall_mm for s in subjects]):
        assert 0.1 < np.corrcoef(fat, known)[0, 1] < 0.4
    assert np.corrcoef(fat, [s.biology.liver_attenuation for s in subjects])[0, 1] > 0.9


def test_texture_knows_the_fat_where_networks_are_measured_but_not_where_they_only_learn() -> None:
    found = {}
    for preset in PRESETS:
        subjects = draw_cohort(preset, 2000, 3)
        texture = [subject.biology.texture_variance for subject in subjects]
        found[preset] = np.corrcoef([subject.true_pct for subject in subjects], texture)[0, 1]

    assert abs(found.pop("varied")) < 0.1
    assert max(found.values()) < -0.9


def ridge_r(features: Field, target: Field, weight: float = 3.0) -> float:
    """Correlation of a ridge regression's five-fold predictions with the truth."""
    features = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-6)
    predicted, fold = np.zeros(len(target)), np.arange(len(target)) % 5
    for held_out in range(5):
        fit = fold != held_out
        kernel = features[fit] @ features[fit].T
        kernel[np.diag_indices_from(kernel)] += weight * features.shape[1]
        mean = target[fit].mean()
        dual = np.linalg.solve(kernel, target[fit] - mean)
        predicted[~fit] = features[~fit] @ (features[fit].T @ dual) + mean
    return float(np.corrcoef(predicted, target)[0, 1])


def evenly_fat(count: int) -> list[Subject]:
    """Subjects of all fats alike, so that fatty ones are not rare."""
    fat = np.random.default_rng(1).uniform(0.5, 40, count)
    return [draw_subject("single", 77, index, fat_pct=float(f)) for index, f in enumerate(fat)]


def fan(subject: Subject, deeper_mm: float = 0.0) -> Field:
    """Where the fan lies in the frame, coarsely, flat."""
    settings = subject.settings
    rng = stream(subject.seed, subject.index, Leaf.DEPTH, VIEWS.index("AR"))
    depth_mm = draw_depth("AR", subject.body.wall_mm, rng) + deeper_mm
    grid = Grid(settings.radius_mm, float(np.deg2rad(settings.half_angle_deg)), depth_mm)
    screen = lay_out(grid, settings)
    lit = np.full((SAMPLES, 256), 255, np.uint8)
    shown = screen.show(lit, np.zeros((screen.height, screen.width), np.uint8))
    return shown[60:420:12, 140:500:12].ravel().astype(np.float64)


def test_the_shape_of_the_fan_does_not_know_the_fat() -> None:
    subjects = evenly_fat(240)
    fat = np.array([subject.true_pct for subject in subjects])
    assert ridge_r(np.array([fan(subject) for subject in subjects]), fat) < 0.15
    # The control: were fatty livers imaged a little deeper, the fan would tell.
    told = [fan(subject, 0.8 * subject.true_pct) for subject in subjects]
    assert ridge_r(np.array(told), fat) > 0.15


class Seen(NamedTuple):
    """What a probe for leaks measures of one subject."""

    fat_pct: float
    lit: float
    """HR: mean gray of what is not black in the network's window."""
    window: float
    """HR: mean gray of the whole window."""


@cache
def seen(cohort: str) -> list[Seen]:
    """Of 200 subjects as the paper has them, or of 80 of all fats alike."""
    subjects = draw_cohort("single", 200, 3) if cohort == "paper" else evenly_fat(80)
    return on_all_cores(_seen, subjects)


def on_all_cores(measure: Callable[[Subject], Result], subjects: list[Subject]) -> list[Result]:
    """What is measured of each subject, in their order."""
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(measure, subjects, chunksize=5))


def _seen(subject: Subject) -> Seen:
    window = crop(VirtualClip(subject, "HR").frame(0), CropSpec())
    return Seen(subject.true_pct, float(window[window > 0].mean()), float(window.mean()))


def wall_profile(subject: Subject) -> Field:
    """AR: mean gray of eight layers of the body wall, from the skin to above the capsule."""
    clip = VirtualClip(subject, "AR")
    gray = clip.lines(Pose(), np.random.default_rng(0))
    share = clip.grid.z / inner(clip.anatomy.capsule_mm)
    starts = np.linspace(0.02, 0.85, 8)
    return np.array([gray[(share > at) & (share < at + 0.1)].mean() for at in starts])


def tell_tale(subject: Subject) -> Subject:
    """A subject whose wall darkens as the liver brightens."""
    levels = tuple(level - 1.5 * subject.biology.liver_db for level in (10.0, -1.0, 3.0))
    body = msgspec.structs.replace(subject.body, wall_levels_db=levels)
    return msgspec.structs.replace(subject, body=body)


def test_the_body_wall_hardly_knows_the_fat() -> None:
    subjects = evenly_fat(80)
    fat = np.array([subject.true_pct for subject in subjects])
    assert ridge_r(np.array(on_all_cores(wall_profile, subjects)), fat, 0.1) < 0.4
    told = on_all_cores(wall_profile, [tell_tale(subject) for subject in subjects[:40]])
    assert ridge_r(np.array(told), fat[:40], 0.1) > 0.4


def brightness_r(cohort: str, figure: str, leaked: float = 0.0) -> float:
    """Correlation of fat and mean gray, once the gray is lowered by `leaked` for each percent."""
    gray = [getattr(one, figure) - leaked * one.fat_pct for one in seen(cohort)]
    return abs(float(np.corrcoef([one.fat_pct for one in seen(cohort)], gray)[0, 1]))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("figure", ["lit", "window"])
def test_the_brightness_of_a_clip_hardly_knows_the_fat(figure: str) -> None:
    assert brightness_r("paper", figure) < 0.3
    # The control: a gain turned down by half a gray level a percent.
    assert brightness_r("paper", figure, leaked=0.5) > 0.3


def test_brightness_tells_no_more_than_the_shade_behind_fatty_livers() -> None:
    """Where half of the subjects have more than 20 %, what lies behind their livers is dark."""
    assert brightness_r("evenly", "window") < 0.45
    assert brightness_r("evenly", "window", leaked=1.0) > 0.45
