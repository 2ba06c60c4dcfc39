"""Rendered cohorts of a study: whose latents are known, and further subjects to measure on."""

import msgspec

from train.cohort import Cohort, CohortRecord


def rendering(cohort: Cohort) -> CohortRecord | None:
    """What the cohort was rendered from; None where its images came from files."""
    return cohort.record if isinstance(cohort.record, CohortRecord) else None


def unseen_record(record: CohortRecord, subjects: int) -> CohortRecord:
    """The same kind of cohort with the next seed: subjects that no fold can hold."""
    return msgspec.structs.replace(record, subjects=subjects, seed=record.seed + 1)
