from collections import Counter

import cv2
import msgspec
import numpy as np
import pytest

from edge.contract.grading import grade
from edge.scanner.virtual import PRESETS, Subject, VirtualClip, draw_cohort, draw_subject

HIDDEN = (
    "kidney_attenuation",
    "focus_mm",
    "noise_db",
    "dynamic_range_db",
    "gamma",
    "target_gray",
    "flattening",
    "tgc_db_cm",
    "margin",
    "half_angle_deg",
    "kidney_db",
)


def correlation(subjects: list[Subject], latent: str) -> float:
    values = [getattr(subject, latent) for subject in subjects]
    return float(np.corrcoef([subject.true_pct for subject in subjects], values)[0, 1])


def test_the_cohort_has_the_papers_statistics() -> None:
    means, spreads = [], []
    for seed in range(40):
        fat = [subject.true_pct for subject in draw_cohort("single", 150, seed)]
        grades = Counter(grade(value) for value in fat)
        assert grades == {"S0": 111, "S1": 21, "S2": 6, "S3": 12}
        assert min(fat) >= 0.27
        assert max(fat) <= 50.97
        means.append(np.mean(fat))
        spreads.append(np.std(fat))

    assert np.mean(means) == pytest.approx(4.5, abs=0.5)
    assert np.mean(spreads) == pytest.approx(8.0, abs=0.8)


def test_nothing_but_the_liver_and_the_bmi_knows_the_label() -> None:
    subjects = draw_cohort("realistic", 1500, 3)

    assert max(abs(correlation(subjects, latent)) for latent in HIDDEN) < 0.1
    assert 0.1 < correlation(subjects, "bmi") < 0.4
    # The control: what fat does change.
    assert correlation(subjects, "attenuation") > 0.8


def test_twins_of_different_fat_share_everything_else() -> None:
    lean, fatty = (draw_subject("realistic", 9, 4, fat_pct=fat) for fat in (2.0, 30.0))
    changed = {
        name for name in Subject.__struct_fields__ if getattr(lean, name) != getattr(fatty, name)
    }

    assert changed == {"true_pct", "hmrs_pct", "bmi", "wall_mm", "attenuation", "liver_db"}


@pytest.mark.parametrize("preset", list(PRESETS))
@pytest.mark.parametrize("view", ["AR", "HR"])
def test_frames_come_in_any_order_with_the_same_bytes(preset: str, view: str) -> None:
    subject = draw_subject(preset, 11)
    forward, backward = (VirtualClip(subject, view) for _ in range(2))  # type: ignore[arg-type]

    first = [forward.frame(number) for number in (0, 3)]
    again = [backward.frame(number) for number in (3, 0)]

    assert np.array_equal(first[0], again[1])
    assert np.array_equal(first[1], again[0])
    assert not np.array_equal(first[0], first[1])
    assert first[0].shape == (forward.height, forward.width)
    with pytest.raises(IndexError):
        forward.frame(forward.count)


def twin(seed: int, fat_pct: float) -> Subject:
    """The subject of this seed with other fat and the same body."""
    lean = draw_subject("single", seed, fat_pct=2.0)
    changed = draw_subject("single", seed, fat_pct=fat_pct)
    return msgspec.structs.replace(changed, bmi=lean.bmi, wall_mm=lean.wall_mm)


def fading_db(subject: Subject) -> float:
    """Echo of the liver 70-90 mm below the capsule under that 10-30 mm below it."""
    clip = VirtualClip(subject, "AR")
    below_mm = clip.sector.z_mm - clip.anatomy.capsule_mm
    level = clip._level_db(0) + clip._gain_db
    liver = clip.anatomy.liver > 0.9
    near, deep = (liver & (below_mm > low) & (below_mm < low + 20) for low in (10, 70))
    return float(np.median(level[near]) - np.median(level[deep]))


def test_the_deep_liver_fades_with_fat_in_every_twin() -> None:
    for seed in range(6):
        fading = [fading_db(twin(seed, fat_pct)) for fat_pct in (2, 10, 20, 30)]
        assert fading == sorted(fading)


def liver_over_kidney_db(subject: Subject) -> float:
    """Echo of the liver over that of the renal cortex at the same depth."""
    clip = VirtualClip(subject, "HR")
    anatomy, rows = clip.anatomy, slice(300, 340)
    level = (clip._level_db(0))[rows]
    own = np.abs(anatomy.attenuation[rows] - subject.kidney_attenuation) < 1e-3
    cortex = own & (np.abs(anatomy.level_db[rows] - subject.kidney_db) < 1.5)
    return float(np.median(level[anatomy.liver[rows] > 0.9]) - np.median(level[cortex]))


def test_the_liver_brightens_against_the_kidney_with_fat_in_every_twin() -> None:
    for seed in range(6):
        contrasts = [liver_over_kidney_db(twin(seed, fat_pct)) for fat_pct in (2, 10, 30)]
        assert contrasts == sorted(contrasts)


def test_the_anatomy_does_not_know_the_label() -> None:
    lean, fatty = (VirtualClip(twin(3, fat_pct), "HR").anatomy for fat_pct in (2.0, 30.0))

    assert np.array_equal(lean.liver, fatty.liver)
    assert np.array_equal(lean.interface_db, fatty.interface_db)
    assert not np.array_equal(lean.level_db, fatty.level_db)


def test_clips_are_as_long_as_the_papers() -> None:
    counts = [VirtualClip(draw_subject("single", 1, i), "AR").count for i in range(60)]

    assert min(counts) >= 5
    assert max(counts) <= 224
    assert np.mean(counts) == pytest.approx(114, abs=20)


def correlated(clip: VirtualClip, lag: int) -> float:
    """Correlation of the fine grain of two frames `lag` apart, in the liver's middle."""
    grains = []
    for number in (0, lag):
        frame = clip.frame(number).astype(np.float32)
        grain = frame - cv2.GaussianBlur(frame, (0, 0), 4)
        height, width = frame.shape
        grains.append(grain[height // 3 : height // 2, width // 2 - 80 : width // 2 + 80].ravel())
    return float(np.corrcoef(grains)[0, 1])


def test_neighbouring_frames_are_alike_and_distant_ones_are_not() -> None:
    clips = [VirtualClip(draw_subject("single", seed, fat_pct=5.0), "AR") for seed in range(12)]
    long = [clip for clip in clips if clip.count > 30]

    assert np.mean([correlated(clip, 1) for clip in long]) > 0.8
    assert np.mean([correlated(clip, 30) for clip in long]) < 0.4
