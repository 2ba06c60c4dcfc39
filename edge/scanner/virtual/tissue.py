"""What lies under the probe, painted organ by organ: backscatter, attenuation, surfaces."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.scanner.virtual.grid import Field

Window = tuple[slice, slice]
"""Samples and lines of a part of the grid."""

DIFFUSE = np.float32(0.85)
"""Share of a surface's power that scatters; all of it mirror-like looks like plastic."""


@dataclass
class Tissue:
    """Fields over the grid.

    power: of scatterers re those of a normal liver, linear. attenuation: dB/cm/MHz.
    mirror: power that surfaces send back as a mirror does. liver: share of liver parenchyma.
    names: soft masks of structures, 0 to 1, for those who measure.
    """

    power: Field
    attenuation: Field
    mirror: Field
    liver: Field
    names: dict[str, Field]

    @classmethod
    def uniform(cls, shape: tuple[int, int], level_db: float, attenuation: float) -> "Tissue":
        """A phantom: the same everywhere."""
        return cls(
            power=np.full(shape, from_db(level_db), np.float32),
            attenuation=np.full(shape, attenuation, np.float32),
            mirror=np.zeros(shape, np.float32),
            liver=np.ones(shape, np.float32),
            names={},
        )

    def copy(self) -> "Tissue":
        """Another one to paint on."""
        return Tissue(
            power=self.power.copy(),
            attenuation=self.attenuation.copy(),
            mirror=self.mirror.copy(),
            liver=self.liver.copy(),
            names=dict(self.names),
        )

    @contextmanager
    def part(self, window: Window) -> Iterator["Tissue"]:
        """A window of this tissue to paint on; structures named there are then named here."""
        power, attenuation = self.power[window], self.attenuation[window]
        inside = Tissue(power, attenuation, self.mirror[window], self.liver[window], {})
        yield inside
        for name, mask in inside.names.items():
            named = self.names.setdefault(name, np.zeros_like(self.power))
            np.maximum(named[window], mask, out=named[window])

    def fill(
        self, name: str, mask: Field, level_db: Field | float, attenuation: float | None = None
    ) -> None:
        """Replace what is there by another tissue where `mask` (0 to 1) says so."""
        self.power += mask * (from_db(level_db) - self.power)
        self.mirror *= 1 - mask
        self.liver *= 1 - mask
        if attenuation is not None:
            self.attenuation += mask * (np.float32(attenuation) - self.attenuation)
        self.name(name, mask)

    def name(self, name: str, mask: Field) -> None:
        """Remember where a structure lies, beside what of that name lies elsewhere."""
        known = self.names.get(name)
        self.names[name] = mask if known is None else np.maximum(known, mask)

    def shine(self, name: str, mask: Field, level_db: Field | float) -> None:
        """Add a bright surface where `mask` says so, most of it diffuse."""
        self.reflect(name, mask, from_db(level_db))

    def reflect(self, name: str, mask: Field, ratio: Field | np.float32) -> None:
        """As `shine`, of a power ratio."""
        power = mask * ratio
        self.power += DIFFUSE * power
        self.mirror += (1 - DIFFUSE) * power
        self.name(name, mask)


def from_db(level_db: Field | float) -> Field | np.float32:
    """Power ratio of a level in dB, float32."""
    if isinstance(level_db, np.ndarray):
        return np.asarray(cv2.exp(level_db * np.float32(np.log(10) / 10)), np.float32)
    return np.float32(10 ** (level_db / 10))


def to_db(power: Field) -> Field:
    """Level of a power ratio, dB; -120 is the floor."""
    return np.float32(10 / np.log(10)) * np.log(np.maximum(power, np.float32(1e-12)))


def bounds(used: NDArray[np.bool_]) -> slice:
    """From the first True to the last."""
    places = np.flatnonzero(used)
    return slice(int(places[0]), int(places[-1]) + 1)


def soft(signed_mm: Field, softness_mm: float) -> Field:
    """Mask that is 1 where `signed_mm` is well above 0, ramping over `softness_mm`."""
    return np.clip(signed_mm / np.float32(softness_mm) + np.float32(0.5), 0, 1)


def sheet(signed_mm: Field, thickness_mm: float | Field) -> Field:
    """Mask of a thin layer around 0; `thickness_mm` is its full width at half maximum."""
    off = signed_mm / thickness_mm
    return np.asarray(cv2.exp(np.float32(-4 * np.log(2)) * off * off), np.float32)
