"""Reads a file once, by one descriptor: what was looked at is what is read."""

import os
import stat
from pathlib import Path
from typing import NamedTuple

from edge.contract.bundle_error import BundleError

# A FIFO must not hold the reader up, and a symbolic link must not lead it elsewhere.
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW


class PlainFile(NamedTuple):
    """Bytes of a regular file, and the number of names (hard links) that it has."""

    data: bytes
    names: int


def read_plain_file(path: Path, limit: int) -> PlainFile:
    """Read a regular file of at most `limit` bytes.

    Raises:
        BundleError: it is not there, no regular file (a link, folder, pipe, device), or longer.
    """
    if path.is_symlink():
        raise BundleError(f"{path}: a symbolic link; put a copy of the file in its place", "link")
    try:
        descriptor = os.open(path, _FLAGS)
        try:
            return _read(path, descriptor, limit)
        finally:
            os.close(descriptor)
    except FileNotFoundError as error:
        raise BundleError(f"{path}: {error.strerror}", "missing_file") from error
    except OSError as error:
        raise BundleError(f"{path}: {error.strerror}", "unreadable") from error


def _read(path: Path, descriptor: int, limit: int) -> PlainFile:
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        raise BundleError(f"{path}: not a plain file but a folder, pipe or device", "link")
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise BundleError(f"{path}: more than the {limit} bytes allowed", "over_size")
    return PlainFile(data, found.st_nlink)
