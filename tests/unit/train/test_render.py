"""Rendering gives the same bytes however it is run, and goes on where it stopped."""

import hashlib
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.balance import draw_subjects
from train.cohort import CohortError, CohortRecord, read_cohort
from train.render import (
    Job,
    finish,
    missing,
    open_folder,
    part_path,
    render,
    spread,
    told_spacing,
)

RECORD = CohortRecord(preset="single", subjects=3, frames=2, seed=1, balanced=True, simulator=1)
SUBJECTS = draw_subjects("single", 3, seed=1, balanced=True)


def rendered(folder: Path, workers: int = 1) -> Path:
    """A whole cohort of three subjects, two frames of each view."""
    open_folder(folder, RECORD)
    for _ in render(missing(folder, RECORD, SUBJECTS), workers):
        pass
    finish(folder, SUBJECTS)
    return folder


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rendered(tmp_path_factory.mktemp("render") / "whole")


def test_the_manifest_names_every_frame_with_its_hash(whole: Path) -> None:
    cohort = read_cohort(whole)
    assert cohort.hmrs_pct == pytest.approx({s.index: s.hmrs_pct for s in SUBJECTS})
    assert cohort.views["AR"].pixels.shape == (6, 360, 360)
    lines = (whole / "manifest.csv").read_text().splitlines()
    assert len(lines) == 1 + 3 * 2 * 2
    first = hashlib.sha256(cohort.views["AR"].pixels[0].tobytes()).hexdigest()
    assert lines[1].endswith(first)


def test_the_crop_is_told_a_scale_that_is_wrong_by_what_the_record_allows() -> None:
    jobs = [
        Job(Path(), msgspec.structs.replace(RECORD, scale_error=share), number, SUBJECTS[0])
        for share in (0.0, 0.1)
        for number in range(30)
    ]
    told = [told_spacing(job, "AR", (0.4, 0.4))[0] / 0.4 - 1 for job in jobs]
    assert set(told[:30]) == {0.0}
    assert -0.1 <= min(told[30:]) < -0.07
    assert 0.07 < max(told[30:]) <= 0.1


def test_several_processes_render_the_same_bytes_as_one(whole: Path, tmp_path: Path) -> None:
    assert digests(rendered(tmp_path / "two", workers=2)) == digests(whole)


def test_a_stopped_rendering_goes_on_to_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "stopped"
    open_folder(folder, RECORD)
    steps = render(missing(folder, RECORD, SUBJECTS), 1)
    assert next(steps) == 0
    assert [job.number for job in missing(folder, RECORD, SUBJECTS)] == [1, 2]
    with pytest.raises(CohortError, match="not finished"):
        read_cohort(folder)
    assert digests(rendered(folder)) == digests(whole)


def test_a_subject_whose_part_was_lost_is_rendered_again(whole: Path, tmp_path: Path) -> None:
    folder = rendered(tmp_path / "lost")
    part_path(folder, 1).unlink()
    pixels = np.load(folder / "AR.npy", mmap_mode="r+")
    pixels[2:4] = 0
    pixels.flush()
    assert digests(rendered(folder)) == digests(whole)


def test_a_folder_begun_with_other_settings_is_refused(whole: Path) -> None:
    other = CohortRecord(preset="multi", subjects=3, frames=2, seed=1, balanced=True, simulator=1)
    with pytest.raises(CohortError, match="preset 'single' there, 'multi' asked for"):
        open_folder(whole, other)


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(CohortError, match="holds something else"):
        open_folder(tmp_path, RECORD)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@given(st.integers(1, 300), st.integers(1, 20))
def test_frames_are_spread_over_the_clip_without_repeats(count: int, frames: int) -> None:
    chosen = spread(count, frames)
    assert len(chosen) == min(count, frames)
    assert sorted(set(chosen)) == chosen
    assert chosen[0] >= 0
    assert chosen[-1] < count
    steps = np.diff(chosen)
    assert len(steps) == 0 or steps.max() - steps.min() <= 1
