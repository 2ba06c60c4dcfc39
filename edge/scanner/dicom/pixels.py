"""Decoded DICOM samples, brought to the 8 bits that a display would show."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from edge.scanner.source import Pixels

if TYPE_CHECKING:
    from pydicom import Dataset

Samples = NDArray[np.unsignedinteger] | NDArray[np.signedinteger]

COLOUR_SPACES = (
    "MONOCHROME1",
    "MONOCHROME2",
    "PALETTE COLOR",
    "RGB",
    "YBR_FULL",
    "YBR_FULL_422",
    "YBR_ICT",
    "YBR_RCT",
)
"""Photometric interpretations that can be played."""


def to_display(samples: Samples, header: "Dataset") -> Pixels:
    """8-bit gray (H, W) or RGB (H, W, 3) from one frame as pydicom decodes it.

    pydicom has already turned YBR into RGB; palettes, inversion and depth are left to do here.
    """
    space = header.PhotometricInterpretation
    if space == "PALETTE COLOR":
        return _through_palette(samples, header)
    gray_or_rgb = _to_8_bits(samples, header)
    return np.asarray(255 - gray_or_rgb, np.uint8) if space == "MONOCHROME1" else gray_or_rgb


def _through_palette(samples: Samples, header: "Dataset") -> Pixels:
    from pydicom.pixels import apply_color_lut

    colours: Samples = apply_color_lut(samples, header)[..., :3]
    if colours.dtype == np.uint8:
        return np.ascontiguousarray(colours, np.uint8)
    # A palette of 16-bit entries has its full scale at 65535 (PS3.3 C.7.6.3.1.6).
    return np.asarray(colours >> 8, np.uint8)


def _to_8_bits(samples: Samples, header: "Dataset") -> Pixels:
    """8 stored bits as they are; else the window where the file gives one, else BitsStored."""
    bits, signed = int(header.BitsStored), bool(header.PixelRepresentation)
    if bits == 8 and not signed:
        return np.asarray(samples, np.uint8)
    window = _window(header)
    if window is not None and samples.ndim == 2:
        low, high = window
        rescaled = samples * _number(header, "RescaleSlope", 1) + _number(
            header, "RescaleIntercept", 0
        )
    else:
        low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
        rescaled = samples.astype(np.float64)
    return np.asarray(np.rint(np.clip((rescaled - low) / (high - low), 0, 1) * 255), np.uint8)


def _window(header: "Dataset") -> tuple[float, float] | None:
    """Lowest and highest value of the first linear window (PS3.3 C.11.2.1.2.1), if there is one."""
    centre, width = _number(header, "WindowCenter", 0), _number(header, "WindowWidth", 0)
    if not 1 < width < np.inf:
        return None
    return centre - 0.5 - (width - 1) / 2, centre - 0.5 + (width - 1) / 2


def _number(header: "Dataset", tag: str, default: float) -> float:
    """A tag's first value; `default` where it is absent or empty."""
    value = header.get(tag)
    if value is None or value == "":
        return default
    return float(value if isinstance(value, str | int | float) else value[0])
