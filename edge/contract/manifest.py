"""What a model bundle says of itself: the file `manifest.json`."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from edge.contract.crop import CropSpec
from edge.contract.grading import THRESHOLDS_PCT
from edge.contract.heads import Heads
from edge.contract.interval import IntervalTable

MANIFEST_NAME = "manifest.json"
GOLDEN_NAME = "golden.npz"

FileName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}\Z")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Label = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._+-]+\Z")]


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Name, contract and provenance of a bundle.

    `models`: file of each model, by "AR", "HR" and "AR+HR". A single-view model takes `frame`,
    uint8 (1, size, size, 1), and gives `fat_pct`, float32 (1, 1), H-MRS %, and `features`,
    float32 (1, n): its trunk's flattened output. "AR+HR" takes `ar_features` and `hr_features` and
    gives `fat_pct`.
    """

    format: Literal[1] = 1
    name: Label
    version: Label
    models: dict[Literal["AR", "HR", "AR+HR"], FileName]
    precision: Literal["fp32"] = "fp32"
    crop: CropSpec = CropSpec()
    unit: Literal["H-MRS %"] = "H-MRS %"
    thresholds_pct: tuple[float, float, float] = THRESHOLDS_PCT
    intervals: dict[Literal["AR", "HR", "AR+HR"], IntervalTable] = {}
    """Calibrated interval for a subject's H-MRS around the median of each model's estimates."""
    heads: Heads | None = None
    """Limits of the single-view models' further outputs, see there; None: they have none."""
    measured_on: str
    """What the figures in `training` were measured on, in plain words."""
    training: dict[str, Any] = {}
    """The training record: cohort, settings, seeds, metrics."""
    opset: int
    tools: dict[str, str] = {}
    """Version of each tool that made the bundle."""
    golden: FileName = GOLDEN_NAME
    golden_tolerance_pct: Annotated[float, Meta(gt=0, le=1)] = 0.05
    """Largest difference in percentage points to the golden outputs that a runtime may show."""
    files: dict[FileName, Sha256] = {}
    """SHA-256 of every file of the bundle but the manifest itself."""
