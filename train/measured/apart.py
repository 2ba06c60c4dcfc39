"""Refuses to measure a bundle on subjects that it was trained or calibrated on."""

import msgspec

from edge.contract.bundle import Bundle
from edge.contract.messages import ModelInfo
from train.cohort import Cohort
from train.learned import decode_record, objection

UNTOLD = (
    "The bundle does not say what it was trained on. If a subject of this cohort was among them, "
    "the figures flatter it."
)
TOLD = "The bundle's record of its training names no subject of this cohort."


class BundleUsedError(ValueError):
    """Figures of a bundle on this cohort would mean nothing, or it is not the bundle that read."""


def check_apart(bundle: Bundle, model: ModelInfo, cohort: Cohort) -> str:
    """What is known of the bundle's training and this cohort, in a sentence.

    Raises:
        BundleUsedError: another bundle made the readings, or it knows these subjects.
    """
    name = f"{bundle.manifest.name} {bundle.manifest.version}"
    if bundle.sha256 != model.sha256:
        raise BundleUsedError(
            f"--bundle: {name} (SHA-256 {bundle.sha256[:12]}) did not make these readings, "
            f"{model.name} {model.version} ({model.sha256[:12]}) did; name that bundle's folder"
        )
    training = bundle.manifest.training
    try:
        record = msgspec.json.encode(training["cohort"]["record"])
        told = objection(decode_record(record), cohort)
    except (KeyError, TypeError, msgspec.DecodeError):
        return UNTOLD
    if told:
        raise BundleUsedError(told)
    calibrated_on = str((training.get("calibration") or {}).get("calibrated_on", ""))
    _check_calibration(calibrated_on, cohort)
    if not calibrated_on:
        return TOLD
    return f"{TOLD} Its intervals were calibrated on: {calibrated_on.split('. ', maxsplit=1)[0]}."


def _check_calibration(words: str, cohort: Cohort) -> None:
    """The record of a calibration has no draws, only the words that the cohort's own record has."""
    for preset, seed in sorted(cohort.record.draws):
        if f"preset {preset}," in words and f"seed {seed}:" in words:
            raise BundleUsedError(
                f"{cohort.path}: preset {preset} and seed {seed} are those of the cohort that the "
                "bundle's intervals were calibrated on; render one with another --seed"
            )
