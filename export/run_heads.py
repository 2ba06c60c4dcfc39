"""The heads that `python -m train heads` leaves in a run's folder."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.contract.heads import Heads
from export.run_error import RunError

WEIGHTS_NAME = "heads.npz"
RECORD_NAME = "heads.json"

Arrays = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class RunHeads:
    """Limits for the manifest, the record with its figures, weights for the graphs."""

    heads: Heads
    record: dict[str, Any]
    weights: Arrays


def read_heads(run: Path) -> RunHeads | None:
    """Heads of a run, None where it has none.

    Raises:
        RunError: one of the two files is missing or damaged.
    """
    paths = run / RECORD_NAME, run / WEIGHTS_NAME
    if not any(path.is_file() for path in paths):
        return None
    try:
        record = msgspec.json.decode(paths[0].read_bytes())
        with np.load(io.BytesIO(paths[1].read_bytes()), allow_pickle=False) as file:
            weights = dict(file)
        return RunHeads(msgspec.convert(record["heads"], Heads), record, weights)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise RunError(
            f"{run}: {RECORD_NAME} and {WEIGHTS_NAME} are no heads ({error}); "
            "`python -m train heads` makes both anew"
        ) from error
