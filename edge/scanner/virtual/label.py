"""Who is in a cohort: how much fat, in the proportions of the paper's 150 subjects."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

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
    return fat_at(grade, float(rng.random()))


def fat_at(grade: Grade, quantile: float) -> float:
    """Fat at a quantile (0 to 1) of a grade's distribution, %."""
    fat_pct, density = _DENSITIES[grade]
    cumulated = np.concatenate(([0.0], np.cumsum((density[1:] + density[:-1]) / 2)))
    return float(np.interp(quantile * cumulated[-1], cumulated, fat_pct))


def _grades(subjects: int, rng: np.random.Generator) -> list[Grade]:
    """One grade for each subject, shuffled; largest remainders get what rounding leaves."""
    exact = {grade: subjects * share / sum(STRATA.values()) for grade, share in STRATA.items()}
    counts = {grade: int(number) for grade, number in exact.items()}
    by_remainder = sorted(exact, key=lambda grade: counts[grade] - exact[grade])
    for grade in by_remainder[: subjects - sum(counts.values())]:
        counts[grade] += 1
    ordered = [grade for grade in GRADES for _ in range(counts[grade])]
    return [ordered[position] for position in rng.permutation(len(ordered))]


def _tabulate(
    low: float, high: float, density: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A density over [low, high] at 2001 places; it is asked for places in units of the range."""
    unit = (np.arange(2001) + 0.5) / 2001
    return low + (high - low) * np.linspace(0, 1, 2001), density(unit)


def _lean(unit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lognormal around 1.25 %, cut to the range of S0."""
    fat_pct = 0.27 + (3.12 - 0.27) * unit
    bell: NDArray[np.float64] = np.exp(-(((np.log(fat_pct / 1.25)) / 0.55) ** 2) / 2) / fat_pct
    return bell


_DENSITIES = {
    "S0": _tabulate(0.27, 3.12, _lean),
    "S1": _tabulate(3.13, 8.77, lambda unit: (1 - unit) ** 0.7),
    "S2": _tabulate(8.8, 13.6, np.ones_like),
    "S3": _tabulate(13.7, 50.97, lambda unit: unit**0.15 * (1 - unit) ** 0.8),
}
