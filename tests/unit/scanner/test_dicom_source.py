import logging
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from edge.scanner.source import SourceError

pydicom = pytest.importorskip("pydicom", reason="needs the extra `dicom`")

from edge.scanner.dicom.source import DicomSource  # noqa: E402

MakeDicom = Callable[..., Path]
Frames = NDArray[np.uint8]


def example() -> Path:
    """pydicom's own ultrasound clip; it comes with the package."""
    return Path(pydicom.data.get_testdata_file("examples_ybr_color.dcm", download=False))


def set_syntax(path: Path, uid: str) -> None:
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = uid
    if pydicom.uid.UID(uid).is_compressed:
        dataset.PixelData = pydicom.encaps.encapsulate([b"\0" * 100])
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True
    dataset.save_as(path, enforce_file_format=True)


def test_gray_frames_come_bit_for_bit_at_their_times(
    make_dicom: MakeDicom, gray_frames: Frames
) -> None:
    source = DicomSource(make_dicom(gray_frames, FrameTime=40.0))
    shots = list(source.shots())
    assert (source.count, source.fps) == (6, 25.0)
    assert all(np.array_equal(s.pixels, f) for s, f in zip(shots, gray_frames, strict=True))
    assert [shot.time_s for shot in shots] == pytest.approx([0.04 * frame for frame in range(6)])
    assert {shot.format for shot in shots} == {"gray8"}
    assert len(list(source.shots())) == 6


def test_a_still_without_a_number_of_frames_is_one_frame(
    make_dicom: MakeDicom, gray_frames: Frames
) -> None:
    path = make_dicom(gray_frames[:1])
    dataset = pydicom.dcmread(path)
    del dataset.NumberOfFrames
    dataset.save_as(path)
    source = DicomSource(path)
    assert len(list(source.shots())) == source.count == 1


def test_the_bmode_region_is_cut_out_and_gives_the_scale(
    make_dicom: MakeDicom, gray_frames: Frames
) -> None:
    region = pydicom.Dataset()
    region.RegionSpatialFormat = region.RegionDataType = 1
    region.RegionLocationMinX0, region.RegionLocationMinY0 = 10, 5
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = 59, 44
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX, region.PhysicalDeltaY = 0.03, -0.04
    source = DicomSource(
        make_dicom(gray_frames, FrameTime=40.0, SequenceOfUltrasoundRegions=[region])
    )
    for shot, frame in zip(source.shots(), gray_frames, strict=True):
        assert np.array_equal(shot.pixels, frame[5:45, 10:60])
        assert shot.spacing_mm == pytest.approx((0.4, 0.3))


def test_pydicom_s_example_plays_whole_at_its_rate_and_says_why(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        source = DicomSource(example())
        shots = list(source.shots())
    assert len(shots) == 30
    assert source.fps == pytest.approx(30, abs=0.01)
    assert {shot.pixels.shape for shot in shots} == {(240, 320, 3)}
    assert {(shot.format, shot.spacing_mm) for shot in shots} == {("rgb8", None)}
    assert "columns 84-595 and rows 31-414, does not lie within the 320 x 240" in caplog.text
    expected = next(pydicom.pixels.iter_pixels(example(), indices=[7]))
    assert np.array_equal(shots[7].pixels, expected)


@pytest.mark.parametrize("tag", ["Rows", "PhotometricInterpretation"])
def test_a_file_without_an_image_is_refused(
    make_dicom: MakeDicom, gray_frames: Frames, tag: str
) -> None:
    path = make_dicom(gray_frames)
    dataset = pydicom.dcmread(path)
    delattr(dataset, tag)
    dataset.save_as(path)
    with pytest.raises(SourceError, match=rf"{path.name}: holds no image"):
        DicomSource(path)


def test_a_file_without_pixel_data_is_refused(make_dicom: MakeDicom, gray_frames: Frames) -> None:
    path = make_dicom(gray_frames)
    dataset = pydicom.dcmread(path)
    del dataset.PixelData
    dataset.save_as(path)
    with pytest.raises(SourceError, match=rf"{path.name}: holds no pixel data"):
        DicomSource(path)


def test_a_file_cut_short_anywhere_is_refused_before_it_plays(
    make_dicom: MakeDicom, gray_frames: Frames, tmp_path: Path
) -> None:
    for whole in (make_dicom(gray_frames).read_bytes(), example().read_bytes()):
        for length in (*range(0, 1200, 97), len(whole) // 2, len(whole) - 500):
            path = tmp_path / "short.dcm"
            path.write_bytes(whole[:length])
            with pytest.raises(SourceError, match=r"short\.dcm"):
                DicomSource(path)


@pytest.mark.parametrize(
    ("uid", "said"),
    [
        ("1.2.840.10008.1.2.4.102", r"MPEG-4.*H\.264.*not supported; export it .*video file"),
        ("1.2.840.10008.1.2.4.70", r"JPEG Lossless.*needs .*pylibjpeg.*or export it"),
        ("1.2.840.10008.1.2.4.50", r"cannot be decoded.*copy it again, or export it"),
    ],
)
def test_what_cannot_be_decoded_is_refused_with_the_remedy(
    make_dicom: MakeDicom, gray_frames: Frames, uid: str, said: str
) -> None:
    path = make_dicom(gray_frames[:1])
    set_syntax(path, uid)
    if uid.endswith(".70") and pydicom.pixels.get_decoder(uid).is_available:
        pytest.skip("a decoder for lossless JPEG is installed")
    with pytest.raises(SourceError, match=said):
        DicomSource(path)


def test_an_unknown_colour_space_is_refused_with_what_is_allowed(
    make_dicom: MakeDicom, gray_frames: Frames
) -> None:
    with pytest.raises(SourceError, match="none of MONOCHROME1, MONOCHROME2, PALETTE COLOR"):
        DicomSource(make_dicom(gray_frames, "HSV"))


def test_a_tag_of_nonsense_is_refused_without_quoting_it(
    make_dicom: MakeDicom, gray_frames: Frames
) -> None:
    path = make_dicom(gray_frames, FrameTime=12.25)
    path.write_bytes(path.read_bytes().replace(b"12.25", b"Doe^J"))
    with pytest.raises(SourceError, match=path.name) as caught:
        DicomSource(path)
    assert "Doe" not in str(caught.value)


def test_a_file_that_is_no_dicom_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.dcm"
    path.write_bytes(b"liver" * 100)
    with pytest.raises(SourceError, match=r"notes\.dcm: not a DICOM file"):
        DicomSource(path)


def test_patient_data_is_never_parsed(make_dicom: MakeDicom, gray_frames: Frames) -> None:
    from edge.scanner.dicom.header import read_header

    header = read_header(make_dicom(gray_frames, PatientID="Secret"))
    assert "PatientName" not in header
    assert "Secret" not in str(header)


def test_text_burned_into_a_full_frame_is_warned_of(
    make_dicom: MakeDicom, gray_frames: Frames, caplog: pytest.LogCaptureFixture
) -> None:
    DicomSource(make_dicom(gray_frames, FrameTime=40.0, BurnedInAnnotation="NO"))
    assert not caplog.records
    DicomSource(make_dicom(gray_frames, FrameTime=40.0, BurnedInAnnotation="YES"))
    assert "text is burned into its image" in caplog.text


def test_without_pydicom_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pydicom", None)
    with pytest.raises(SourceError, match=r"pip install 'steatoscope\[dicom\]'"):
        DicomSource(tmp_path / "clip.dcm")
