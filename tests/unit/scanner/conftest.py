"""Small real files: video, DICOM, and where the real clip lies."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

Image = NDArray[Any]
MakeVideo = Callable[..., Path]
MakeDicom = Callable[..., Path]

SWEEP = Path(__file__).resolve().parents[4] / "shared" / "data" / "liver_sweep"


@pytest.fixture
def sweep() -> Path:
    """Folder of the real clip, which is not part of the project."""
    if not (SWEEP / "liver_sweep.mkv").exists():
        pytest.skip("the real liver clip is not on this machine (../shared/data/liver_sweep)")
    return SWEEP


@pytest.fixture
def make_video(tmp_path: Path) -> MakeVideo:
    """Write images as a lossless FFV1 clip."""

    def make(images: Sequence[Image], name: str = "clip.mkv", fps: float = 25.0) -> Path:
        path = tmp_path / name
        height, width = images[0].shape[:2]
        writer = cv2.VideoWriter(
            str(path),
            cv2.CAP_FFMPEG,
            cv2.VideoWriter.fourcc(*"FFV1"),
            fps,
            (width, height),
            images[0].ndim == 3,
        )
        if not writer.isOpened():
            pytest.skip("this OpenCV cannot write FFV1")
        for image in images:
            writer.write(image)
        writer.release()
        return path

    return make


@pytest.fixture
def make_dicom(tmp_path: Path) -> MakeDicom:
    """Write frames (N, H, W[, 3]) as an uncompressed DICOM ultrasound clip with further tags."""
    pydicom = pytest.importorskip("pydicom", reason="needs the extra `dicom`")
    from pydicom.uid import ExplicitVRLittleEndian, UltrasoundMultiFrameImageStorage

    def make(frames: Image, space: str = "MONOCHROME2", **tags: Any) -> Path:
        path = tmp_path / f"clip{len(list(tmp_path.iterdir()))}.dcm"
        dataset = pydicom.Dataset()
        dataset.file_meta = pydicom.dataset.FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.SOPClassUID = UltrasoundMultiFrameImageStorage
        dataset.SOPInstanceUID = "1.2.3"
        dataset.PatientName = "Secret^Name"
        dataset.NumberOfFrames, dataset.Rows, dataset.Columns = frames.shape[:3]
        dataset.SamplesPerPixel = 3 if frames.ndim == 4 else 1
        if frames.ndim == 4:
            dataset.PlanarConfiguration = 0
        dataset.PhotometricInterpretation = space
        dataset.BitsAllocated = dataset.BitsStored = frames.dtype.itemsize * 8
        dataset.HighBit = dataset.BitsStored - 1
        dataset.PixelRepresentation = int(frames.dtype.kind == "i")
        data = frames.tobytes()
        dataset.PixelData = data + b"\0" * (len(data) % 2)
        for tag, value in tags.items():
            setattr(dataset, tag, value)
        dataset.save_as(path, enforce_file_format=True)
        return path

    return make


@pytest.fixture
def gray_frames() -> NDArray[np.uint8]:
    """Six different gray images, (6, 48, 64) uint8, every value in use."""
    return np.random.default_rng(1).integers(0, 256, (6, 48, 64), np.uint8)


@pytest.fixture
def colour_frames() -> NDArray[np.uint8]:
    """Six different colour images, (6, 48, 64, 3) uint8."""
    return np.random.default_rng(2).integers(0, 256, (6, 48, 64, 3), np.uint8)
