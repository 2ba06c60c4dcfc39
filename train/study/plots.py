"""Pictures of a study's report, in PNG. Colours: Okabe and Ito, told apart by all eyes."""

import io
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.contract.grading import GRADES, THRESHOLDS_PCT, grade
from edge.contract.interval import IntervalTable
from train.record import History
from train.study.agreement import Agreement
from train.study.figures import MODELS, Subjects

BLUE, ORANGE, GREEN, RED, PURPLE, SKY = (
    "#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9",
)  # fmt: skip
FOLD_COLOURS = (BLUE, ORANGE, GREEN, PURPLE, RED, SKY)
SETS = {"unseen": (SKY, "o", 22), "test": (RED, "D", 34), "measured": (SKY, "o", 22)}
"""Colour, marker and size of the subjects of a set."""
INK, GRID = "#333a41", "#d9dee3"

OfModel = Mapping[str, Subjects]
Floats = NDArray[np.float64]


def regression(sets: Mapping[str, OfModel]) -> bytes:
    """Median estimate against H-MRS, a point for each subject: the paper's Fig. 4."""
    figure, axes = _panels(next(iter(sets.values())), "H-MRS (%)", "estimate, median of frames (%)")
    for model, axis in axes.items():
        top = 1.05 * max(
            max(of[model].hmrs_pct.max(), of[model].median_pct.max()) for of in sets.values()
        )
        axis.plot([0, top], [0, top], color=INK, linewidth=1, zorder=1)
        for limit in THRESHOLDS_PCT:
            axis.axvline(limit, color=GRID, linewidth=0.8, zorder=0)
            axis.axhline(limit, color=GRID, linewidth=0.8, zorder=0)
        for name in (name for name in SETS if name in sets):
            found = sets[name][model]
            _points(axis, name, found.hmrs_pct, found.median_pct)
        low = min(0.0, *(of[model].median_pct.min() for of in sets.values()))
        low -= 0.02 * top  # so that no point is cut by an axis
        axis.set(xlim=(low, top), ylim=(low, top), aspect="equal")
    next(iter(axes.values())).legend(loc="upper left", frameon=False)
    return _png(figure)


def bland_altman(of_model: OfModel, agreement: Mapping[str, Agreement | None], name: str) -> bytes:
    """Estimate less H-MRS against their mean, with bias and limits of agreement."""
    figure, axes = _panels(
        of_model, "mean of estimate and H-MRS (%)", "estimate - H-MRS (points)", sharey=True
    )
    for model, axis in axes.items():
        found, told = of_model[model], agreement[model]
        middle = (found.median_pct + found.hmrs_pct) / 2
        axis.axhline(0, color=GRID, linewidth=1, zorder=0)
        _points(axis, name, middle, found.median_pct - found.hmrs_pct)
        if told is None:
            continue
        for value, pair, style in (
            (told.bias, told.bias_interval, "-"),
            (told.low, told.low_interval, "--"),
            (told.high, told.high_interval, "--"),
        ):
            axis.axhline(value, color=INK, linewidth=1.2, linestyle=style)
            axis.axhspan(*pair, color=ORANGE, alpha=0.15, linewidth=0, zorder=0)
            axis.annotate(
                f"{value:+.1f}",
                (1, value),
                xycoords=("axes fraction", "data"),
                xytext=(-4, 3),
                textcoords="offset points",
                ha="right",
            )
    return _png(figure)


def training(histories: Mapping[str, Sequence[History]], carried: int) -> bytes:
    """RMSE by epoch, each fold in its colour: validation solid, training dotted."""
    from matplotlib.ticker import LogLocator, NullLocator

    figure, axes = _panels(MODELS, "epoch", "RMSE (points of H-MRS)", sharey=True)
    for model, axis in axes.items():
        for at, told in enumerate(histories[model]):
            colour = FOLD_COLOURS[at % len(FOLD_COLOURS)]
            epochs = np.arange(1, len(told.training_rmse) + 1)
            axis.plot(epochs, told.training_rmse, ":", color=colour, linewidth=1.2)
            label = f"fold {at + 1}" + (", carried" if at + 1 == carried else "")
            width = 2.4 if at + 1 == carried else 1.4
            axis.plot(epochs, told.validation_rmse, color=colour, linewidth=width, label=label)
            best = told.best_epoch
            axis.plot(best, told.validation_rmse[best - 1], "o", color=colour, markersize=6)
        axis.set_yscale("log")
        axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.yaxis.set_major_formatter("{x:g}")
        axis.yaxis.set_minor_locator(NullLocator())
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.grid(visible=True, color=GRID, linewidth=0.6)
    next(iter(axes.values())).legend(frameon=False)
    return _png(figure)


def by_grade(of_model: OfModel) -> bytes:
    """Each subject's error in the column of its grade, with the grade's median."""
    figure, axes = _panels(of_model, "grade by H-MRS", "estimate - H-MRS (points)", sharey=True)
    rng = np.random.default_rng(0)
    for model, axis in axes.items():
        found = of_model[model]
        grades = np.array([grade(value) for value in found.hmrs_pct])
        axis.axhline(0, color=INK, linewidth=1, zorder=0)
        counts = []
        for place, name in enumerate(GRADES):
            errors = (found.median_pct - found.hmrs_pct)[grades == name]
            counts.append(f"{name}\nn={len(errors)}")
            beside = place + rng.uniform(-0.18, 0.18, len(errors))
            axis.scatter(beside, errors, s=22, color=SKY, edgecolor=BLUE, linewidth=0.6)
            if len(errors):
                middle = float(np.median(errors))
                axis.plot([place - 0.32, place + 0.32], [middle, middle], color=RED, linewidth=2)
        axis.set_xticks(range(len(GRADES)), counts)
        axis.set_xlim(-0.6, len(GRADES) - 0.4)
    return _png(figure)


def interval_bands(tables: Mapping[str, IntervalTable], of_model: OfModel, name: str) -> bytes:
    """The calibrated interval against the estimate, and where unseen subjects' H-MRS fell."""
    figure, axes = _panels(of_model, "estimate, median of frames (%)", "H-MRS (%)")
    for model, axis in axes.items():
        table, found = tables[model], of_model[model]
        top = 1.08 * max(found.median_pct.max(), found.hmrs_pct.max())
        axis.fill_between(
            table.estimate_pct, table.low_pct, table.high_pct, color=ORANGE, alpha=0.25, linewidth=0
        )
        axis.plot([0, top], [0, top], color=INK, linewidth=1)
        _points(axis, name, np.clip(found.median_pct, 0, 100), found.hmrs_pct)
        low = -0.02 * top
        axis.set(xlim=(low, top), ylim=(low, top), aspect="equal")
    return _png(figure)


def own_intervals(of_model: OfModel, bounds: Mapping[str, tuple[Floats, Floats]]) -> bytes:
    """Each subject's own interval as a line, blue where its H-MRS lies inside and red outside."""
    figure, axes = _panels(of_model, "estimate, median of frames (%)", "H-MRS (%)")
    for model, axis in axes.items():
        found, (low, high) = of_model[model], bounds[model]
        for inside, colour in ((True, SKY), (False, RED)):
            mine = ((low <= found.hmrs_pct) & (found.hmrs_pct <= high)) == inside
            axis.vlines(found.median_pct[mine], low[mine], high[mine], color=colour, alpha=0.35)
            axis.scatter(
                found.median_pct[mine],
                found.hmrs_pct[mine],
                s=14,
                c=colour,
                edgecolor=INK,
                linewidth=0.4,
                label=f"H-MRS {'inside' if inside else 'outside'} (n = {mine.sum()})",
                zorder=3,
            )
        axis.set(xlim=(-0.5, None), ylim=(-0.5, None))
        axis.legend(loc="upper left", frameon=False)
    return _png(figure)


def _points(axis: Any, name: str, x: Any, y: Any) -> None:
    colour, marker, size = SETS[name]
    label = f"{name} (n = {len(x)})"
    axis.scatter(
        x, y, s=size, c=colour, marker=marker, edgecolor=INK, linewidth=0.5, label=label, zorder=3
    )


def _panels(
    models: Collection[str], x: str, y: str, *, sharey: bool = False
) -> tuple[Any, dict[str, Any]]:
    """A figure with a panel for each model; those that are not there leave theirs empty."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4.3), layout="compressed")
    row = figure.subplots(1, len(MODELS), sharey=sharey)
    axes = dict(zip(models, row, strict=False))
    for axis in row[len(models) :]:
        axis.set_visible(False)
    for model, axis in axes.items():
        axis.set_title(model, loc="left", fontweight="bold", color=INK)
        axis.set_xlabel(x)
        axis.locator_params(nbins=8)
        axis.spines[["top", "right"]].set_visible(False)
    row[0].set_ylabel(y)
    return figure, axes


def _png(figure: Any) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=160, bbox_inches="tight")
    return out.getvalue()
