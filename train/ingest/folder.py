"""The folder that is ingested into: new, whole when it looks whole, gone where ingesting failed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.contract.grading import VIEWS
from train.cohort import MANIFEST_NAME, CohortError, pixels_path
from train.ingest.record import RECORD_NAME, SUBJECTS_NAME, UNFINISHED_NAME

_WARNING = "Ingesting was killed; run the same `python -m train ingest` again, it starts anew.\n"


def check_out(folder: Path) -> None:
    """Accept a new folder, an empty one, or what a killed run has left.

    Raises:
        CohortError: it holds finished data or something else.
    """
    if folder.is_dir() and (folder / UNFINISHED_NAME).is_file():
        return
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CohortError(f"{folder}: not an empty folder; name a new one with --out")


@contextmanager
def fresh(folder: Path) -> Iterator[None]:
    """Make the folder for as long as it is written; whatever fails within takes it away again."""
    check_out(folder)
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    _clear(folder)
    (folder / UNFINISHED_NAME).write_text(_WARNING)
    try:
        yield
    except BaseException:
        _clear(folder)
        (folder / UNFINISHED_NAME).unlink()
        if made:
            folder.rmdir()
        raise
    (folder / UNFINISHED_NAME).unlink()


def _clear(folder: Path) -> None:
    """Remove what an earlier run wrote, and nothing else."""
    pixels = [pixels_path(folder, view).name for view in VIEWS]
    for name in (*pixels, RECORD_NAME, SUBJECTS_NAME, MANIFEST_NAME):
        (folder / name).unlink(missing_ok=True)
        (folder / f".{name}.draft").unlink(missing_ok=True)
