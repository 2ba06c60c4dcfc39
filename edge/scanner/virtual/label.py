"""How much fat the subjects of a cohort have: the paper's strata and statistics."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from edge.contract.grading import GRADES, Grade

STRATA: dict[Grade, int] = {"S0": 111, "S1": 21, "S2": 6, "S3": 12}
"""Subjects of each grade among 150. Source: Colantonio et al., section 2."""

FAT_PCT = (0.27, 50.97)
"""Range of liver fat in the paper's Table 1, H-MRS %."""


def draw_fat(rng: np.random.Generator) -> float:
    """True liver fat of one subject of the population, %."""
    shares = np.array([STRATA[grade] for grade in GRADES]) / sum(STRATA.values())
    drawn = GRADES[int(rng.choice(len(GRADES), p=shares))]
    return fat_at(drawn, float(rng.random()))


def draw_cohort_fat(subjects: int, rng: np.random.Generator) -> list[float]:
    """True liver fat of a cohort, %, in random order.

    Grades come in the paper's proportions and evenly over each grade's quantiles, so that every
    cohort of 150, not the average one, has the statistics of Table 1.
    """
    fat_pct = [
        fat_at(grade, (place + float(rng.random())) / number)
        for grade, number in _numbers(subjects).items()
        for place in range(number)
    ]
    return [fat_pct[position] for position in rng.permutation(subjects)]


def fat_at(grade: Grade, quantile: float) -> float:
    """Fat at a quantile (0 to 1) of a grade's distribution, %."""
    fat_pct, density = _DENSITIES[grade]
    cumulated = np.concatenate(([0.0], np.cumsum((density[1:] + density[:-1]) / 2)))
    return float(np.interp(quantile * cumulated[-1], cumulated, fat_pct))


def _numbers(subjects: int) -> dict[Grade, int]:
    """Subjects of each grade; the largest remainders get what rounding down leaves."""
    exact = {grade: subjects * share / sum(STRATA.values()) for grade, share in STRATA.items()}
    numbers = {grade: int(number) for grade, number in exact.items()}
    by_remainder = sorted(exact, key=lambda grade: numbers[grade] - exact[grade])
    for grade in by_remainder[: subjects - sum(numbers.values())]:
        numbers[grade] += 1
    return numbers


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
