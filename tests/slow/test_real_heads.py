"""What the built-in heads make of real pictures: livers' views, and pictures of no liver.

What a still shows was judged by eye, by no sonographer; a still's scale follows from its probe's
face, which is 50 to 60 mm in radius.
"""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pytest

from edge.contract.bundle import Bundle, builtin_path, read_bundle
from edge.contract.crop import crop
from edge.contract.grading import VIEWS, View
from edge.contract.heads import Heads
from edge.domain import Domain, Shown, domain, shown
from edge.scanner.dicom.source import DicomSource
from tests.builtin import CROP, Frames
from tests.slow.test_real_images import AR_STILLS, PROBE_MM, STILLS, SWEEP, SWEEP_MM, still, sweep

pytestmark = pytest.mark.slow

HR_STILLS = (59,)


class Judge:
    """Both single-view networks of a bundle with their heads."""

    def __init__(self, bundle: Bundle) -> None:
        assert bundle.manifest.heads is not None
        self.heads: Heads = bundle.manifest.heads
        self._sessions = {
            view: onnxruntime.InferenceSession(
                bundle.model(view), providers=["CPUExecutionProvider"]
            )
            for view in VIEWS
        }

    def __call__(self, view: View, windows: Frames) -> list[tuple[Shown | None, Domain]]:
        """What each window shows, and whether this view's network knows its like."""
        told = []
        for window in windows:
            frame = {"frame": window[np.newaxis, ..., np.newaxis]}
            logit, score = self._sessions[view].run(["view_logit", "domain"], frame)
            shows = shown(logit, self.heads)
            told.append((shows, domain(score[0, 0], self.heads.domain[view], shows)))
        return told


@pytest.fixture(scope="module")
def judge() -> Judge:
    bundle = read_bundle(builtin_path())
    if bundle.manifest.heads is None:
        pytest.skip("the built-in bundle has no heads")
    return Judge(bundle)


def refused(judge: Judge, windows: Frames) -> float:
    """Share that is out of the domain, by the view whose network is less sure of it."""
    return min(np.mean([state == "out" for _, state in judge(view, windows)]) for view in VIEWS)


def heart() -> Frames:
    data = pytest.importorskip("pydicom.data")
    path = Path(data.get_testdata_file("examples_ybr_color.dcm", download=False))
    windows = []
    for shot in DicomSource(path).shots():
        gray = np.asarray(cv2.cvtColor(shot.pixels, cv2.COLOR_RGB2GRAY), np.uint8)
        windows.append(crop(gray, CROP, shot.spacing_mm))
    return np.stack(windows)


def noise() -> Frames:
    return np.random.default_rng(1).integers(0, 256, (40, 360, 360)).astype(np.uint8)


def photographs() -> Frames:
    """Twenty parts of two photographs, of any size from 150 px up."""
    datasets = pytest.importorskip("sklearn.datasets")
    rng, windows = np.random.default_rng(2), []
    for image in datasets.load_sample_images().images:
        gray = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
        for _ in range(10):
            side = int(rng.integers(150, min(gray.shape)))
            row, column = (int(rng.integers(0, length - side)) for length in gray.shape)
            part = gray[row : row + side, column : column + side]
            windows.append(np.asarray(cv2.resize(part, (360, 360)), np.uint8))
    return np.stack(windows)


@pytest.mark.parametrize("pictures", [heart, noise, photographs])
def test_real_pictures_of_no_liver_are_out_of_the_domain(
    pictures: Callable[[], Frames], judge: Judge
) -> None:
    assert refused(judge, pictures()) >= 0.95


@pytest.mark.skipif(not SWEEP.is_file(), reason="no real clip here (../shared/data/liver_sweep)")
def test_a_real_liver_clip_is_in_or_near_the_domain_and_no_kidney_view(judge: Judge) -> None:
    """The control: heads that refused every real picture would pass the tests above."""
    told = judge("AR", sweep(SWEEP_MM))
    assert np.mean([state == "out" for _, state in told]) <= 0.05
    assert np.mean([view == "HR" for view, _ in told]) <= 0.10


@pytest.mark.skipif(not STILLS.is_dir(), reason="no real stills here (../shared/data/liver_stills)")
@pytest.mark.parametrize("probe_mm", PROBE_MM)
def test_at_most_one_of_ten_real_stills_is_told_wrongly_or_refused(
    judge: Judge, probe_mm: float
) -> None:
    views: dict[int, View] = dict.fromkeys(AR_STILLS, "AR") | dict.fromkeys(HR_STILLS, "HR")  # type: ignore[assignment]
    told = {
        number: judge(view, still(number, probe_mm)[np.newaxis])[0]
        for number, view in views.items()
    }
    wrong = [number for number, view in views.items() if told[number][0] not in (view, None)]
    assert len(wrong) <= 1, told
    assert sum(state == "out" for _, state in told.values()) <= 1, told
