"""Golden frames: inputs with the outputs that every runtime must reproduce before it is used."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.contract.grading import GRADES, PAIR, grade
from edge.contract.variant import Precision
from export.parity import Estimates
from export.virtual_frames import Pairs

FRAMES = 4


def choose(hmrs_pct: NDArray[np.float32]) -> NDArray[np.int64]:
    """Positions of four pairs, the middle one of each grade; others where a grade is missing."""
    grades = np.array([grade(value) for value in hmrs_pct])
    by_fat = np.argsort(hmrs_pct, kind="stable")
    members = [by_fat[grades[by_fat] == name] for name in GRADES]
    chosen = [int(group[len(group) // 2]) for group in members if len(group)]
    spare = [int(i) for i in by_fat if i not in chosen]
    return np.array(sorted(chosen + spare[: FRAMES - len(chosen)]), np.int64)


def golden_npz(
    pairs: Pairs,
    trained: Estimates,
    converted: Mapping[Precision, Estimates],
    chosen: NDArray[np.int64],
) -> bytes:
    """File of the chosen pairs, as `edge.contract.manifest.Manifest.golden` describes it.

    fp32 is held to what the trained models said, every other precision to what it said itself.
    """
    arrays = _outputs("", trained, chosen)
    for precision, estimates in converted.items():
        if precision != "fp32":
            arrays |= _outputs(f"{precision}_", estimates, chosen)
    file = io.BytesIO()
    np.savez_compressed(
        file, ar_frames=pairs.ar_frames[chosen], hr_frames=pairs.hr_frames[chosen], **arrays
    )
    return file.getvalue()


def _outputs(prefix: str, estimates: Estimates, chosen: NDArray[np.int64]) -> dict[str, Any]:
    return {
        f"{prefix}ar_fat_pct": estimates["AR"][chosen],
        f"{prefix}hr_fat_pct": estimates["HR"][chosen],
        f"{prefix}pair_fat_pct": estimates[PAIR][chosen],
    }
