"""Views of the liver, and the grade that a fat percentage falls into."""

from bisect import bisect_left
from typing import Final, Literal

View = Literal["AR", "HR"]
Grade = Literal["S0", "S1", "S2", "S3"]

VIEWS: tuple[View, ...] = ("AR", "HR")
"""AR: oblique subcostal (attenuation with depth); HR: hepato-renal (liver beside kidney)."""

PAIR: Final = "AR+HR"
"""The two views read together."""

THRESHOLDS_PCT = (3.12, 8.77, 13.69)
"""Upper H-MRS limits of S0, S1 and S2 in %, inclusive.

Source: Karlas et al. 2014, PLoS ONE 9, as used by Colantonio et al. (section 2).
"""

GRADES: tuple[Grade, ...] = ("S0", "S1", "S2", "S3")


def grade(fat_pct: float) -> Grade:
    """Steatosis grade of an H-MRS percentage: S0 ≤ 3.12 < S1 ≤ 8.77 < S2 ≤ 13.69 < S3."""
    return GRADES[bisect_left(THRESHOLDS_PCT, fat_pct)]


def grades_within(low_pct: float, high_pct: float) -> list[Grade]:
    """Every grade between two H-MRS percentages, from the lowest."""
    first, last = GRADES.index(grade(low_pct)), GRADES.index(grade(high_pct))
    return list(GRADES[first : last + 1])
