"""Byra's public set is read by its structure; another file is refused by file and field."""

import numpy as np
import pytest

from tests.unit.train.ingest.conftest import MakeByra, picture
from train.ingest.byra import FIELDS, ByraError, read_byra


def test_subjects_come_with_their_fat_and_frames(make_byra: MakeByra) -> None:
    subjects = read_byra(make_byra())
    assert [(subject.number, subject.fat_pct) for subject in subjects] == [
        (1, 0.0),
        (2, 10.0),
        (3, 20.0),
    ]
    assert subjects[1].images.shape == (4, 434, 636)
    np.testing.assert_array_equal(subjects[1].images[2], picture(112, 434, 636))


@pytest.mark.parametrize("field", FIELDS)
def test_a_missing_field_is_named(field: str, make_byra: MakeByra) -> None:
    with pytest.raises(ByraError, match=rf"byra\.mat: data has no field {field}"):
        read_byra(make_byra(leave_out=field))


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("fat", 120.0, r"data\[0\], field fat: 120 is not 0 to 100 %"),
        ("fat", float("nan"), r"data\[0\], field fat: not one number"),
        ("fat", [1.0, 2.0], r"data\[0\], field fat: not one number"),
        ("id", 1.5, r"data\[0\], field id: 1.5 is not a whole number"),
        ("id", 7, r"field id: 7 belongs to two subjects"),
        ("images", np.zeros((4, 434, 636)), r"field images: float64 \(4, 434, 636\), not uint8"),
        ("images", np.zeros((434, 636), np.uint8), r"field images: uint8 \(434, 636\)"),
    ],
)
def test_a_wrong_value_is_named_with_its_field(
    field: str, value: object, why: str, make_byra: MakeByra
) -> None:
    with pytest.raises(ByraError, match=rf"byra\.mat: .*{why}|byra\.mat: {why}"):
        read_byra(make_byra(**{field: value}))


def test_a_file_cut_short_is_refused(make_byra: MakeByra) -> None:
    path = make_byra()
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(ByraError, match=r"byra\.mat: not a MATLAB file that can be read"):
        read_byra(path)


def test_a_file_of_another_kind_is_refused(make_byra: MakeByra) -> None:
    path = make_byra()
    path.write_bytes(b"MATLAB 5.0 but no more" * 20)
    with pytest.raises(ByraError, match=r"byra\.mat: "):
        read_byra(path)


def test_a_mat_file_without_the_struct_is_refused(make_byra: MakeByra) -> None:
    from scipy.io import savemat

    path = make_byra()
    savemat(path, {"other": np.arange(3)})
    with pytest.raises(ByraError, match=r"holds no struct array 'data'"):
        read_byra(path)
