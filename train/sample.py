"""A sample of test subjects' frames beside the models, so that a converter needs no cohort."""

from pathlib import Path

import numpy as np

from train.cohort import ViewFrames
from train.pairs import pair_frames

SAMPLE_PAIRS = 200


def write_sample(path: Path, ar: ViewFrames, hr: ViewFrames, pairs: int = SAMPLE_PAIRS) -> None:
    """Write pairs of frames, evenly chosen over the subjects in the order of their H-MRS.

    Arrays: `ar_frames`, `hr_frames` uint8 (n, side, side); `hmrs_pct` float32 (n,); `subjects`
    int64 (n,).
    """
    every = pair_frames(ar, hr)
    by_fat = np.argsort(every.hmrs_pct, kind="stable")
    chosen = by_fat[np.linspace(0, len(by_fat) - 1, min(pairs, len(by_fat))).round().astype(int)]
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            ar_frames=ar.pixels[ar.rows[every.ar[chosen]]],
            hr_frames=hr.pixels[hr.rows[every.hr[chosen]]],
            hmrs_pct=every.hmrs_pct[chosen],
            subjects=every.subjects[chosen],
        )
