"""The heads of a finished run, fitted on unseen virtual subjects and outliers, and measured."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from edge.contract.grading import VIEWS, View
from edge.contract.heads import DomainLimits, Heads
from train.cohort import Cohort, ViewFrames
from train.evaluate import Models
from train.heads.domain import DomainHead, fit_domain
from train.heads.examples import Side, divide, shrink_all, with_more
from train.heads.limits import choose_limits, choose_sure
from train.heads.network import CLASSES, Small, fit_view_network, shrink
from train.heads.record import Checked, HeadsRecord, ViewFigures
from train.models import FEATURES
from train.ready import ready

BATCH = 50

Floats = NDArray[np.float32]


class HeadsError(ValueError):
    """Cohorts that no heads can be fitted on; names the folder and the remedy."""


@dataclass(frozen=True)
class HeadsSettings:
    """How long and on how much to fit."""

    outliers: int = 1200
    epochs: int = 20
    seed: int = 0


@dataclass(frozen=True)
class Fitted:
    """The heads, and how to ask them."""

    models: Models
    network: keras.Model
    domains: dict[View, DomainHead]
    heads: Heads

    def probability(self, small: Small) -> Floats:
        """Of each class for small frames (n, 90, 90): (n, 3)."""
        return _probability(self.network, small)

    def figures(self, view: View, parts: Sequence[ViewFrames]) -> ViewFigures:
        """What the heads say of frames of one view."""
        probability = self.probability(shrink_all(parts))
        told = np.where(probability.max(axis=1) >= self.heads.sure, probability.argmax(axis=1), -1)
        right = float((told == CLASSES.index(view)).mean())
        abstained = float((told == -1).mean())
        limits = self.heads.domain[view]
        scores = _scores(self.models, self.domains, view, _windows(parts))
        near, neither = scores > limits.near, told == CLASSES.index("neither")
        return ViewFigures(
            frames=len(told),
            right=right,
            wrong=1 - right - abstained,
            abstained=abstained,
            near=float(near.mean()),
            out=float(((scores > limits.out) | (near & neither)).mean()),
        )

    def refused(self, view: View, windows: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Which windows (n, side, side), declared as this view, either head refuses or doubts."""
        probability = self.probability(shrink(windows))
        told = probability[:, CLASSES.index(view)] >= self.heads.sure
        scores = _scores(self.models, self.domains, view, windows)
        return np.asarray(~told | (scores > self.heads.domain[view].out))


def fit_heads(
    models: Models,
    cohorts: Sequence[Cohort],
    settings: HeadsSettings,
    watcher: keras.callbacks.Callback,
    advance: Callable[[], None] = lambda: None,
    *,
    view_cohorts: Sequence[Cohort] = (),
) -> tuple[Fitted, HeadsRecord]:
    """Fit on three of four subjects of each cohort, choose limits and measure on the fourth.

    `advance` hears of every outlier drawn, `watcher` of the view network's training, which learns
    from `view_cohorts` besides; their subjects may be those that the models learned from.

    Raises:
        HeadsError: a cohort lacks a view, or they are cropped differently.
    """
    _check([*cohorts, *view_cohorts])
    fit, held = divide(cohorts, settings.outliers, settings.seed, advance)
    small, labels = with_more(*fit.small(), view_cohorts)
    network = fit_view_network(
        small, labels, epochs=settings.epochs, seed=settings.seed, watcher=watcher
    )
    domains = {
        view: fit_domain(features_of(models, view, _windows(fit.frames[view])), _side(models, view))
        for view in VIEWS
    }
    heads = _heads(models, network, domains, held, _told(cohorts, view_cohorts))
    fitted = Fitted(models, network, domains, heads)
    record = HeadsRecord(
        heads=fitted.heads,
        held_out={view: fitted.figures(view, held.frames[view]) for view in VIEWS},
        outliers=_refused_by_kind(fitted, held),
    )
    return fitted, record


def check_on(fitted: Fitted, cohort: Cohort) -> Checked:
    """Figures on a cohort of which nothing was fitted."""
    return Checked(
        measured_on=cohort.record.measured_on(len(cohort.hmrs_pct)),
        views={view: fitted.figures(view, [frames]) for view, frames in cohort.views.items()},
    )


def features_of(models: Models, view: View, windows: NDArray[np.uint8]) -> Floats:
    """A trunk's features of windows (n, side, side): (n, features)."""
    model = models.singles[view]
    trunk = ready(keras.Model(model.input, model.get_layer(FEATURES).output))
    frames = windows[..., np.newaxis]
    return np.asarray(trunk.predict(frames, batch_size=BATCH, verbose=0), np.float32)


def _side(models: Models, view: View) -> int:
    return int(models.singles[view].get_layer(FEATURES).input.shape[1])


def _scores(
    models: Models, domains: Mapping[View, DomainHead], view: View, windows: NDArray[np.uint8]
) -> Floats:
    return domains[view].scores(features_of(models, view, windows))


def _probability(network: keras.Model, small: Small) -> Floats:
    logits = network.predict(small[..., np.newaxis], batch_size=BATCH, verbose=0)
    return np.asarray(keras.ops.convert_to_numpy(keras.ops.softmax(logits)), np.float32)


def _heads(
    models: Models,
    network: keras.Model,
    domains: Mapping[View, DomainHead],
    held: Side,
    fitted_on: str,
) -> Heads:
    small, labels = held.small()
    livers = labels < len(VIEWS)
    limits: dict[View, DomainLimits] = {
        view: choose_limits(
            _scores(models, domains, view, _windows(held.frames[view])),
            _scores(models, domains, view, held.outliers),
        )
        for view in VIEWS
    }
    return Heads(
        sure=choose_sure(_probability(network, small[livers]), labels[livers]),
        domain=limits,
        fitted_on=fitted_on,
    )


def _told(cohorts: Sequence[Cohort], view_cohorts: Sequence[Cohort]) -> str:
    """On whom, in plain words."""
    told = " And ".join(cohort.record.measured_on(len(cohort.hmrs_pct)) for cohort in cohorts)
    more = sum(len(cohort.hmrs_pct) for cohort in view_cohorts)
    return told + (f" The view network on {more} subjects more." if more else "")


def _refused_by_kind(fitted: Fitted, held: Side) -> dict[str, float]:
    """The lower of the two views' shares, by kind of outlier."""
    refused = [fitted.refused(view, held.outliers) for view in VIEWS]
    return {
        str(kind): min(float(one[held.kinds == kind].mean()) for one in refused)
        for kind in np.unique(held.kinds)
    }


def _windows(parts: Sequence[ViewFrames]) -> NDArray[np.uint8]:
    return np.concatenate([part.pixels[part.rows] for part in parts])


def _check(cohorts: Sequence[Cohort]) -> None:
    for cohort in cohorts:
        if missing := [view for view in VIEWS if view not in cohort.views]:
            raise HeadsError(
                f"{cohort.path}: holds no {missing[0]} frame; heads are fitted on both views"
            )
        if len(cohort.hmrs_pct) < 12:
            raise HeadsError(
                f"{cohort.path}: {len(cohort.hmrs_pct)} subjects; 12 is the least, hundreds better"
            )
        if cohort.record.crop != cohorts[0].record.crop:
            raise HeadsError(
                f"{cohort.path}: cropped with {cohort.record.crop}, but {cohorts[0].path} with "
                f"{cohorts[0].record.crop}; make it again with that scale"
            )
