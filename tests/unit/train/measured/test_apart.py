"""A bundle is not measured on subjects that its own record names."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from edge.contract.bundle import Bundle, read_bundle
from edge.contract.messages import ModelInfo
from train.cohort import Cohort, read_cohort
from train.measured.apart import TOLD, UNTOLD, BundleUsedError, check_apart


@pytest.fixture
def seen(cohort: Path) -> Cohort:
    return read_cohort(cohort)


@pytest.fixture
def untold(bundle: Path) -> Bundle:
    return read_bundle(bundle)


def model_of(bundle: Bundle) -> ModelInfo:
    return ModelInfo(
        name="tiny", version="1", sha256=bundle.sha256, provider="cpu", precision="fp32"
    )


def trained(bundle: Bundle, cohort: Cohort, seed: int, calibrated_on: int) -> Bundle:
    """The bundle with a record of training and calibration on cohorts like this one."""
    record = msgspec.to_builtins(msgspec.structs.replace(cohort.record, seed=seed))
    calibrated = msgspec.structs.replace(cohort.record, seed=calibrated_on)
    training: dict[str, Any] = {
        "cohort": {"record": record},
        "calibration": {"calibrated_on": calibrated.measured_on(40)},  # type: ignore[union-attr]
    }
    return replace(bundle, manifest=msgspec.structs.replace(bundle.manifest, training=training))


def test_a_bundle_of_other_subjects_may_be_measured(untold: Bundle, seen: Cohort) -> None:
    bundle = trained(untold, seen, seed=1, calibrated_on=2)

    said = check_apart(bundle, model_of(bundle), seen)

    assert said.startswith(TOLD)
    assert "calibrated on: virtual cohort, preset single" in said
    assert said.endswith("seed 2: 40 subjects unseen in training.")


def test_a_bundle_that_learned_from_the_cohort_is_refused(untold: Bundle, seen: Cohort) -> None:
    bundle = trained(untold, seen, seed=77, calibrated_on=2)

    with pytest.raises(BundleUsedError, match="seed 77 are those of the cohort that the models"):
        check_apart(bundle, model_of(bundle), seen)


def test_a_bundle_calibrated_on_the_cohort_is_refused(untold: Bundle, seen: Cohort) -> None:
    bundle = trained(untold, seen, seed=1, calibrated_on=77)

    with pytest.raises(BundleUsedError, match="intervals were calibrated on"):
        check_apart(bundle, model_of(bundle), seen)


def test_a_bundle_that_says_nothing_of_its_training_is_measured_and_that_is_said(
    untold: Bundle, seen: Cohort
) -> None:
    assert check_apart(untold, model_of(untold), seen) == UNTOLD


def test_readings_of_another_bundle_are_refused(untold: Bundle, seen: Cohort) -> None:
    other = msgspec.structs.replace(model_of(untold), sha256="0" * 64)

    with pytest.raises(BundleUsedError, match="did not make these readings"):
        check_apart(untold, other, seen)
