"""Whether a cohort has what training needs: both views on every side, and a scale to dim by."""

from edge.contract.grading import VIEWS
from train.cohort import Cohort, CohortError
from train.settings import FitSettings
from train.split import split_subjects


def check_both_views(cohort: Cohort, settings: FitSettings) -> None:
    """Refuse a cohort without one view, or whose split leaves a side without a pair.

    Raises:
        CohortError: names the view or the side, and the remedy.
        SplitError: the cohort has too few subjects to be divided.
    """
    if missing := [view for view in VIEWS if view not in cohort.views]:
        raise CohortError(
            f"{cohort.path}: holds no {missing[0]} frame, and AR, HR and AR+HR are trained "
            f"together; ingest a manifest that lists {missing[0]} frames too"
        )
    split = split_subjects(cohort.hmrs_pct, settings.validation, settings.test, settings.seed)
    paired = {int(subject) for subject in cohort.views["AR"].subjects}
    paired &= {int(subject) for subject in cohort.views["HR"].subjects}
    for name in ("training", "validation", "test"):
        if not paired & getattr(split, name):
            raise CohortError(
                f"{cohort.path}: no subject with both views fell to {name}; {len(paired)} of "
                f"{len(cohort.hmrs_pct)} have both: ingest more of them, or take another --seed"
            )


def check_scale(cohort: Cohort, settings: FitSettings) -> None:
    """Refuse to dim frames whose depth in centimetres nobody knows: CohortError with the remedy."""
    if settings.dim and cohort.record.crop.mm_per_px is None:
        raise CohortError(
            f"{cohort.path}: its windows have no fixed scale, so --dim {settings.dim:g} does not "
            "know how deep a pixel lies; make it with --mm-per-px (cohort) or --crop-mm-per-px "
            "(ingest), or leave --dim out"
        )
