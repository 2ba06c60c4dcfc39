"""Which versions of signed bundles have run here, so that no older one is brought back."""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from edge.contract.bundle import Bundle, BundleError
from edge.durable import write_whole

FILE_NAME = "bundles.json"

Serials = dict[str, Annotated[int, Meta(ge=0)]]
"""Highest serial that has run, by the bundle's name."""


def read_serials(folder: Path) -> Serials:
    """What has run; empty where nothing has.

    Raises:
        BundleError: the file cannot be read; it is not taken for empty.
    """
    path = folder / FILE_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=Serials)
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BundleError(
            f"{path}: the record of the versions that have run cannot be read ({error}); bring it "
            "back from a backup, or delete it, after which any signed version may run again",
            "state",
        ) from error


def remember(folder: Path, bundle: Bundle) -> None:
    """Write down that a signed bundle has run; does nothing where its serial is known already.

    Raises:
        BundleError: it cannot be written.
    """
    if bundle.origin != "signed":
        return
    serials = read_serials(folder)
    name, serial = bundle.manifest.name, bundle.manifest.serial
    if serials.get(name, -1) >= serial:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(folder / FILE_NAME, msgspec.json.encode({**serials, name: serial}) + b"\n")
    except OSError as error:
        raise BundleError(
            f"{folder / FILE_NAME}: cannot be written ({error.strerror}), so older versions could "
            "not be refused later; make the folder writable or set state_dir to one that is",
            "state",
        ) from error
