"""What a model bundle says of itself: the file `manifest.json`."""

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from edge.contract.crop import CropSpec
from edge.contract.grading import THRESHOLDS_PCT
from edge.contract.interval import IntervalTable

MANIFEST_NAME = "manifest.json"
GOLDEN_NAME = "golden.npz"

FileName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}\Z")]
NetworkFile = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,58}\.onnx\Z")]
"""Every file of this name is looked through before it is used (edge.contract.onnx_scan)."""
ArchiveFile = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,59}\.npz\Z")]
"""Likewise (edge.contract.archive)."""
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Label = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._+-]+\Z")]


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Name, contract and provenance of a bundle.

    `models`: file of each model, by "AR", "HR" and "AR+HR": one view, both, or all three. A
    single-view model takes `frame`, uint8 (1, size, size, 1), and gives `fat_pct`, float32 (1, 1),
    H-MRS %. Where there is "AR+HR", it also gives `features`, float32 (1, n): its trunk's flattened
    output. "AR+HR" takes `ar_features` and `hr_features` and gives `fat_pct`.
    """

    format: Literal[1] = 1
    name: Label
    version: Label
    serial: Annotated[int, Meta(ge=0, le=2**53)] = 0
    """Grows with every version of this name: after one has run, a lower one is refused."""
    expires: date | None = None
    """Last day (UTC) on which a daemon may start with this bundle; None: no such day."""
    models: Annotated[dict[Literal["AR", "HR", "AR+HR"], NetworkFile], Meta(min_length=1)]
    precision: Literal["fp32"] = "fp32"
    crop: CropSpec = CropSpec()
    unit: Literal["H-MRS %"] = "H-MRS %"
    thresholds_pct: tuple[float, float, float] = THRESHOLDS_PCT
    intervals: dict[Literal["AR", "HR", "AR+HR"], IntervalTable] = {}
    """Calibrated interval for a subject's H-MRS around the median of each model's estimates."""
    measured_on: str
    """What the figures in `training` were measured on, in plain words."""
    training: dict[str, Any] = {}
    """The training record: cohort, settings, seeds, metrics."""
    opset: int
    tools: dict[str, str] = {}
    """Version of each tool that made the bundle."""
    golden: ArchiveFile = GOLDEN_NAME
    golden_tolerance_pct: Annotated[float, Meta(gt=0, le=1)] = 0.05
    """Largest difference in percentage points to the golden outputs that a runtime may show."""
    files: dict[FileName, Sha256] = {}
    """SHA-256 of every file of the bundle but the manifest itself."""
