"""A picture of a cohort at a glance: the same virtual subjects with little and with much fat."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.contract.crop import CropSpec, crop
from edge.contract.grading import VIEWS, View
from edge.scanner.virtual import VirtualClip, draw_subject
from train.atomic import write_whole
from train.cohort import CohortRecord

SHEET_NAME = "contact_sheet.png"
FAT_PCT = (2.0, 8.0, 20.0, 40.0)
SUBJECTS = 3
TILE_PX = 300
MARGIN_PX = 34
INK = 210

Gray = NDArray[np.uint8]


def contact_sheet(preset: str, seed: int, spec: CropSpec) -> Gray:
    """Both views of three subjects at 2, 8, 20 and 40 % fat, as the network sees them.

    From left to right a subject differs in fat, and in the body mass index that goes with it,
    alone. (height, width) uint8.
    """
    rows = [
        np.hstack([_tile(preset, seed, index, fat_pct, view, spec) for fat_pct in FAT_PCT])
        for index in range(SUBJECTS)
        for view in VIEWS
    ]
    sheet = cv2.copyMakeBorder(
        np.vstack(rows), MARGIN_PX, 0, MARGIN_PX, 0, cv2.BORDER_CONSTANT, value=0
    )
    title = f"virtual cohort, preset {preset}, seed {seed}: no patients. Research use only"
    _write(sheet, title, (MARGIN_PX, 20))
    for row in range(len(rows)):
        middle = MARGIN_PX + row * TILE_PX + TILE_PX // 2
        _write(sheet, VIEWS[row % len(VIEWS)], (4, middle))
    return np.asarray(sheet, np.uint8)


def write_contact_sheet(folder: Path, record: CohortRecord) -> Path:
    """Leave the contact sheet of a cohort in its folder, as PNG."""
    sheet = contact_sheet(record.preset, record.seed, record.crop)
    write_whole(folder / SHEET_NAME, cv2.imencode(".png", sheet)[1].tobytes())
    return folder / SHEET_NAME


def _tile(preset: str, seed: int, index: int, fat_pct: float, view: View, spec: CropSpec) -> Gray:
    clip = VirtualClip(draw_subject(preset, seed, index, fat_pct=fat_pct), view)
    window = crop(clip.frame(clip.count // 2), spec, clip.spacing_mm)
    tile = np.asarray(cv2.resize(window, (TILE_PX, TILE_PX), interpolation=cv2.INTER_AREA))
    _write(tile, f"{fat_pct:g} %", (8, TILE_PX - 10))
    return np.asarray(tile, np.uint8)


def _write(image: NDArray[np.uint8] | cv2.typing.MatLike, text: str, at: tuple[int, int]) -> None:
    cv2.putText(image, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.5, INK, 1, cv2.LINE_AA)
