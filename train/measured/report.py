"""What the report of a bundle's readings says, as tables for the terminal and as a page."""

from pathlib import Path, PurePosixPath

import msgspec

from train.atomic import write_whole
from train.measured.figures import MeasuredReadings, Measurement
from train.study import plots
from train.study.document import Box, Document, Heading, Image, Part, Table, Text
from train.study.report import PLOTS_NAME, write_document
from train.study.tables import (
    agreement_table,
    classes_table,
    confusion_table,
    coverage_table,
    errors_table,
)

FIGURES_NAME = "figures.json"
INTERVALS_SAY = (
    "Intervals of figures say what drawing other subjects of the same kind would change. They say "
    "nothing about another scanner, another operator or another population."
)
CAPTIONS = {
    "regression": "Estimate against H-MRS, a point for each subject. The line is equality; thin "
    "lines are the limits of the grades.",
    "bland_altman": "Bland-Altman: bias (solid) and limits of agreement (dashed), percentage "
    "points, with their 95 % intervals (bands).",
    "by_grade": "Error by grade; the bar is the median.",
    "intervals": "Each subject's 90 % interval (line) and H-MRS (dot).",
}


def tables(measured: MeasuredReadings) -> list[Table]:
    """What was read, errors, grades and, where the bundle is calibrated, intervals."""
    found = measured.figures
    shown = [
        read_table(measured),
        errors_table(found, beside_paper=False),
        classes_table(found, beside_paper=False),
    ]
    return [*shown, coverage_table(found, "Measured")] if found.coverage else shown


def read_table(measured: MeasuredReadings) -> Table:
    """How many frames of each view were read, and why others were not."""
    rows = [
        [
            model,
            str(told.subjects),
            f"{told.read} of {told.frames}",
            ", ".join(f"{name} {count}" for name, count in sorted(told.reasons.items())) or "–",
            str(len(told.unread_subjects)),
        ]
        for model, told in measured.read.items()
    ]
    return Table(
        "Frames that were read; all figures are of these. Of the others the gate said why.",
        ["", "subjects", "frames read", "not read", "subjects without an estimate"],
        rows,
    )


def write_report(out: Path, measurement: Measurement) -> None:
    """Write `report.md`, `report.html`, their pictures and `figures.json` into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    write_document(out, compose(measurement))
    text = msgspec.json.format(msgspec.json.encode(measurement.record)) + b"\n"
    write_whole(out / FIGURES_NAME, text)


def compose(measurement: Measurement) -> Document:
    """The report's parts."""
    measured = measurement.record
    model, found = measured.model, measured.figures
    errors: list[Part] = [errors_table(found, beside_paper=False), agreement_table(found)]
    grades: list[Part] = [classes_table(found, beside_paper=False), confusion_table(found)]
    pictures = _pictures(measurement)
    interval = [part for part in pictures if part.path.stem == "intervals"]
    coverage: list[Part] = []
    if found.coverage:
        about = "Nine in ten should lie inside, over all subjects, not in each grade."
        coverage = [
            Heading("90 % intervals for a subject's H-MRS"),
            Text(about),
            coverage_table(found, "Measured"),
            *interval,
        ]
    return Document(
        f"Liver fat from B-mode ultrasound: bundle {model.name} {model.version}",
        [
            _box(measured),
            Text(
                f"Read by the daemon's own frame path in {model.precision} on {model.provider}. "
                f"Bundle {model.name} {model.version}, SHA-256 {model.sha256}; cohort manifest "
                f"SHA-256 {measured.manifest_sha256}. Every figure: {FIGURES_NAME}."
            ),
            Heading("Frames"),
            read_table(measured),
            Heading("Errors"),
            *errors,
            Heading("Grades"),
            *grades,
            *coverage,
            Heading("Subject by subject"),
            *(part for part in pictures if part not in interval),
        ],
    )


def _box(measured: MeasuredReadings) -> Box:
    return Box(
        "Read this first. Research use only, not a medical device.",
        [
            f"Measured on: {measured.measured_on}",
            measured.training,
            INTERVALS_SAY,
        ],
    )


def _pictures(measurement: Measurement) -> list[Image]:
    of_model, bounds = measurement.of_model, measurement.bounds
    drawn = {
        "regression": plots.regression({"measured": of_model}),
        "bland_altman": plots.bland_altman(
            of_model, measurement.record.figures.agreement, "measured"
        ),
        "by_grade": plots.by_grade(of_model),
    }
    if bounds:
        drawn["intervals"] = plots.own_intervals({name: of_model[name] for name in bounds}, bounds)
    return [
        Image(PurePosixPath(PLOTS_NAME) / f"{name}.png", png, CAPTIONS[name])
        for name, png in drawn.items()
    ]
