"""Folders of long work: begun once with its settings, gone on with by the same command."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from train.atomic import write_whole

_LOCK_NAME = ".lock"


class FolderError(ValueError):
    """A folder that holds other work, or something else; names file, field and remedy."""


@contextmanager
def claimed(folder: Path, name: str, asked: msgspec.Struct) -> Iterator[None]:
    """Begin work in a folder, or go on with it, alone.

    Args:
        folder: made where it is missing.
        name: of the JSON file in it that says what was asked for.
        asked: all that decides what comes of the work.

    Raises:
        FolderError: it was begun with other settings, or is at work, or holds something else.
    """
    path = folder / name
    if not path.exists() and folder.exists() and any(folder.glob("[!.]*")):
        raise FolderError(f"{folder}: holds something else; name a new or empty folder with --out")
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        write_whole(path, msgspec.json.format(msgspec.json.encode(asked)) + b"\n")
    _check_same(path, asked)
    with (folder / _LOCK_NAME).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # let go of when the process ends
        except BlockingIOError as error:
            raise FolderError(f"{folder}: another process is at work here; wait for it") from error
        yield


def _check_same(path: Path, asked: msgspec.Struct) -> None:
    raw = path.read_bytes()
    try:
        msgspec.json.decode(raw, type=type(asked))
    except msgspec.DecodeError as error:
        raise FolderError(f"{path}: {error}; name a new folder with --out") from error
    # As it is written: a setting that came later was not the default of today back then.
    there, wanted = (_flat(msgspec.json.decode(each)) for each in (raw, msgspec.json.encode(asked)))
    differences = [
        f"{name} {_shown(there, name)} there, {_shown(wanted, name)} asked for"
        for name in sorted(there | wanted)
        if there.get(name) != wanted.get(name)
    ]
    if differences:
        raise FolderError(
            f"{path}: begun with other settings ({'; '.join(differences)}); repeat those, or name "
            "a new folder with --out"
        )


def _shown(values: dict[str, Any], name: str) -> str:
    return repr(values[name]) if name in values else "not named"


def _flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested values by dotted name."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        deeper = isinstance(value, dict)
        flat |= _flat(value, f"{prefix}{name}.") if deeper else {f"{prefix}{name}": value}
    return flat
