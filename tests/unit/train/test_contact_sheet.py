"""The contact sheet of a cohort."""

from pathlib import Path

import cv2
import numpy as np

from train.cohort import CohortRecord
from train.contact_sheet import MARGIN_PX, TILE_PX, write_contact_sheet

RECORD = CohortRecord(preset="single", subjects=3, frames=2, seed=1, balanced=True, simulator=1)


def test_a_contact_sheet_shows_both_views_from_lean_to_fatty(tmp_path: Path) -> None:
    path = write_contact_sheet(tmp_path, RECORD)
    assert path.name == "contact_sheet.png"
    sheet = np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)
    rows, columns = 3 * 2, 4
    assert sheet.shape == (MARGIN_PX + rows * TILE_PX, MARGIN_PX + columns * TILE_PX)
    tiles = sheet[MARGIN_PX:, MARGIN_PX:].reshape(rows, TILE_PX, columns, TILE_PX)
    assert (tiles.mean(axis=(1, 3)) > 10).all()
    # A fatty liver dims the beam: in AR the deepest part is darker at 40 % than at 2 %.
    deep = tiles[::2, 200:260, :, 100:200].mean(axis=(1, 3))
    assert (deep[:, 3] < deep[:, 0]).all()
