"""The report of a study: what it says, in which order, as Markdown and as HTML."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from train.atomic import write_whole
from train.augment import NAMES, NONE, Augmentation
from train.settings import Architecture
from train.study import plots
from train.study.document import Box, Document, Heading, Image, Part, Text
from train.study.estimates import CNN, Estimates
from train.study.figures import MODELS, Subjects, by_subject
from train.study.html import to_html
from train.study.markdown import to_markdown
from train.study.order import order_sentence
from train.study.record import StudyRecord
from train.study.settings import StudySettings
from train.study.tables import (
    agreement_table,
    classes_table,
    confusion_table,
    coverage_table,
    errors_table,
    floors_table,
    losses_table,
)

PLOTS_NAME = "plots"
SET_TITLES = {
    "test": "The held-out test subjects",
    "unseen": "Further unseen subjects",
}

OfModel = Mapping[str, Subjects]


def write_report(folder: Path, record: StudyRecord, estimates: Estimates) -> None:
    """Write `report.md`, `report.html` and the pictures of the first."""
    write_document(folder, compose(record, estimates))


def write_document(folder: Path, document: Document) -> None:
    """Write a report as `report.md` and `report.html`, and the pictures of the first."""
    (folder / PLOTS_NAME).mkdir(exist_ok=True)
    for part in document.parts:
        if isinstance(part, Image):
            write_whole(folder / part.path, part.png)
    write_whole(folder / "report.md", to_markdown(document).encode())
    write_whole(folder / "report.html", to_html(document).encode())


def compose(record: StudyRecord, estimates: Estimates) -> Document:
    """The report's parts."""
    study = record.study
    carried = estimates.where(method=CNN, fold=study.carried_fold)
    sets = {
        name: {model: by_subject(carried.where(side=name, view=model)) for model in MODELS}
        for name in study.sets
    }
    largest = max(study.sets, key=lambda name: study.sets[name].subjects)
    return Document(
        "Liver fat from B-mode ultrasound: the study",
        [
            _box(record),
            *_protocol(record),
            *_folds(record),
            *(part for name in study.sets for part in _set(record, name)),
            *_pictures(record, sets, largest),
            *_intervals(record, sets[largest], largest),
            *_made_with(record),
        ],
    )


def _box(record: StudyRecord) -> Box:
    lines = [f"Measured on: {record.measured_on}"]
    if record.study.virtual:
        lines.append(
            "The networks have seen rendered images only. A figure measured on a virtual cohort is "
            "no clinical claim, however it compares with the paper's, measured on patients."
        )
    lines.append(
        "Intervals say what drawing other subjects of the same kind would change. They say nothing "
        "about another scanner, another operator or another population."
    )
    return Box("Read this first. Research use only, not a medical device.", lines)


NETWORKS: dict[Architecture, str] = {
    "paper": "The networks have the paper's layers, on frames of 360 x 360 pixels.",
    "halved": "The networks have the paper's layers, but on frames averaged over 2 x 2 pixels, "
    "which trains in a quarter of the time; --architecture paper leaves them whole.",
    "strided": "The networks are not the paper's: they stride over every second pixel instead of "
    "pooling, on frames averaged over 2 x 2 pixels.",
    "residual": "The networks are not the paper's: they stride over every second pixel instead of "
    "pooling, on frames averaged over 2 x 2 pixels, and the last three stages have a second "
    "convolution whose output is added to the first one's.",
}


def _protocol(record: StudyRecord) -> list[Part]:
    study, used = record.study, record.cohort
    settings = study.settings
    return [
        Heading("Protocol"),
        Text(
            f"After Colantonio et al., section 2.3. {len(study.test)} test subjects are held out, "
            f"the others dealt into {settings.folds} folds, grade by grade; subjects are "
            "divided, never frames. Adam with Keras' defaults, mean squared error, batches of "
            f"{settings.batch}, at most {settings.epochs} epochs, stopped after "
            f"{settings.patience} without a better loss on the fold's validation subjects"
            f"{_stopped(settings)}. {NETWORKS[settings.architecture]} "
            f"{_changed(settings.augmentation)}"
        ),
        Text(
            "The two-branch model has the frozen trunks of one fold, the one with the lowest mean "
            f"validation loss of AR and HR (fold {study.carried_fold}: "
            f"{used.training_subjects} training and {used.validation_subjects} validation "
            "subjects). The paper takes the best fold of each view; each branch has then learned "
            "from the other's validation subjects, and no subject is left that both have not seen "
            "for the tail's early stopping to look at."
        ),
    ]


def _stopped(settings: StudySettings) -> str:
    """What of stopping and of what is kept the paper does not say."""
    settled = f", the first {settings.settle} not looked at" if settings.settle else ""
    if not settings.average:
        return settled
    steps = round(1 / (1 - settings.average))
    return f"{settled}; validated and kept is the weights' running mean over some {steps} steps"


def _changed(augmentation: Augmentation) -> str:
    if augmentation == NONE:
        return "Training frames are used as they are; the paper names no augmentation."
    kind = f" by --augment {NAMES[augmentation]}" if augmentation in NAMES else ""
    return f"Training frames are augmented{kind}; the paper names no augmentation."


def _folds(record: StudyRecord) -> list[Part]:
    study = record.study
    return [
        Heading("Cross-validation"),
        losses_table(study.validation_loss, study.carried_fold),
        Image(
            _plot("training"),
            plots.training(study.histories, study.carried_fold),
            "Training by fold: validation solid, training dotted, the epoch kept as a dot.",
        ),
    ]


def _set(record: StudyRecord, name: str) -> list[Part]:
    found, study = record.study.sets[name], record.study
    tested = name == "test"
    about = (
        "The paper tested ten, 6/2/1/1 of S0/S1/S2/S3. With so few subjects intervals are wide, "
        "and the share called right moves in steps of one subject."
        if tested
        else f"Subjects of another seed ({study.unseen_seed}), of the same kind as the cohort. No "
        "fold, no early stopping and no choice of a model has looked at them."
    )
    return [
        Heading(f"{SET_TITLES[name]} ({found.subjects})"),
        Text(about),
        errors_table(found, beside_paper=tested),
        floors_table(found),
        Text(order_sentence(found.order_violations)),
        classes_table(found, beside_paper=tested),
        confusion_table(found),
        agreement_table(found),
    ]


def _pictures(record: StudyRecord, sets: Mapping[str, OfModel], largest: str) -> list[Part]:
    found = record.study.sets[largest]
    count = f"the {found.subjects} {largest} subjects"
    return [
        Heading("Subject by subject"),
        Image(
            _plot("regression"),
            plots.regression(sets),
            "Estimate against H-MRS, a point for each subject (the paper's Fig. 4). The line is "
            "equality; thin lines are the limits of the grades.",
        ),
        Image(
            _plot("bland_altman"),
            plots.bland_altman(sets[largest], found.agreement, largest),
            f"Bland-Altman, {count}: bias (solid) and limits of agreement (dashed), percentage "
            "points, with their 95 % intervals (bands).",
        ),
        Image(
            _plot("by_grade"),
            plots.by_grade(sets[largest]),
            f"Error of {count} by grade; the bar is the median.",
        ),
    ]


def _intervals(record: StudyRecord, of_model: OfModel, largest: str) -> list[Part]:
    study = record.study
    heading = Heading("90 % intervals for a subject's H-MRS")
    if not study.intervals:
        return [heading, Text("None: 90 % needs nine subjects out of the folds at least.")]
    subjects = study.intervals["AR"].subjects
    tables = [coverage_table(found, name.capitalize()) for name, found in study.sets.items()]
    return [
        heading,
        Text(
            f"Conformal prediction from the out-of-fold medians of {subjects} subjects, wider "
            "where errors are larger. Nine in ten new subjects of the same kind should lie "
            "inside; that is a promise over all subjects, not for each grade."
        ),
        *tables,
        Image(
            _plot("intervals"),
            plots.interval_bands(study.intervals, of_model, largest),
            f"The interval (band) against the estimate, and the H-MRS of the {largest} subjects.",
        ),
    ]


def _made_with(record: StudyRecord) -> list[Part]:
    study = record.study
    versions = ", ".join(f"{name} {version}" for name, version in record.tools.items())
    source = ""
    if study.checkout is not None:
        changed = ", with changes" if study.checkout.changed else ""
        source = f" Source: commit {study.checkout.commit[:12]}{changed}."
    return [
        Heading("Made with"),
        Text(
            f"Seed {study.settings.seed}; cohort manifest SHA-256 {record.cohort.manifest_sha256}; "
            f"{versions}.{source} All settings and figures: record.json. Every estimate: "
            "estimates.csv."
        ),
    ]


def _plot(name: str) -> PurePosixPath:
    return PurePosixPath(PLOTS_NAME) / f"{name}.png"
