"""From a manifest of every kind of material to a folder that opens like a cohort."""

import csv
import hashlib
import json
import shutil
import signal
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge.contract.crop import CropSpec, crop
from edge.contract.grading import VIEWS, View
from edge.contract.interval import IntervalTable
from edge.contract.messages import FrameHeader, ModelInfo
from edge.inbox import Arrival, Inbox
from edge.pipeline import Pipeline
from edge.scanner.opening import open_source
from edge.scanner.source import Shot
from tests.unit.scanner.conftest import MakeDicom, MakeVideo
from tests.unit.train.ingest.conftest import (
    MakeByra,
    Silent,
    WriteManifest,
    ingested,
    picture,
)
from train.balance import draw_subjects
from train.cohort import CohortError, CohortRecord, read_cohort
from train.ingest.folder import fresh
from train.ingest.ingesting import ingest
from train.ingest.problem import ManifestError
from train.render import finish, missing, open_folder, render


def manifest_rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def rendered(folder: Path) -> Path:
    record = CohortRecord(preset="single", subjects=2, frames=2, seed=1, balanced=True, simulator=1)
    subjects = draw_subjects("single", 2, seed=1, balanced=True)
    open_folder(folder, record)
    for _ in render(missing(folder, record, subjects), 1):
        pass
    finish(folder, subjects)
    return folder


class WindowsRead:
    """The daemon's pipeline with a network that keeps what it is shown."""

    info = ModelInfo(name="t", version="0", sha256="0" * 64, provider="cpu", precision="fp32")
    heads = None
    views = VIEWS
    pairs = False
    intervals: ClassVar[dict[str, IntervalTable]] = {}

    def __init__(self, spec: CropSpec) -> None:
        self.crop = spec
        self.shown: list[tuple[View, NDArray[np.uint8]]] = []

    def infer(self, view: View, window: NDArray[np.uint8]) -> tuple[float, NDArray[np.float32]]:
        self.shown.append((view, window))
        return 1.0, np.zeros(1, np.float32)

    def window_of(self, shot: Shot) -> NDArray[np.uint8]:
        """What the network is shown of a shot, sent as a frame message."""
        height, width = shot.pixels.shape[:2]
        header = FrameHeader(
            v=1,
            epoch=1,
            seq=0,
            capture_ns=0,
            exam="e",
            view="AR",
            width=width,
            height=height,
            format=shot.format,
            spacing_mm=shot.spacing_mm,
        )
        inbox = Inbox(threading.Condition())
        inbox.put_frame(Arrival(header, shot.pixels.tobytes(), 0))
        list(Pipeline("room", self, lambda: 0).read(inbox.take()))
        return self.shown[-1][1]


@pytest.fixture
def two_views(manifest: WriteManifest, pictures: Sequence[Path]) -> Path:
    """Four subjects, one image in each view."""
    return manifest(
        *(
            f"P{number // 2},{('AR', 'HR')[number % 2]},{path.name},{number // 2}.5,,,,"
            for number, path in enumerate(pictures)
        )
    )


def test_images_become_a_folder_that_opens_like_a_cohort(two_views: Path, tmp_path: Path) -> None:
    ingested(two_views, tmp_path / "data")
    cohort = read_cohort(tmp_path / "data")
    assert not cohort.is_virtual
    assert cohort.hmrs_pct == {0: 0.5, 1: 1.5, 2: 2.5, 3: 3.5}
    assert {view: len(frames) for view, frames in cohort.views.items()} == {"AR": 4, "HR": 4}
    assert cohort.views["HR"].pixels.shape == (4, 360, 360)
    some = cohort.views["AR"].of({2})
    np.testing.assert_array_equal(some.pixels[some.rows[0]], crop(picture(4), CropSpec()))


def test_the_record_says_what_the_figures_are_measured_on(two_views: Path, tmp_path: Path) -> None:
    record = ingested(two_views, tmp_path / "data")
    assert record == read_cohort(tmp_path / "data").record
    assert record.sha256 == hashlib.sha256(two_views.read_bytes()).hexdigest()
    words = record.measured_on(2)
    assert "images listed in manifest.csv" in words
    assert "H-MRS % as the manifest gives it (4 subjects)" in words
    assert "2 subjects unseen" in words
    assert "not a medical device" in words


def test_names_of_subjects_stand_in_one_file_of_the_folder_only(
    manifest: WriteManifest, pictures: Sequence[Path], tmp_path: Path
) -> None:
    path = manifest("SECRET-7,AR,0.png,1,,,,", "SECRET-8,HR,1.png,2,,,,")
    ingested(path, tmp_path / "data")
    holding = [
        file.name for file in (tmp_path / "data").iterdir() if b"SECRET" in file.read_bytes()
    ]
    assert holding == ["subjects.csv"]
    assert (tmp_path / "data" / "subjects.csv").read_text() == (
        "number,name\n0,SECRET-7\n1,SECRET-8\n"
    )


def test_the_manifest_has_a_hash_for_every_frame(two_views: Path, tmp_path: Path) -> None:
    ingested(two_views, tmp_path / "data")
    rows = manifest_rows(tmp_path / "data")
    assert len(rows) == 8
    for row in rows:
        pixels = np.load(tmp_path / "data" / f"{row['view']}.npy")[int(row["row"])]
        assert hashlib.sha256(pixels.tobytes()).hexdigest() == row["sha256"]
        assert row["label"] == "h-mrs"


@pytest.mark.parametrize("mm_per_px", [None, 0.4])
def test_a_window_is_the_daemons_own_byte_for_byte(
    mm_per_px: float | None, manifest: WriteManifest, make_dicom: MakeDicom, tmp_path: Path
) -> None:
    colour = np.random.default_rng(0).integers(0, 256, (3, 300, 420, 3), np.uint8)
    file = make_dicom(colour, "RGB", PixelSpacing=[0.5, 0.3])
    ingested(manifest(f"P,AR,{file.name},7,,,,"), tmp_path / "data", mm_per_px)
    windows = read_cohort(tmp_path / "data").views["AR"].pixels
    shots = list(open_source(str(file)).shots())
    assert len(windows) == len(shots) == 3
    read = WindowsRead(CropSpec(mm_per_px=mm_per_px))
    for window, shot in zip(windows, shots, strict=True):
        np.testing.assert_array_equal(window, read.window_of(shot))


def test_a_range_of_a_video_is_inclusive(
    manifest: WriteManifest, make_video: MakeVideo, tmp_path: Path
) -> None:
    make_video([picture(number) for number in range(6)])
    path = manifest("P,HR,clip.mkv,7,2,4,sweep,", "P,HR,clip.mkv,7,5,,,")
    ingested(path, tmp_path / "data")
    rows = manifest_rows(tmp_path / "data")
    assert [(row["clip"], row["frame"]) for row in rows] == [
        ("sweep", "2"),
        ("sweep", "3"),
        ("sweep", "4"),
        ("row2", "5"),
    ]
    np.testing.assert_array_equal(
        np.load(tmp_path / "data" / "HR.npy")[1], crop(picture(3), CropSpec())
    )


def test_a_folder_of_images_is_a_clip_in_natural_order(
    manifest: WriteManifest, tmp_path: Path
) -> None:
    (tmp_path / "exam").mkdir()
    for number in (9, 10):
        cv2.imwrite(str(tmp_path / "exam" / f"im{number}.png"), picture(number))
    ingested(manifest("P,AR,exam,7,,,,"), tmp_path / "data")
    np.testing.assert_array_equal(
        np.load(tmp_path / "data" / "AR.npy"),
        [crop(picture(number), CropSpec()) for number in (9, 10)],
    )


def test_spacing_of_the_manifest_goes_before_that_of_the_file(
    manifest: WriteManifest, make_dicom: MakeDicom, tmp_path: Path
) -> None:
    file = make_dicom(picture(0)[np.newaxis], PixelSpacing=[0.5, 0.5])
    ingested(manifest(f"P,AR,{file.name},7,,,,1.0"), tmp_path / "data", 0.5)
    np.testing.assert_array_equal(
        np.load(tmp_path / "data" / "AR.npy")[0],
        crop(picture(0), CropSpec(mm_per_px=0.5), (1.0, 1.0)),
    )


def test_a_virtual_cohort_brings_its_subjects_and_stays_virtual(
    manifest: WriteManifest, tmp_path: Path
) -> None:
    source = read_cohort(rendered(tmp_path / "cohort"))
    record = ingested(manifest("cohort", heading="path"), tmp_path / "data")
    cohort = read_cohort(tmp_path / "data")
    assert cohort.is_virtual
    assert record.draws == {("single", 1)}
    assert "say nothing about patients" in record.measured_on(2)
    assert cohort.hmrs_pct == pytest.approx(source.hmrs_pct)
    for view in ("AR", "HR"):
        np.testing.assert_array_equal(cohort.views[view].pixels, source.views[view].pixels)


def test_subjects_of_a_cohort_never_mix_with_named_ones(
    manifest: WriteManifest, pictures: Sequence[Path], tmp_path: Path
) -> None:
    rendered(tmp_path / "cohort")
    path = manifest("0,AR,0.png,99,,,,", ",,cohort,,,,,")
    record = ingested(path, tmp_path / "data")
    cohort = read_cohort(tmp_path / "data")
    assert record.subjects == len(cohort.hmrs_pct) == 3
    assert cohort.hmrs_pct[0] == 99
    assert not cohort.is_virtual
    assert record.subjects_by_label == {"h-mrs": 1, "simulated": 2}


def test_virtual_cohorts_of_the_same_subjects_are_refused_twice_or_at_another_scale(
    manifest: WriteManifest, tmp_path: Path
) -> None:
    rendered(tmp_path / "cohort")
    shutil.copytree(tmp_path / "cohort", tmp_path / "copy")
    path = manifest("cohort", "copy", heading="path")
    with pytest.raises(ManifestError, match="row 2, path 'copy': preset and seed of row 1's"):
        ingested(path, tmp_path / "data")
    with pytest.raises(ManifestError, match="row 1, path 'cohort': cropped with") as caught:
        ingested(path, tmp_path / "data", 0.5)
    assert "ask for the same --crop-mm-per-px" in str(caught.value)


def test_an_unfinished_virtual_cohort_is_a_bad_row(manifest: WriteManifest, tmp_path: Path) -> None:
    (rendered(tmp_path / "cohort") / "manifest.csv").unlink()
    with pytest.raises(ManifestError, match=r"row 1, path 'cohort': .*goes on where it stopped"):
        ingested(manifest("cohort", heading="path"), tmp_path / "data")


def test_byras_set_is_one_view_whose_label_is_not_h_mrs(
    manifest: WriteManifest, make_byra: MakeByra, tmp_path: Path
) -> None:
    make_byra()
    record = ingested(manifest(",HR,byra.mat,,,,,"), tmp_path / "data")
    cohort = read_cohort(tmp_path / "data")
    assert list(cohort.views) == ["HR"]
    assert not (tmp_path / "data" / "AR.npy").exists()
    assert cohort.hmrs_pct == {0: 0.0, 1: 10.0, 2: 20.0}
    assert "NOT H-MRS" in record.label
    assert "NOT H-MRS" in record.measured_on(3)
    np.testing.assert_array_equal(
        cohort.views["HR"].pixels[5], crop(picture(111, 434, 636), CropSpec())
    )


def test_a_parquet_manifest_says_the_same_as_csv(two_views: Path, tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    with two_views.open(newline="") as file:
        rows = list(csv.DictReader(file))
    columns = {
        "subject": [row["subject"] for row in rows],
        "view": [row["view"] for row in rows],
        "path": [row["path"] for row in rows],
        "hmrs_pct": [float(row["hmrs_pct"]) for row in rows],
        "first_frame": pyarrow.array([None, 0.0, *[float("nan")] * 6]),
    }
    parquet.write_table(pyarrow.table(columns), tmp_path / "manifest.parquet")
    ingested(two_views, tmp_path / "csv")
    ingested(tmp_path / "manifest.parquet", tmp_path / "parquet")
    for name in ("manifest.csv", "AR.npy", "HR.npy", "subjects.csv"):
        assert (tmp_path / "csv" / name).read_bytes() == (tmp_path / "parquet" / name).read_bytes()


def test_progress_counts_rows_then_frames(
    manifest: WriteManifest, make_video: MakeVideo, tmp_path: Path
) -> None:
    make_video([picture(number) for number in range(6)])
    watch = Silent()
    path = manifest("P,HR,clip.mkv,7,,3,,", "P,HR,clip.mkv,7,4,,,")
    ingest(path, tmp_path / "data", CropSpec(), watch)
    assert watch.jobs == [("checking", 2), ("cropping", 6)]
    assert watch.steps == 2 + 6


def test_frames_are_streamed(
    manifest: WriteManifest, make_video: MakeVideo, tmp_path: Path
) -> None:
    tracemalloc.start()
    make_video([picture(number) for number in range(120)])
    path = manifest("P,HR,clip.mkv,7,,,,")
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    ingested(path, tmp_path / "data")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    whole = np.fromfile(tmp_path / "data" / "HR.npy", np.uint8)  # control: what holding all takes
    _, control = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert whole.nbytes > 120 * 360 * 360
    assert control - before > whole.nbytes
    assert peak - before < whole.nbytes / 5


def test_a_folder_with_something_in_it_is_left_alone(two_views: Path, tmp_path: Path) -> None:
    out = tmp_path / "data"
    out.mkdir()
    (out / "AR.npy").write_text("mine")
    with pytest.raises(CohortError, match="not an empty folder"):
        ingested(two_views, out)
    assert (out / "AR.npy").read_text() == "mine"


def test_finished_data_is_never_written_over(two_views: Path, tmp_path: Path) -> None:
    ingested(two_views, tmp_path / "data")
    with pytest.raises(CohortError, match="not an empty folder"):
        ingested(two_views, tmp_path / "data")


KILLED = """
import os, signal, sys
from pathlib import Path
from typing import ClassVar
from edge.contract.crop import CropSpec
from train.ingest.ingesting import ingest

class Watch:
    steps = 0
    def begin(self, what, total): self.what = what
    def step(self):
        self.steps += self.what == "cropping"
        if self.steps == 3:
            os.kill(os.getpid(), signal.SIGKILL)

ingest(Path(sys.argv[1]), Path(sys.argv[2]), CropSpec(), Watch())
"""


def test_a_killed_run_looks_unfinished_and_is_run_again(two_views: Path, tmp_path: Path) -> None:
    out = tmp_path / "data"
    command = [sys.executable, "-c", KILLED, two_views, out]
    root = Path(__file__).resolve().parents[4]
    killed = subprocess.run(command, check=False, timeout=60, cwd=root)
    assert killed.returncode == -signal.SIGKILL
    assert (out / "AR.npy").exists()
    with pytest.raises(CohortError, match=r"not finished.*same `python -m train ingest` again"):
        read_cohort(out)
    ingested(two_views, out)
    assert len(read_cohort(out).hmrs_pct) == 4
    assert sorted(path.name for path in out.iterdir()) == [
        "AR.npy",
        "HR.npy",
        "ingest.json",
        "manifest.csv",
        "subjects.csv",
    ]


def _interrupted(folder: Path) -> None:
    with fresh(folder):
        (folder / "AR.npy").write_bytes(b"half")
        raise KeyboardInterrupt


def test_an_interrupted_run_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        _interrupted(tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_a_damaged_record_says_to_ingest_again(two_views: Path, tmp_path: Path) -> None:
    ingested(two_views, tmp_path / "data")
    record = json.loads((tmp_path / "data" / "ingest.json").read_text())
    (tmp_path / "data" / "ingest.json").write_text(json.dumps({**record, "subjects": "many"}))
    with pytest.raises(CohortError, match=r"ingest\.json: .*subjects.*ingest the images again"):
        read_cohort(tmp_path / "data")


def test_data_without_its_manifest_says_to_ingest_again(two_views: Path, tmp_path: Path) -> None:
    ingested(two_views, tmp_path / "data")
    (tmp_path / "data" / "manifest.csv").unlink()
    with pytest.raises(CohortError, match=r"manifest\.csv: missing; ingest the images again"):
        read_cohort(tmp_path / "data")


def test_a_view_that_the_record_counts_must_have_its_file(two_views: Path, tmp_path: Path) -> None:
    ingested(two_views, tmp_path / "data")
    (tmp_path / "data" / "HR.npy").unlink()
    with pytest.raises(CohortError, match=r"HR\.npy: missing"):
        read_cohort(tmp_path / "data")


def test_nothing_is_left_where_a_frame_turns_out_bad_while_cropping(
    manifest: WriteManifest, make_video: MakeVideo, pictures: Sequence[Path], tmp_path: Path
) -> None:
    make_video([picture(50), np.zeros((200, 400), np.uint8)])
    cv2.imwrite(str(tmp_path / "twin.png"), picture(0))
    path = manifest("A,HR,0.png,7,,,,", "B,HR,clip.mkv,8,,,,", "C,AR,twin.png,9,,,,")
    with pytest.raises(ManifestError) as caught:
        ingested(path, tmp_path / "data")
    lines = str(caught.value).splitlines()
    assert "2 problems" in lines[0]
    assert "row 2, path 'clip.mkv': frame 1 is blank: gray 0 all over" in lines[1]
    assert "row 3, path 'twin.png': frame 0 shows what frame 0 of row 1 shows" in lines[2]
    assert "another subject" in lines[2]
    assert not (tmp_path / "data").exists()
