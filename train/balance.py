"""Who is in a training cohort: the population as it is, or every grade as often as the others."""

import numpy as np

from edge.contract.grading import GRADES
from edge.scanner.virtual import Subject, draw_cohort, draw_subject
from edge.scanner.virtual.label import fat_at


def draw_subjects(preset: str, count: int, seed: int, *, balanced: bool) -> list[Subject]:
    """Subjects of a cohort; the first ones are the same however many are drawn, if balanced.

    Balanced, a net sees as many fatty livers as lean ones; in the paper's population three in
    four are lean, and one in twenty-five is S2.
    """
    if not balanced:
        return draw_cohort(preset, count, seed)
    return [_of_turn(preset, index, seed) for index in range(count)]


def _of_turn(preset: str, index: int, seed: int) -> Subject:
    grade = GRADES[index % len(GRADES)]
    fat_pct = fat_at(grade, float(np.random.default_rng([seed, index]).random()))
    return draw_subject(preset, seed, index, fat_pct=fat_pct)
