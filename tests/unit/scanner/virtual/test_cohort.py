"""Fidelity 10 and the public face of the cohort."""

from collections import Counter

import msgspec
import numpy as np
import pytest

from edge.contract.grading import Grade, grade
from edge.scanner.virtual import PRESETS, Subject, draw_cohort, draw_subject
from edge.scanner.virtual.label import draw_fat, fat_at

TABLE_1: dict[Grade, int] = {"S0": 111, "S1": 21, "S2": 6, "S3": 12}


def is_the_papers(fat_pct: list[float]) -> bool:
    """Table 1: strata, range, mean 4.50 within 0.5, SD 8.01 within 0.8."""
    return (
        Counter(grade(fat) for fat in fat_pct) == TABLE_1
        and min(fat_pct) >= 0.27
        and max(fat_pct) <= 50.97
        and abs(float(np.mean(fat_pct)) - 4.5) < 0.5
        and abs(float(np.std(fat_pct)) - 8.01) < 0.8
    )


@pytest.mark.parametrize("seed", range(25))
def test_every_cohort_has_the_statistics_of_the_papers_table(seed: int) -> None:
    assert is_the_papers([subject.true_pct for subject in draw_cohort("single", 150, seed)])


def test_a_cohort_drawn_without_strata_would_be_noticed() -> None:
    rng = np.random.default_rng(0)
    assert not is_the_papers([draw_fat(rng) for _ in range(150)])


@pytest.mark.parametrize("subjects", [1, 10, 149, 151, 1000])
def test_grades_keep_their_shares_in_any_number_of_subjects(subjects: int) -> None:
    grades = Counter(grade(subject.true_pct) for subject in draw_cohort("multi", subjects, 1))
    assert sum(grades.values()) == subjects
    for name, share in TABLE_1.items():
        assert abs(grades[name] - subjects * share / 150) < 1


def test_quantiles_rise_through_each_grade() -> None:
    for name in TABLE_1:
        fats = [fat_at(name, quantile) for quantile in np.linspace(0, 1, 50)]
        assert fats == sorted(fats)
        assert {grade(fat) for fat in fats} == {name}


def test_the_measured_label_scatters_in_realistic_alone() -> None:
    for preset, spread in {"single": 0.0, "multi": 0.0, "realistic": 0.45}.items():
        errors = [s.hmrs_pct - s.true_pct for s in draw_cohort(preset, 600, 2) if s.true_pct > 2]
        assert np.std(errors) == pytest.approx(spread, abs=0.08)


@pytest.mark.parametrize("preset", list(PRESETS))
def test_a_subject_survives_json(preset: str) -> None:
    subject = draw_subject(preset, 3, 1)
    assert msgspec.json.decode(msgspec.json.encode(subject), type=Subject) == subject


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(KeyError, match="nice"):
        draw_subject("nice", 1)
