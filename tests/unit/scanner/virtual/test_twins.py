"""Fidelity 9: fat changes the liver and what lies behind it, and nothing else."""

import numpy as np
import pytest

from edge.contract.grading import VIEWS, View
from edge.scanner.virtual import Subject, VirtualClip, draw_subject
from edge.scanner.virtual.grid import inner
from edge.scanner.virtual.motion import Pose
from tests.unit.scanner.virtual.twins import twin


def same_anatomy(lean: Subject, fatty: Subject, view: View) -> bool:
    """Whether all masks of all structures are equal."""
    pairs = zip(
        VirtualClip(lean, view).anatomy.sections,
        VirtualClip(fatty, view).anatomy.sections,
        strict=True,
    )
    return all(
        a.names.keys() == b.names.keys()
        and all(np.array_equal(a.names[name], b.names[name]) for name in a.names)
        and np.array_equal(a.liver, b.liver)
        for a, b in pairs
    )


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("seed", [2, 3, 4])
def test_twins_share_their_anatomy(view: View, seed: int) -> None:
    assert same_anatomy(twin(seed, 2.0), twin(seed, 35.0), view)


def test_another_body_would_be_noticed() -> None:
    lean, fatty = (draw_subject("single", 2, fat_pct=fat) for fat in (2.0, 35.0))
    assert not same_anatomy(lean, fatty, "AR")


@pytest.mark.parametrize("view", VIEWS)
def test_the_echo_differs_in_the_liver_and_behind_it_alone(view: View) -> None:
    lean, fatty = (VirtualClip(twin(6, fat), view) for fat in (2.0, 35.0))
    levels = [clip.probe.level_db(Pose(), np.random.default_rng(0)) for clip in (lean, fatty)]
    differs = np.abs(levels[0] - levels[1]) > 1e-3
    # The pulse is half a millimetre long, so what starts at the capsule shows a little above it.
    above = lean.grid.z < inner(lean.anatomy.capsule_mm) - 1.5

    assert not differs[above].any()
    # Where bowel or bone lies before the liver, nothing changes.
    assert differs[~above].mean() > 0.6


def test_twins_share_all_latents_but_those_of_fat() -> None:
    lean, fatty = (draw_subject("realistic", 9, 4, fat_pct=fat) for fat in (2.0, 30.0))

    assert lean.settings == fatty.settings
    assert changed(lean.body, fatty.body) == {"bmi", "wall_mm"}
    assert changed(lean.biology, fatty.biology) == {
        "liver_attenuation",
        "liver_db",
        "texture_variance",
    }


def changed(first: object, second: object) -> set[str]:
    names: tuple[str, ...] = first.__struct_fields__  # type: ignore[attr-defined]
    return {name for name in names if getattr(first, name) != getattr(second, name)}
