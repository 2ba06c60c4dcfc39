"""A manifest beside small pictures, and a small file of the structure of Byra's public set."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge.contract.crop import CropSpec
from tests.unit.scanner.conftest import make_dicom, make_video
from train.ingest.ingesting import ingest
from train.ingest.record import IngestRecord

__all__ = ["make_dicom", "make_video"]

HEADING = "subject,view,path,hmrs_pct,first_frame,last_frame,clip,spacing_mm"

WriteManifest = Callable[..., Path]
MakeByra = Callable[..., Path]


class Silent:
    """Watches an ingest and remembers what it was told."""

    def __init__(self) -> None:
        self.jobs: list[tuple[str, int]] = []
        self.steps = 0

    def begin(self, what: str, total: int) -> None:
        self.jobs.append((what, total))

    def step(self) -> None:
        self.steps += 1


def ingested(manifest: Path, out: Path, mm_per_px: float | None = None) -> IngestRecord:
    return ingest(manifest, out, CropSpec(mm_per_px=mm_per_px), Silent())


def picture(seed: int, height: int = 200, width: int = 400) -> NDArray[np.uint8]:
    """(H, W) uint8, every seed another."""
    return np.random.default_rng(seed).integers(1, 256, (height, width), np.uint8)


@pytest.fixture
def manifest(tmp_path: Path) -> WriteManifest:
    """Write a CSV manifest with all columns, or with the given heading."""

    def write(*rows: str, heading: str = HEADING) -> Path:
        path = tmp_path / "manifest.csv"
        path.write_text("\n".join([heading, *rows]) + "\n")
        return path

    return write


@pytest.fixture
def pictures(tmp_path: Path) -> Sequence[Path]:
    """Eight PNG images, 0.png to 7.png, of 200 x 400 px."""
    paths = [tmp_path / f"{number}.png" for number in range(8)]
    for number, path in enumerate(paths):
        assert cv2.imwrite(str(path), picture(number))
    return paths


@pytest.fixture
def make_byra(tmp_path: Path) -> MakeByra:
    """Write a .mat file of three subjects with four frames, some fields replaced or left out."""
    savemat = pytest.importorskip("scipy.io").savemat

    def make(leave_out: str | None = None, **fields: Any) -> Path:
        names = [name for name in ("id", "class", "fat", "images") if name != leave_out]
        data = np.empty((1, 3), [(name, object) for name in names])
        for subject in range(3):
            images = [picture(100 + 10 * subject + frame, 434, 636) for frame in range(4)]
            known = {"id": subject + 1, "class": 1.0, "fat": 10.0 * subject, "images": images}
            for name in names:
                data[0, subject][name] = np.array(fields.get(name, known[name]))
        path = tmp_path / "byra.mat"
        savemat(path, {"data": data}, do_compression=True)
        return path

    return make
