"""Files read offline against the same frames through a daemon; the real sweep through a daemon."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import pytest

from edge.contract.bundle import builtin_path
from edge.scanner.opening import open_source
from edge.scanner.playlist import Overrides, play_all
from edge.scanner.source import Shot
from tests.system.bare_scanner import BareScanner
from tests.system.conftest import Place
from tests.system.daemon_process import ROOT

SUBJECT = "virtual:fat=8,seed=10"
CLIPS = (f"{SUBJECT},frames=70", f"{SUBJECT},frames=35,view=HR", f"{SUBJECT},frames=70")
"""AR, with poor contact at first, then HR, then AR again."""

SWEEP = ROOT.parent / "shared" / "data" / "liver_sweep" / "liver_sweep.mkv"
SWEEP_MM = (0.3148, 0.3148)
POOR, LIVER = range(20), range(40, 121)
"""Of the sweep: frames of poor contact, and frames with liver, vessels and diaphragm."""

Room = Callable[..., Place]


def read(*arguments: str) -> list[dict[str, Any]]:
    """Rows of `python -m edge read`."""
    command = [sys.executable, "-m", "edge", "read", "--provider", "cpu", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def send(place: Place, shots: Iterable[Shot]) -> list[dict[str, Any]]:
    """Each shot as a frame once the one before has its estimate; the frames' own estimates."""
    estimates = []
    for shot in shots:
        height, width = shot.pixels.shape
        sent = place.scanner.frame(
            pixels=shot.pixels.tobytes(),
            view=shot.view,
            width=width,
            height=height,
            spacing_mm=shot.spacing_mm and list(shot.spacing_mm),
            capture_ns=round(shot.time_s * 1e9),
        )
        estimates.append(place.viewer.estimate(sent["seq"], shot.view or "?").fields)
    return estimates


def test_offline_the_same_frames_give_the_same_reading_bit_for_bit(room: Room) -> None:
    place = room(BareScanner(), bundle=builtin_path())
    place.meet()
    sources = [open_source(text) for text in CLIPS]
    send(place, play_all(sources, loop=False, overrides=Overrides()))
    place.scanner.event("exam_end")
    live = place.viewer.until(
        lambda message: message.kind == "reading" and message.fields["exam"] == "exam-1"
    ).fields

    rows = {row["view"]: row for row in read(*CLIPS, "--exam", "exam-1")}

    assert set(rows) == set(live["views"]) == {"AR", "HR", "AR+HR"}
    for view, summary in live["views"].items():
        assert {key: rows[view][key] for key in summary} == summary
        assert rows[view]["acquisitions"] == live["acquisitions"][view]
        assert rows[view]["model"] == live["model"]
    assert rows["AR"]["reasons"]["no_contact"] > 0
    assert rows["AR"]["holds"] == 2
    assert {row["exam"] for row in rows.values()} == {"exam-1"}


@pytest.mark.slow
@pytest.mark.skipif(not SWEEP.is_file(), reason="no real clip here (../shared/data/liver_sweep)")
def test_of_the_real_sweep_the_poor_start_is_flagged_and_the_rest_is_read(room: Room) -> None:
    place = room(BareScanner(), bundle=builtin_path())
    place.meet()
    as_ar = Overrides(view="AR", spacing_mm=SWEEP_MM)
    shots = play_all([open_source(str(SWEEP))], loop=False, overrides=as_ar)

    reasons = [fields["reason"] for fields in send(place, shots)]

    assert Counter(reasons[number] for number in POOR) == {"no_contact": len(POOR)}
    assert Counter(reasons[number] for number in LIVER) == {None: len(LIVER)}
    changes = sum(before != after for before, after in pairwise(reasons))
    assert changes == 1, "the verdict flickers"


def test_a_sheet_of_a_folder_has_a_row_for_each_clip(tmp_path: Path) -> None:
    folder = tmp_path / "stills"
    folder.mkdir()
    for number, shot in enumerate(open_source(f"{SUBJECT},frames=12").shots()):
        cv2.imwrite(str(folder / f"{number}.png"), shot.pixels)
    out = tmp_path / "readings.csv"

    read(str(folder), "--view", "AR", "--format", "csv", "--out", str(out))

    heading, row = out.read_text().splitlines()
    assert heading.startswith("source,scanner,exam,view,median_pct")
    assert row.startswith(f"{folder},offline,exam-1,AR,")
    assert list(tmp_path.glob("*.part")) == []
