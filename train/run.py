"""One training run: the AR model, the HR model, then the pair's tail on their frozen trunks.

A run that was stopped goes on with the views that were not finished.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import keras
import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.contract.grading import PAIR, VIEWS, View
from train.atomic import write_whole
from train.augment import for_view
from train.batches import Dimming, FeatureBatches, FrameBatches
from train.claimed import FolderError, claimed
from train.cohort import Cohort, ViewFrames
from train.evaluate import Models, measure_views
from train.fit import fit
from train.models import in_float32, mean_tail, single_view, tail, trunk, two_branch
from train.ready import TAIL_LEARNING_RATE, ready
from train.record import (
    RECORD_NAME,
    History,
    ModelRecord,
    RunRecord,
    cohort_used,
    tools,
)
from train.seen import write_seen
from train.settings import FitSettings
from train.split import Split, split_subjects

Side = frozenset[int]

ASKED_NAME = "fit.json"


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that decides a run's figures: `fit.json`."""

    settings: FitSettings
    manifest_sha256: str
    """Of the cohort."""


class Watcher(Protocol):
    """Makes the Keras callback that shows a model's training."""

    def __call__(self, model: str) -> keras.callbacks.Callback:
        """Callback for the model of this name."""


@dataclass(frozen=True)
class Run:
    """What every step of a run needs."""

    out: Path
    cohort: Cohort
    split: Split
    settings: FitSettings
    watch: Watcher

    def frames(self, view: View, side: Side) -> ViewFrames:
        """Frames of one view of the subjects of one side."""
        return self.cohort.views[view].of(side)

    def dimming(self, view: View) -> Dimming | None:
        """Which of a view's training frames are dimmed; None for none."""
        share, mm_per_px = self.settings.dim, self.cohort.record.crop.mm_per_px
        if not share or view != "AR" or mm_per_px is None:
            return None
        return Dimming(share, mm_per_px)


def train_all(cohort: Cohort, out: Path, settings: FitSettings, watch: Watcher) -> RunRecord:
    """Train, save and measure the three models, and leave the record.

    Raises:
        FolderError: `out` holds something else than the beginning of this very run.
        SplitError: the cohort has too few subjects to be divided.
    """
    if (out / RECORD_NAME).exists():
        raise FolderError(f"{out}: holds a finished run; name a new folder with --out")
    asked = Asked(settings=settings, manifest_sha256=cohort.manifest_sha256)
    with claimed(out, ASKED_NAME, asked):
        return _train_claimed(cohort, out, settings, watch)


def _train_claimed(cohort: Cohort, out: Path, settings: FitSettings, watch: Watcher) -> RunRecord:
    split = split_subjects(cohort.hmrs_pct, settings.validation, settings.test, settings.seed)
    run = Run(out, cohort, split, settings, watch)
    trained = {view: _once(run, view) for view in VIEWS}
    singles = {view: model for view, (model, _) in trained.items()}
    top, history = train_tail(run, singles)
    histories: dict[str, History] = {view: told for view, (_, told) in trained.items()}
    histories[PAIR] = history
    tested: dict[View, ViewFrames] = {view: run.frames(view, split.test) for view in VIEWS}
    figures = measure_views(Models(singles, top), tested)
    write_seen(out, cohort, split)
    record = RunRecord(
        measured_on=cohort.record.measured_on(len(split.test)),
        settings=settings,
        cohort=cohort_used(cohort, split),
        models={
            name: ModelRecord(file=_file(name), history=history, test=figures[name])
            for name, history in histories.items()
        },
        tools=tools(keras.backend.backend()),
    )
    write_whole(out / RECORD_NAME, msgspec.json.format(msgspec.json.encode(record)) + b"\n")
    for view in VIEWS:
        _finished(run, view).unlink()
    return record


def _once(run: Run, view: View) -> tuple[keras.Model, History]:
    """A view's model, trained unless that was finished before the run was stopped."""
    mark = _finished(run, view)
    if mark.exists():
        kept = keras.saving.load_model(run.out / _file(view), compile=False)
        return kept, msgspec.json.decode(mark.read_bytes(), type=History)
    kept, history = train_view(run, view)
    write_whole(mark, msgspec.json.encode(history))
    return kept, history


def _finished(run: Run, view: View) -> Path:
    """The file that says that a view's model is trained and saved: how that went."""
    return run.out / f"{view}.history.json"


def train_view(run: Run, view: View) -> tuple[keras.Model, History]:
    """Train the model of one view and save it, computing in float32."""
    settings = run.settings
    keras.utils.set_random_seed(settings.seed)
    model = single_view(
        view,
        architecture=settings.architecture,
        momentum=settings.momentum,
        dtype=settings.precision,
    )
    training = FrameBatches(
        run.frames(view, run.split.training),
        settings.batch,
        seed=settings.seed,
        augmentation=for_view(settings.augmentation, view),
        dimming=run.dimming(view),
    )
    validation = FrameBatches(run.frames(view, run.split.validation), settings.batch)
    history = fit(model, training, validation, settings, [run.watch(view)])
    kept = in_float32(model)
    kept.save(run.out / _file(view))
    return kept, history


def train_tail(run: Run, singles: dict[View, keras.Model]) -> tuple[keras.Model, History]:
    """Train the tail on the trunks' features, each computed once, and save the two-branch model."""
    settings = run.settings
    keras.utils.set_random_seed(settings.seed)
    trunks = {view: ready(trunk(singles[view])) for view in VIEWS}
    training = _feature_batches(run, trunks, run.split.training, settings.seed)
    validation = _feature_batches(run, trunks, run.split.validation, None)
    top = mean_tail(singles)
    history = fit(top, training, validation, settings, [run.watch(PAIR)], TAIL_LEARNING_RATE)
    kept = tail(trunks["AR"].output_shape[-1])  # without the optimiser, twice as large as the net
    kept.set_weights(top.get_weights())
    two_branch(trunks["AR"], trunks["HR"], kept).save(run.out / _file(PAIR))
    return kept, history


def _feature_batches(
    run: Run, trunks: dict[View, keras.Model], side: Side, seed: int | None
) -> FeatureBatches:
    ar, hr = run.frames("AR", side), run.frames("HR", side)
    features = _features(trunks["AR"], ar), _features(trunks["HR"], hr)
    return FeatureBatches((ar, hr), features, run.settings.batch, seed)


def _features(model: keras.Model, frames: ViewFrames) -> NDArray[np.float32]:
    """Flattened features (frames, n) of a trunk."""
    return np.asarray(model.predict(FrameBatches(frames, 50), verbose=0))


def _file(name: str) -> str:
    return f"{name}.keras"
