"""A virtual cohort's folder, rendered or gone on with: what `cohort` and `study` share."""

from collections.abc import Callable
from pathlib import Path

from train.balance import draw_subjects
from train.cohort import CohortRecord
from train.render import finish, missing, open_folder, render


def render_cohort(
    folder: Path, record: CohortRecord, workers: int, tell: Callable[[int], None]
) -> Path:
    """Render what is missing; returns the manifest. `tell` hears how many more subjects are done.

    Raises:
        CohortError: the folder holds another cohort, or something else.
    """
    subjects = draw_subjects(record.preset, record.subjects, record.seed, balanced=record.balanced)
    open_folder(folder, record)
    jobs = missing(folder, record, subjects)
    tell(len(subjects) - len(jobs))
    for _ in render(jobs, workers):
        tell(1)
    return finish(folder, subjects)
