"""Who is in a cohort: how much fat, in the proportions of the paper's 150 subjects."""

from collections.abc import Callable

import numpy as np

from edge.contract.grading import GRADES, Grade
from edge.scanner.virtual.seeds import Leaf, stream
from edge.scanner.virtual.subject import Subject, draw_subject

STRATA: dict[Grade, int] = {"S0": 111, "S1": 21, "S2": 6, "S3": 12}
"""Subjects of each grade among 150. Source: Colantonio et al., section 2."""


def draw_cohort(preset: str, subjects: int, seed: int) -> list[Subject]:
    """Subjects in random order, the grades in the paper's proportions.

    The cohort's statistics follow the paper's Table 1 (mean 4.50, SD 8.01, 0.27-50.97 %).
    """
    grades = _grades(subjects, stream(seed, 0, Leaf.LABEL))
    return [
        draw_subject(
            preset, seed, index, fat_pct=draw_fat(grade, stream(seed, index, Leaf.LABEL, 1))
        )
        for index, grade in enumerate(grades)
    ]


def draw_fat(grade: Grade, rng: np.random.Generator) -> float:
    """True liver fat of a subject of this grade, %."""
    return _DRAWS[grade](rng)


def _grades(subjects: int, rng: np.random.Generator) -> list[Grade]:
    """One grade for each subject, shuffled; largest remainders get what rounding leaves."""
    exact = {grade: subjects * share / sum(STRATA.values()) for grade, share in STRATA.items()}
    counts = {grade: int(number) for grade, number in exact.items()}
    by_remainder = sorted(exact, key=lambda grade: counts[grade] - exact[grade])
    for grade in by_remainder[: subjects - sum(counts.values())]:
        counts[grade] += 1
    ordered = [grade for grade in GRADES for _ in range(counts[grade])]
    return [ordered[position] for position in rng.permutation(len(ordered))]


def _lean(rng: np.random.Generator) -> float:
    while True:
        fat_pct = float(rng.lognormal(np.log(1.25), 0.55))
        if 0.27 <= fat_pct <= 3.12:
            return fat_pct


_DRAWS: dict[Grade, Callable[[np.random.Generator], float]] = {
    "S0": _lean,
    "S1": lambda rng: 3.12 + 5.65 * float(rng.beta(1.0, 1.7)),
    "S2": lambda rng: float(rng.uniform(8.8, 13.6)),
    "S3": lambda rng: 13.7 + 37.2 * float(rng.beta(1.15, 1.8)),
}
