"""Figures of a run's three models on subjects that none of them has seen."""

from dataclasses import dataclass
from pathlib import Path

import keras
import msgspec
import numpy as np

from edge.contract.grading import PAIR, VIEWS, View
from train.batches import FeatureBatches, FrameBatches
from train.cohort import Cohort, ViewFrames
from train.estimated import Estimated
from train.metrics import Metrics, measure
from train.models import FEATURES, TAIL
from train.pairs import pair_frames
from train.ready import ready
from train.record import RECORD_NAME, CohortUsed

BATCH = 50


class EvaluationError(ValueError):
    """A run that cannot be measured, or a cohort that it must not be measured on."""


class _Trained(msgspec.Struct, frozen=True):
    cohort: CohortUsed


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
    """Refuse a cohort whose subjects the run was trained on.

    Raises:
        EvaluationError: same preset and seed, hence the same subjects.
    """
    path = run / RECORD_NAME
    if not path.is_file():
        raise EvaluationError(f"{path}: missing, so the run was not finished; train again")
    trained = msgspec.json.decode(path.read_bytes(), type=_Trained).cohort.record
    here = cohort.record
    if (trained.preset, trained.seed) == (here.preset, here.seed):
        raise EvaluationError(
            f"{cohort.path}: preset {here.preset} and seed {here.seed} are those of the cohort "
            "that the models were trained on; render one with another --seed"
        )


def measure_all(models: Models, ar: ViewFrames, hr: ViewFrames) -> dict[str, Metrics]:
    """Figures of "AR", "HR" and "AR+HR" on the frames of both views of some subjects."""
    return {
        name: measure(found.estimate_pct, found.hmrs_pct, found.subjects)
        for name, found in estimate_all(models, ar, hr).items()
    }


def estimate_all(models: Models, ar: ViewFrames, hr: ViewFrames) -> dict[str, Estimated]:
    """Estimates of "AR", "HR" and "AR+HR" for the frames of both views of some subjects."""
    found: dict[str, Estimated] = {}
    features = []
    for view, frames in zip(VIEWS, (ar, hr), strict=True):
        model = models.singles[view]
        both = keras.Model(model.input, [model.output, model.get_layer(FEATURES).output])
        fat, flat = ready(both).predict(FrameBatches(frames, BATCH), verbose=0)
        found[view] = Estimated(frames.subjects, frames.rows, fat[:, 0], frames.hmrs_pct)
        features.append(flat)
    batches = FeatureBatches((ar, hr), (features[0], features[1]), BATCH)
    fat = np.asarray(ready(models.tail).predict(batches, verbose=0))[:, 0]
    pairs = pair_frames(ar, hr)
    found[PAIR] = Estimated(pairs.subjects, ar.rows[pairs.ar], fat, pairs.hmrs_pct)
    return found
