"""Whether a cohort's subjects are apart from those that a model has learned from."""

import msgspec

from train.cohort import Cohort, CohortRecord, Record
from train.ingest.record import IngestRecord


class _Kind(msgspec.Struct, frozen=True):
    kind: str = "virtual"
    """Records from before there was another kind do not name it."""


def decode_record(raw: bytes | msgspec.Raw) -> Record:
    """A cohort's record, of either kind, out of a training record; raises msgspec.DecodeError."""
    if msgspec.json.decode(raw, type=_Kind).kind == "virtual":
        return msgspec.json.decode(raw, type=CohortRecord)
    return msgspec.json.decode(raw, type=IngestRecord)


def objection(trained: Record, cohort: Cohort) -> str | None:
    """Why models trained on one must not be measured on the other, by their records; or None.

    What records do not tell, such as a patient under two names, it does not see.
    """
    here = cohort.record
    if trained.crop != here.crop:
        return (
            f"{cohort.path}: cropped with {here.crop}, but the models learned from {trained.crop}; "
            "make it again with their scale"
        )
    for preset, seed in sorted(trained.draws & here.draws):
        return (
            f"{cohort.path}: preset {preset} and seed {seed} are those of the cohort "
            "that the models were trained on; render one with another --seed"
        )
    if (
        isinstance(trained, IngestRecord)
        and isinstance(here, IngestRecord)
        and trained.sha256 == here.sha256
    ):
        return (
            f"{cohort.path}: ingested from {here.manifest}, the manifest that the models were "
            "trained on; ingest images of other subjects"
        )
    return None
