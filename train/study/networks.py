"""The study's networks: AR, HR and AR+HR of every fold, trained once and kept in its folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import msgspec

from edge.contract.grading import PAIR, VIEWS
from train.atomic import write_whole
from train.cohort import Cohort
from train.evaluate import Models, estimate_views, load_models
from train.progress import epoch_line
from train.record import History
from train.run import Run, train_tail, train_view
from train.split import Split
from train.study.bars import Bars, Stage
from train.study.estimates import (
    CNN,
    ESTIMATES_NAME,
    Estimates,
    Side,
    format_estimates,
    joined,
    of_frames,
    read_estimates,
)
from train.study.figures import MODELS
from train.study.folder import finished, fold_folder
from train.study.folds import Folds
from train.study.portions import portions
from train.study.settings import StudySettings
from train.study.tail_split import TailSplit

FRAME_COST = 0.011
"""Seconds of one core for a frame in an epoch; less than a third of it without learning."""
PAIR_COST = 0.0003


@dataclass(frozen=True)
class Networks:
    """What training a study's networks needs."""

    out: Path
    cohort: Cohort
    folds: Folds
    settings: StudySettings
    bars: Bars

    @property
    def fold_numbers(self) -> range:
        """From 1, as in the paper's tables."""
        return range(1, len(self.folds.folds) + 1)

    def train(self, number: int) -> dict[str, History]:
        """Train what is missing of a fold: each view, then the tail on the views' frozen trunks."""
        split = self.folds.split(number)
        TailSplit(ar=split, hr=split, tail=split)
        return {name: self._train_once(number, split, name) for name in MODELS}

    def _train_once(self, number: int, split: Split, name: str) -> History:
        folder = fold_folder(self.out, number)
        kept, cost = folder / f"{name}.json", self.cost(number, name)
        if kept.exists():
            self.bars.skip(cost)
            return finished(kept, History)
        keras.utils.clear_session()
        folder.mkdir(parents=True, exist_ok=True)
        fit = self.settings.for_networks(len(self.cohort.hmrs_pct))
        with self.bars.stage(f"{name} fold {number}", self._steps(number, name), cost) as stage:
            run = Run(folder, self.cohort, split, fit, _Watch(self.bars, stage, number))
            history = _trained(run, name)
            write_whole(kept, msgspec.json.encode(history))
        return history

    def estimate(self, number: int) -> Estimates:
        """Estimates of a fold's three models for every frame of the cohort."""
        path = fold_folder(self.out, number) / ESTIMATES_NAME
        if not path.exists():
            split = self.folds.split(number)
            sides: dict[int, Side] = dict.fromkeys(split.training, "training")
            sides |= dict.fromkeys(split.validation, "validation")
            sides |= dict.fromkeys(split.test, "test")
            found = estimate_with(load_models(path.parent), self.cohort, number, sides)
            write_whole(path, format_estimates(found).encode())
        return read_estimates(path)

    def cost(self, number: int, name: str) -> float:
        """Of training, should it not stop early."""
        each = PAIR_COST if name == PAIR else FRAME_COST
        return self.settings.epochs * self._frames(number, name) * each

    def _frames(self, number: int, name: str) -> int:
        # pairs are as many as AR frames
        frames = self.cohort.views["HR" if name == "HR" else "AR"]
        return len(frames.of(self.folds.split(number).training))

    def _steps(self, number: int, name: str) -> int:
        return self.settings.epochs * -(-self._frames(number, name) // self.settings.batch)


def estimate_with(
    models: Models, cohort: Cohort, number: int, sides: Mapping[int, Side]
) -> Estimates:
    """Estimates of the three models of a fold for the frames of the subjects in `sides`."""
    ar, hr = cohort.views["AR"], cohort.views["HR"]
    return joined(
        of_frames(CNN, name, number, sides, found)
        for some in portions(ar, sides)
        for name, found in estimate_views(models, {"AR": ar.of(some), "HR": hr.of(some)}).items()
    )


def _trained(run: Run, name: str) -> History:
    """Train one model; its Keras file is written before its history, which says that it is done."""
    if name != PAIR:
        return train_view(run, "HR" if name == "HR" else "AR")[1]
    # read back, not handed on: the same whether the views were trained just now or before a kill
    singles = {
        view: keras.saving.load_model(run.out / f"{view}.keras", compile=False) for view in VIEWS
    }
    return train_tail(run, singles)[1]


@dataclass(frozen=True)
class _Watch:
    bars: Bars
    stage: Stage
    number: int

    def __call__(self, model: str) -> keras.callbacks.Callback:
        return _Epochs(self, f"{model} fold {self.number}")


class _Epochs(keras.callbacks.Callback):  # type: ignore[misc]  # keras is untyped
    """Moves the bars with every step, and says a line for every epoch."""

    def __init__(self, watch: _Watch, name: str) -> None:
        super().__init__()
        self._watch = watch
        self._name = name

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Move the bars."""
        del batch, logs
        self._watch.stage.advance()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Say how well the model does by now."""
        self._watch.bars.progress.console.print(epoch_line(self._name, epoch, logs or {}))
