"""One precision of a bundle's networks: its files, how close it is to Keras, how it was made."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

ModelName = Literal["AR", "HR", "AR+HR"]
Precision = Literal["fp32", "int8", "fp16"]
PRECISIONS: tuple[Precision, ...] = ("fp32", "int8", "fp16")

FileName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}\Z")]
NetworkFile = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,58}\.onnx\Z")]
"""Every file of this name is looked through before it is used (edge.contract.onnx_scan)."""
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


class Parity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Differences of a converted network's estimates to Keras', percentage points of H-MRS."""

    frames: int
    mean_abs_pct: float
    p99_abs_pct: float
    max_abs_pct: float
    bias_pct: float
    """Mean of converted minus Keras."""
    fatty_mean_abs_pct: float | None
    """Mean |difference| of the frames that Keras puts above 20 %; None where there is none."""
    same_grade: Annotated[float, Meta(ge=0, le=1)]
    """Share of the frames whose grade stays."""


class VirtualFrames(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pairs of AR and HR frames of virtual subjects; the same fields give the same bytes."""

    seed: int
    presets: tuple[str, ...]
    grades: tuple[str, ...]
    subjects: int
    """Of each preset and grade."""
    frames: int
    """Of each subject and view."""
    simulator: int
    """Version of the virtual cohort."""
    sha256: Sha256
    """Of the AR frames' bytes, then the HR frames'."""


class Quantisation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How 8-bit networks were made."""

    method: dict[ModelName, str]
    """How the range of each model's activations was found: "minmax", "entropy" or "percentile"."""
    weight_bits: int
    kept_in_fp32: dict[ModelName, list[str]]
    """Layers that compute in fp32 although they could be quantised."""
    calibrated_on: VirtualFrames


class Variant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Files of the networks in one precision, and what is known of them."""

    models: Annotated[dict[ModelName, NetworkFile], Meta(min_length=1)]
    """Networks of batch 1, all shapes fixed."""
    batched: dict[ModelName, NetworkFile] = {}
    """The same networks with a first dimension `batch` that may be any."""
    golden_tolerance_pct: Annotated[float, Meta(gt=0, le=1)] = 0.05
    """Largest difference in percentage points to the golden outputs that a runtime may show."""
    parity: dict[str, dict[ModelName, Parity]] = {}
    """Differences to Keras by provider on which they were measured, and model."""
    compared_on: VirtualFrames | None = None
    """Frames that `parity` was measured on."""
    quantisation: Quantisation | None = None

    @property
    def files(self) -> set[str]:
        """Names of all its files."""
        return {*self.models.values(), *self.batched.values()}
