"""From a row to its material, by what lies at its path."""

from collections.abc import Callable, Sequence

from edge.contract.crop import CropSpec
from train.cohort import RECORD_NAME as RENDERED_NAME
from train.ingest.byra import SUFFIX, ByraMaterial
from train.ingest.clip import Material, RefusedError
from train.ingest.played import PlayedMaterial
from train.ingest.problem import HEADING, Problem
from train.ingest.record import RECORD_NAME
from train.ingest.rendered import RenderedMaterial
from train.ingest.rows import Row

Opened = tuple[list[Material], list[Problem]]


def labels_itself(row: Row) -> bool:
    """Whether the row's file knows its own subjects, view and fat."""
    return row.path.suffix.lower() == SUFFIX or any(
        (row.path / name).is_file() for name in (RENDERED_NAME, RECORD_NAME)
    )


def open_material(row: Row, spec: CropSpec) -> Material:
    """The row's material.

    Raises:
        RefusedError: with every problem that it has.
    """
    if not row.path.exists():
        remedy = "name a file that is there, by its path from the manifest's folder"
        raise RefusedError([row.problem("path", "not found", remedy)])
    if not labels_itself(row):
        return PlayedMaterial(row, spec)
    if row.path.suffix.lower() == SUFFIX:
        return ByraMaterial(row, spec)
    return RenderedMaterial(row, spec)


def open_all(
    rows: Sequence[Row], spec: CropSpec, missing: Sequence[str], opened: Callable[[], object]
) -> Opened:
    """Material of every row, and all problems; `opened` is called after each row.

    `missing`: columns that the heading lacks; a problem where a row needs them.
    """
    materials: list[Material] = []
    problems: list[Problem] = []
    for row in rows:
        try:
            materials.append(open_material(row, spec))
        except RefusedError as error:
            problems += [problem for problem in error.problems if problem.field not in row.bad]
        except OSError as error:
            reason = f"cannot be read ({error.strerror})"
            problems.append(row.problem("path", reason, "name a file that you may read"))
        opened()
    if missing and not all(map(labels_itself, rows)):
        problems += [
            Problem(
                HEADING,
                "column",
                name,
                "missing",
                "only a manifest of virtual cohorts and "
                "Byra's .mat can do without it; add the column",
            )
            for name in missing
        ]
    return materials, problems + _same_draw(materials)


def _same_draw(materials: Sequence[Material]) -> list[Problem]:
    """Virtual cohorts that hold the same subjects as one before them."""
    first: dict[tuple[str, int], Row] = {}
    problems = []
    for material in materials:
        if material.draw is None:
            continue
        known = first.setdefault(material.draw, material.row)
        if known is not material.row and known.path.resolve() != material.row.path.resolve():
            reason = f"preset and seed of row {known.number}'s cohort, so its subjects too"
            problems.append(material.row.problem("path", reason, "list one of the two"))
    return problems
