"""Virtual cohorts of a study: which ones are virtual, and the further subjects to measure on."""

import msgspec

from train.cohort import Cohort, CohortRecord
from train.record import measured_on


def is_virtual(cohort: Cohort) -> bool:
    """Whether the frames were rendered, so that their latents are known."""
    return bool(getattr(cohort, "is_virtual", isinstance(cohort.record, CohortRecord)))


def unseen_record(record: CohortRecord, subjects: int) -> CohortRecord:
    """The same kind of cohort with the next seed: subjects that no fold can hold."""
    return msgspec.structs.replace(record, subjects=subjects, seed=record.seed + 1)


def described(cohort: Cohort, subjects: int) -> str:
    """In plain words, what figures of so many of its subjects were measured on."""
    if is_virtual(cohort):
        return measured_on(cohort.record, subjects)
    return (
        f"{subjects} subjects, unseen in training, of {len(cohort.hmrs_pct)} in a cohort of the "
        f"user's own (manifest SHA-256 {cohort.manifest_sha256[:12]}). One cohort is no clinical "
        "validation. Research use only, not a medical device."
    )
