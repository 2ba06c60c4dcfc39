"""What the author of a foreign network says of it: a manifest without what is computed."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from edge.contract.crop import CropSpec
from edge.contract.interval import IntervalTable
from edge.contract.manifest import Label
from edge.contract.variant import ModelName
from export.foreign.pack_error import PackError


class Draft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields of `edge.contract.manifest.Manifest` that a person fills in.

    `models` names an ONNX file for "AR", "HR" or both, and for "AR+HR" if there is one.
    """

    name: Label
    version: Label
    serial: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    """None: the time of packing."""
    expires: date | None = None
    models: Annotated[dict[ModelName, str], Meta(min_length=1)]
    crop: CropSpec = CropSpec()
    intervals: dict[ModelName, IntervalTable] = {}
    measured_on: Annotated[str, Meta(min_length=1)]
    training: dict[str, Any] = {}
    golden_tolerance_pct: Annotated[float, Meta(gt=0, le=1)] = 0.05


def read_draft(path: Path) -> Draft:
    """Draft from a JSON file.

    Raises:
        PackError: it cannot be read, or a field is missing, unknown or wrong.
    """
    try:
        draft = msgspec.json.decode(path.read_bytes(), type=Draft)
    except OSError as error:
        raise PackError(f"{path}: {error.strerror}; docs/bundle.md has an example") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        fields = ", ".join(Draft.__struct_fields__)
        raise PackError(f"{path}: {error}; fields: {fields}") from error
    if "AR+HR" in draft.models and not {"AR", "HR"} <= draft.models.keys():
        raise PackError(f"{path}: models: AR+HR needs the networks of AR and HR beside it")
    return draft
