"""Figures of a bundle's readings: errors by frame and subject, grades, intervals, frames unread."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.contract.messages import ModelInfo
from train.cohort import Cohort
from train.measured.sheet import Sheet, SheetError, SheetRow
from train.study.estimates import CNN, Estimates
from train.study.figures import MODELS, SetFigures, Subjects, by_subject, measure_set
from train.study.intervals import covered

Floats = NDArray[np.float64]
Bounds = tuple[Floats, Floats]
"""Lower and upper end of each subject's interval, H-MRS % (subjects,)."""

UNREAD = "not read"


class ReadFrames(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a view was read. AR+HR counts the frames that both views stand behind."""

    frames: int
    read: int
    subjects: int
    """With an estimate."""
    unread_subjects: list[int]
    """Numbers of those who have frames of the view, and not one that was read."""
    reasons: dict[str, int]
    """Frames that were not read, by the gate's reason."""


class MeasuredReadings(msgspec.Struct, frozen=True, kw_only=True):
    """All of `figures.json`."""

    measured_on: str
    """In plain words."""
    manifest_sha256: str
    """Of the cohort."""
    model: ModelInfo
    training: str
    """What the bundle says of its training and this cohort."""
    read: dict[str, ReadFrames]
    figures: SetFigures


class Measurement(NamedTuple):
    """A record, and what its pictures are drawn from, by model.

    `of_model`: the subjects with an estimate. `bounds`: their intervals, in the same order; empty
    where the bundle is not calibrated.
    """

    record: MeasuredReadings
    of_model: dict[str, Subjects]
    bounds: dict[str, Bounds]


def estimates_of(sheet: Sheet, cohort: Cohort) -> Estimates:
    """The frames that were read, as a table; a frame's `row` is its number in the exam."""
    truth = cohort.hmrs_pct
    read = [
        (row.view, number, row.seq, row.fat_pct, truth[number])
        for number, rows in sorted(sheet.rows.items())
        for row in rows
        if row.fat_pct is not None
    ]
    view, subject, seq, fat_pct, hmrs_pct = zip(*read, strict=True) if read else ((),) * 5
    return Estimates(
        method=np.full(len(read), CNN),
        view=np.array(view, np.str_),
        fold=np.zeros(len(read), np.int64),
        side=np.full(len(read), "unseen"),
        subject=np.array(subject, np.int64),
        row=np.array(seq, np.int64),
        estimate_pct=np.array(fat_pct, np.float64),
        hmrs_pct=np.array(hmrs_pct, np.float64),
    )


def bounds_of(sheet: Sheet, model: str, subjects: Subjects) -> Bounds | None:
    """The last interval of each of these subjects, in their order.

    None where one of them has none: the bundle is not calibrated.
    """
    found = []
    for number in subjects.numbers.tolist():
        last = [row for row in sheet.rows[number] if row.view == model][-1]
        if last.interval_pct is None:
            return None
        found.append(last.interval_pct)
    low, high = np.array(found, np.float64).reshape(-1, 2).T
    return low, high


def measure_readings(
    sheet: Sheet, cohort: Cohort, training: str, draws: int, seed: int
) -> Measurement:
    """Measure a whole sheet; `training`: what is known of the bundle's own subjects.

    Raises:
        SheetError: not one frame was read.
    """
    estimates = estimates_of(sheet, cohort)
    if len(estimates) == 0:
        raise SheetError(f"{cohort.path}: not one frame was read; the sheet's `reason` says why")
    figures = measure_set(estimates, {}, draws, seed)
    of_model = {model: by_subject(estimates.where(view=model)) for model in figures.models}
    told = {model: bounds_of(sheet, model, found) for model, found in of_model.items()}
    bounds = {model: pair for model, pair in told.items() if pair is not None}
    coverage = {model: covered(*pair, of_model[model].hmrs_pct) for model, pair in bounds.items()}
    record = MeasuredReadings(
        measured_on=cohort.record.measured_on(figures.subjects),
        manifest_sha256=cohort.manifest_sha256,
        model=sheet.model,
        training=training,
        read=read_frames(sheet.rows),
        figures=msgspec.structs.replace(figures, coverage=coverage),
    )
    return Measurement(record, of_model, bounds)


def read_frames(rows: Mapping[int, list[SheetRow]]) -> dict[str, ReadFrames]:
    """How much of each view was read."""
    found = {}
    for model in MODELS:
        mine = [(number, row) for number, own in rows.items() for row in own if row.view == model]
        if mine:
            read = {number for number, row in mine if row.fat_pct is not None}
            found[model] = ReadFrames(
                frames=len(mine),
                read=sum(row.fat_pct is not None for _, row in mine),
                subjects=len(read),
                unread_subjects=sorted({number for number, _ in mine} - read),
                reasons=dict(
                    Counter(row.reason or UNREAD for _, row in mine if row.fat_pct is None)
                ),
            )
    return found
