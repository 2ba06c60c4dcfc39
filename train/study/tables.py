"""The tables of a study's report."""

from collections.abc import Iterable, Mapping, Sequence

from edge.contract.grading import GRADES
from train.study import paper
from train.study.baselines import MEAN, MEDIAN, ORACLE, RIDGE, SHOWN
from train.study.document import Table
from train.study.estimates import CNN
from train.study.figures import MODELS, Measured, SetFigures
from train.study.intervals import Coverage

METHOD_NAMES = {
    MEAN: "mean of the training subjects",
    MEDIAN: "median of the training subjects",
    RIDGE: "ridge on five features a view",
    CNN: "CNN",
    SHOWN: "cubic ridge on what is shown: attenuation after the operator's time gain",
    ORACLE: "oracle: cubic ridge on the true latents",
}


def losses_table(losses: Mapping[str, Sequence[float]], carried: int) -> Table:
    """The paper's Table 2, with its own rows below ours."""
    count = len(losses["AR"])
    rows = [_loss_row(f"{name} CNN", losses[name], count) for name in MODELS]
    marked = {(at, 1 + _lowest(losses[name])) for at, name in enumerate(MODELS)}
    for name, values in paper.VALIDATION_LOSS.items():
        if len(values) == count:
            marked.add((len(rows), 1 + _lowest(values)))
        rows.append(_loss_row(f"{name} CNN, the paper", values, count))
    sets = [f"Set {at + 1}" + (" (carried)" if at + 1 == carried else "") for at in range(count)]
    return Table(
        "Validation loss (mean squared error, squared percentage points) of each fold; the best of "
        "each row is marked. The paper's Table 2; it has none for AR+HR.",
        ["", *sets, "Mean"],
        rows,
        marked,
    )


def errors_table(found: SetFigures, *, beside_paper: bool) -> Table:
    """The paper's Table 3, both readings of its "Error Std Dev", with intervals over subjects."""
    rows: list[list[str]] = []
    marked = set()
    best = min(found.models, key=lambda name: found.methods[CNN][name].figures.frame_rmse)
    for model in found.models:
        if model == best:
            marked.add((len(rows), 1))
        rows.append([f"{model} CNN", *_errors(found.methods[CNN][model])])
        if beside_paper:
            spread = f"{paper.ERROR_SD[model]:.2f} (?)"
            r = f"{paper.R[model]:.3f}" if model in paper.R else "–"
            error = f"{paper.FRAME_RMSE[model]:.2f}"
            rows.append([f"{model} CNN, the paper", error, spread, spread, "–", r, "–"])
    paper_says = (
        " (?): the paper does not say which of the two its figure is." if beside_paper else ""
    )
    return Table(
        f"Errors frame by frame over {found.subjects} subjects, percentage points of H-MRS, with "
        "95 % bootstrap intervals over subjects. SD is that of the error, SD of size that of "
        f"|error|; by subject: of medians over frames.{paper_says}",
        ["", "RMSE", "SD", "SD of size", "bias", "Pearson r", "RMSE by subject"],
        rows,
        marked,
    )


def floors_table(found: SetFigures) -> Table:
    """Every method's RMSE, from the floor to the ceiling."""
    methods = [method for method in METHOD_NAMES if method in found.methods]
    rows = [
        [METHOD_NAMES[method], *(_told(found.methods[method][m], "frame_rmse") for m in MODELS)]
        for method in methods
    ]
    at = methods.index(CNN)
    return Table(
        f"RMSE frame by frame over {found.subjects} subjects, percentage points of H-MRS; all "
        "learned from the training subjects of the carried fold.",
        ["", *MODELS],
        rows,
        {(at, column) for column in range(1, len(MODELS) + 1)},
    )


def classes_table(found: SetFigures, *, beside_paper: bool) -> Table:
    """Accuracy of the mapping to grades, beside that of no measurement at all."""
    rows = [
        [f"{model} CNN", *(_told(told, name) for name in ("class_accuracy", "all_s0_accuracy"))]
        for model, told in found.methods[CNN].items()
    ]
    if beside_paper:
        rows.append(["each CNN, the paper", f"{paper.CLASS_ACCURACY:.2f}", "0.60"])
    return Table(
        f"Share of {found.subjects} subjects whose median estimate falls into their grade, and the "
        "share if everyone were called S0.",
        ["", "accuracy", "all called S0"],
        rows,
    )


def confusion_table(found: SetFigures) -> Table:
    """The three models' confusion matrices side by side."""
    headings = [f"{model} {name}" for model in found.models for name in GRADES]
    rows = [
        [f"is {name}", *(str(n) for model in found.models for n in found.confusion[model][at])]
        for at, name in enumerate(GRADES)
    ]
    hits = {
        (at, 1 + len(GRADES) * place + at)
        for at in range(len(GRADES))
        for place in range(len(found.models))
    }
    return Table(
        "Subjects by their grade (rows) and the grade of their median estimate (columns); right "
        "ones are marked.",
        ["", *headings],
        rows,
        hits,
    )


def agreement_table(found: SetFigures) -> Table:
    """Bias and limits of agreement, with their intervals."""
    rows = []
    for model, told in found.agreement.items():
        if told is not None:
            pairs = (
                (told.bias, told.bias_interval),
                (told.low, told.low_interval),
                (told.high, told.high_interval),
            )
            rows.append([f"{model} CNN", *(_signed(value, pair) for value, pair in pairs)])
    return Table(
        "Bland-Altman over subjects: estimate less H-MRS, percentage points.",
        ["", "bias", "lower limit of agreement", "upper limit of agreement"],
        rows,
    )


def coverage_table(found: SetFigures, name: str) -> Table:
    """How many unseen subjects' H-MRS lay in the 90 % interval, in all and by grade."""
    rows = [
        [
            f"{model} CNN",
            f"{told.covered} of {told.subjects} ({told.share:.0%})"
            + (" – too few" if told.falls_short else ""),
            f"{told.width_pct:.1f}",
            *(_of_grade(told, grade_name) for grade_name in GRADES),
        ]
        for model, told in found.coverage.items()
    ]
    return Table(
        f"{name} subjects whose H-MRS lay in the interval, its mean width in percentage points, "
        "and the same by grade.",
        ["", "covered", "width", *GRADES],
        rows,
    )


def _of_grade(told: Coverage, name: str) -> str:
    if name not in told.by_grade:
        return "–"
    mine = told.by_grade[name]
    return f"{mine.covered} of {mine.subjects}, {mine.width_pct:.1f}"


def _errors(told: Measured) -> list[str]:
    names = ("frame_rmse", "frame_error_sd", "frame_abs_error_sd", "frame_bias", "r")
    return [*(_told(told, name) for name in names), _told(told, "subject_rmse")]


def _told(told: Measured, name: str) -> str:
    """A figure with its interval."""
    value, digits = getattr(told.figures, name), 3 if name == "r" else 2
    if value is None or name not in told.intervals:
        return "–"
    low, high = told.intervals[name]
    return f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def _signed(value: float, pair: tuple[float, float]) -> str:
    return f"{value:+.2f} ({pair[0]:+.2f} to {pair[1]:+.2f})"


def _loss_row(name: str, values: Sequence[float], count: int) -> list[str]:
    """The paper's row has four sets; a study of another number of folds shows its mean only."""
    mean = f"{sum(values) / len(values):.2f}"
    shown: Iterable[str] = (f"{value:.2f}" for value in values)
    return [name, *(shown if len(values) == count else ["–"] * count), mean]


def _lowest(values: Sequence[float]) -> int:
    return min(range(len(values)), key=values.__getitem__)
