"""Figures of a run's three models on subjects that none of them has seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import keras
import msgspec
import numpy as np

from edge.contract.grading import PAIR, VIEWS, View
from train.batches import FeatureBatches, FrameBatches
from train.cohort import Cohort, CohortRecord, Record, ViewFrames
from train.estimated import Estimated
from train.ingest.record import SUBJECTS_NAME
from train.learned import decode_record, objection
from train.metrics import Metrics, measure
from train.models import FEATURES, TAIL
from train.pairs import pair_frames
from train.ready import ready
from train.record import RECORD_NAME
from train.seen import SEEN_NAME, shared_subjects

BATCH = 50


class EvaluationError(ValueError):
    """A run that cannot be measured, or a cohort that it must not be measured on."""


class _CohortUsed(msgspec.Struct, frozen=True):
    record: msgspec.Raw


class _Trained(msgspec.Struct, frozen=True):
    cohort: _CohortUsed


@dataclass(frozen=True)
class Models:
    """The two trained single-view models and the tail of the two-branch one."""

    singles: dict[View, keras.Model]
    tail: keras.Model


def load_models(run: Path) -> Models:
    """Read a run's Keras files.

    Raises:
        EvaluationError: one is missing.
    """
    files = {name: run / f"{name}.keras" for name in (*VIEWS, PAIR)}
    if missing := [str(path) for path in files.values() if not path.is_file()]:
        raise EvaluationError(
            f"{', '.join(missing)}: missing; `python -m train fit COHORT --out {run}` makes them"
        )
    singles = {view: keras.saving.load_model(files[view], compile=False) for view in VIEWS}
    pair = keras.saving.load_model(files[PAIR], compile=False)
    return Models(singles, pair.get_layer(TAIL))


def check_unseen(run: Path, cohort: Cohort) -> None:
    """Refuse a cohort with a subject that the run learned from, or cropped in another way.

    Raises:
        EvaluationError: same virtual subjects, same manifest of images, a frame that was learned
            from, or another crop than that of the training.
    """
    path = run / RECORD_NAME
    if not path.is_file():
        raise EvaluationError(f"{path}: missing, so the run was not finished; train again")
    trained = _trained_on(path)
    if told := objection(trained, cohort):
        raise EvaluationError(told)
    if isinstance(trained, CohortRecord) and not (run / SEEN_NAME).is_file():
        return  # an older run, whose subjects are known by preset and seed
    _check_frames(run, cohort)


def _check_frames(run: Path, cohort: Cohort) -> None:
    """Refuse images that the run was trained on, frame by frame."""
    try:
        shared = shared_subjects(run, cohort)
    except FileNotFoundError as error:
        raise EvaluationError(f"{error.filename}: missing; train again") from error
    if shared:
        raise EvaluationError(
            f"{cohort.path}: the models have learned from frames of {len(shared)} of its subjects "
            f"(number {min(shared)} is one; {SUBJECTS_NAME} has the names); leave them out of "
            "the manifest and ingest it again"
        )


def _trained_on(path: Path) -> Record:
    """Record of the cohort that a run was trained on, from the run's own record."""
    try:
        return decode_record(msgspec.json.decode(path.read_bytes(), type=_Trained).cohort.record)
    except msgspec.DecodeError as error:
        raise EvaluationError(f"{path}: {error}; train again") from error


def measure_views(models: Models, views: Mapping[View, ViewFrames]) -> dict[str, Metrics]:
    """Figures of each view that is there, and of "AR+HR" where a subject has both."""
    return {
        name: measure(found.estimate_pct, found.hmrs_pct, found.subjects)
        for name, found in estimate_views(models, views).items()
    }


def estimate_views(models: Models, views: Mapping[View, ViewFrames]) -> dict[str, Estimated]:
    """Estimates for the frames of each view, and of "AR+HR" where a subject has both."""
    found: dict[str, Estimated] = {}
    features = {}
    for view, frames in views.items():
        model = models.singles[view]
        both = keras.Model(model.input, [model.output, model.get_layer(FEATURES).output])
        fat, features[view] = ready(both).predict(FrameBatches(frames, BATCH), verbose=0)
        found[view] = Estimated(frames.subjects, frames.rows, fat[:, 0], frames.hmrs_pct)
    if "AR" not in views or "HR" not in views:
        return found
    ar, hr = views["AR"], views["HR"]
    pairs = pair_frames(ar, hr)
    if len(pairs) == 0:
        return found
    batches = FeatureBatches((ar, hr), (features["AR"], features["HR"]), BATCH)
    fat = np.asarray(ready(models.tail).predict(batches, verbose=0))[:, 0]
    found[PAIR] = Estimated(pairs.subjects, ar.rows[pairs.ar], fat, pairs.hmrs_pct)
    return found
