"""A study's folder: begun once with its settings, gone on with by the same command."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from train.atomic import write_whole
from train.cohort import CohortRecord
from train.study.settings import StudySettings

ASKED_NAME = "study.json"
COHORT_NAME = "cohort"
UNSEEN_NAME = "unseen"
FOLDS_NAME = "folds"
_LOCK_NAME = ".lock"

Made = TypeVar("Made")


class StudyError(ValueError):
    """A folder that holds another study, or something else; names file, field and remedy."""


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that decides a study's figures: `study.json`."""

    settings: StudySettings
    rendered: CohortRecord | None
    """Of the virtual cohort that the study renders itself."""
    manifest_sha256: str | None
    """Of the cohort that the study was given."""


@contextmanager
def claimed(folder: Path, asked: Asked) -> Iterator[None]:
    """Begin a study in a folder, or go on with it, alone.

    Raises:
        StudyError: it was begun with other settings, or is at work, or holds something else.
    """
    path = folder / ASKED_NAME
    if not path.exists() and folder.exists() and any(folder.glob("[!.]*")):
        raise StudyError(f"{folder}: holds something else; name a new or empty folder with --out")
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        write_whole(path, msgspec.json.format(msgspec.json.encode(asked)) + b"\n")
    _check_same(path, asked)
    with (folder / _LOCK_NAME).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # let go of when the process ends
        except BlockingIOError as error:
            raise StudyError(f"{folder}: another process is at work here; wait for it") from error
        yield


def fold_folder(folder: Path, number: int) -> Path:
    """Where a fold's networks and their estimates are."""
    return folder / FOLDS_NAME / str(number)


def finished(path: Path, kind: type[Made]) -> Made:
    """What a stage left in the JSON file that says that it is done."""
    return msgspec.json.decode(path.read_bytes(), type=kind)


def _check_same(path: Path, asked: Asked) -> None:
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Asked)
    except msgspec.DecodeError as error:
        raise StudyError(f"{path}: {error}; name a new folder with --out") from error
    there, wanted = (_flat(msgspec.to_builtins(each)) for each in (found, asked))
    differences = [
        f"{name} {there.get(name)!r} there, {wanted.get(name)!r} asked for"
        for name in sorted(there | wanted)
        if there.get(name) != wanted.get(name)
    ]
    if differences:
        raise StudyError(
            f"{path}: begun with other settings ({'; '.join(differences)}); repeat those or name "
            "a new folder with --out"
        )


def _flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested values by dotted name."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        deeper = isinstance(value, dict)
        flat |= _flat(value, f"{prefix}{name}.") if deeper else {f"{prefix}{name}": value}
    return flat
