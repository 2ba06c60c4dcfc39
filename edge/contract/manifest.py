"""What a model bundle says of itself: the file `manifest.json`."""

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from edge.contract.crop import CropSpec
from edge.contract.grading import THRESHOLDS_PCT
from edge.contract.heads import Heads
from edge.contract.interval import IntervalTable
from edge.contract.variant import FileName, ModelName, Precision, Sha256, Variant

MANIFEST_NAME = "manifest.json"
GOLDEN_NAME = "golden.npz"

ArchiveFile = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,59}\.npz\Z")]
"""Every file of this name is looked through before it is used (edge.contract.archive)."""
Label = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._+-]+\Z")]


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Name, contract and provenance of a bundle.

    `variants`: the networks in each precision; fp32 is always there. Each has one view, both, or
    both and "AR+HR". A single-view model takes `frame`, uint8 (1, size, size, 1), and gives
    `fat_pct`, float32 (1, 1), H-MRS %. Where there is "AR+HR", it also gives `features`,
    float32 (1, n): its trunk's flattened output. "AR+HR" takes `ar_features` and `hr_features` and
    gives `fat_pct`.

    ValueError where there is no fp32 variant, or one lacks a model that another has.
    """

    format: Literal[2] = 2
    name: Label
    version: Label
    serial: Annotated[int, Meta(ge=0, le=2**53)] = 0
    """Grows with every version of this name: after one has run, a lower one is refused."""
    expires: date | None = None
    """Last day (UTC) on which a daemon may start with this bundle; None: no such day."""
    variants: dict[Precision, Variant]
    crop: CropSpec = CropSpec()
    unit: Literal["H-MRS %"] = "H-MRS %"
    thresholds_pct: tuple[float, float, float] = THRESHOLDS_PCT
    intervals: dict[ModelName, IntervalTable] = {}
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
    golden: ArchiveFile = GOLDEN_NAME
    """Golden frames, `ar_frames` and `hr_frames`, uint8 (n, size, size), with the outputs that a
    runtime must reproduce, float32 (n,): `ar_fat_pct`, `hr_fat_pct` and `pair_fat_pct` are the
    trained networks'; with `int8_` or `fp16_` before the name, those of that precision."""
    files: dict[FileName, Sha256] = {}
    """SHA-256 of every file of the bundle but the manifest itself."""

    def __post_init__(self) -> None:
        if "fp32" not in self.variants:
            raise ValueError("variants has no fp32; a bundle always holds that one")
        for precision, variant in self.variants.items():
            if variant.models.keys() != self.models.keys():
                raise ValueError(f"variants: {precision} has other models than fp32")

    @property
    def models(self) -> dict[ModelName, FileName]:
        """File of each model in fp32."""
        return self.variants["fp32"].models

    @property
    def used_files(self) -> set[str]:
        """Files that the manifest speaks of; `files` must hold the hash of each."""
        return {self.golden}.union(*(variant.files for variant in self.variants.values()))
