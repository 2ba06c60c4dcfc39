"""Golden frames: inputs with the outputs that every runtime must reproduce before it is used."""

import io

import numpy as np
from numpy.typing import NDArray

from edge.contract.grading import GRADES, PAIR, grade
from export.parity import Estimates
from export.run_folder import Sample

FRAMES = 4


def choose(sample: Sample) -> NDArray[np.int64]:
    """Positions of four pairs, the middle one of each grade; others where a grade is missing."""
    grades = np.array([grade(value) for value in sample.hmrs_pct])
    by_fat = np.argsort(sample.hmrs_pct, kind="stable")
    members = [by_fat[grades[by_fat] == name] for name in GRADES]
    chosen = [int(group[len(group) // 2]) for group in members if len(group)]
    spare = [int(i) for i in by_fat if i not in chosen]
    return np.array(sorted(chosen + spare[: FRAMES - len(chosen)]), np.int64)


def golden_npz(sample: Sample, estimates: Estimates, chosen: NDArray[np.int64]) -> bytes:
    """File with `ar_frames`, `hr_frames` uint8 and `ar_`, `hr_`, `pair_fat_pct` float32 (n,)."""
    pairs = sample.at(chosen)
    file = io.BytesIO()
    np.savez_compressed(
        file,
        ar_frames=pairs.ar_frames,
        hr_frames=pairs.hr_frames,
        ar_fat_pct=estimates["AR"][chosen],
        hr_fat_pct=estimates["HR"][chosen],
        pair_fat_pct=estimates[PAIR][chosen],
    )
    return file.getvalue()
