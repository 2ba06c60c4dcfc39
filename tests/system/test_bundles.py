from pathlib import Path

import numpy as np
import pytest

from edge.contract.bundle import read_bundle
from edge.contract.crop import CropSpec
from edge.runner import Runner
from tests.bundles import Line, make_bundle


def test_a_tiny_bundle_says_what_it_was_told_to(tmp_path: Path) -> None:
    path = make_bundle(
        tmp_path / "bundle", ar=Line(0.1), hr=Line(0.0, 12.0), features=3, crop=CropSpec(size=64)
    )
    runner = Runner(read_bundle(path), "cpu")
    window = np.full((64, 64), 80, np.uint8)

    ar_pct, ar_features, *_ = runner.infer("AR", window)
    hr_pct, hr_features, *_ = runner.infer("HR", window)

    assert (ar_pct, hr_pct) == pytest.approx((8.0, 12.0))
    assert ar_features.shape == (1, 3)
    assert runner.infer_pair(ar_features, hr_features) == pytest.approx(10.0)


def test_a_noisy_window_gives_its_mean(tiny_bundle: Path) -> None:
    runner = Runner(read_bundle(tiny_bundle), "cpu")
    window = np.random.default_rng(1).integers(0, 256, (360, 360), np.uint8)

    fat_pct, *_ = runner.infer("AR", window)

    assert fat_pct == pytest.approx(window.mean() / 10, abs=1e-3)
