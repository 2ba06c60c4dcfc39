"""The virtual scanner as a source: `virtual:fat=12,view=AR,seed=7`."""

from collections.abc import Callable, Iterator
from typing import Any

from edge.contract.grading import VIEWS, View
from edge.scanner.source import Shot, SourceError
from edge.scanner.virtual import PRESETS, VirtualClip, draw_subject

PREFIX = "virtual:"

MAX_FAT_PCT = 60.0
"""Beyond the highest H-MRS % that the virtual cohort draws (50.9)."""

DEFAULT_PRESET = next(iter(PRESETS))

_ALLOWED = (
    f"fat=0..{MAX_FAT_PCT:g} (H-MRS %), view={'|'.join(VIEWS)}, seed=0.., "
    f"preset={'|'.join(PRESETS)}, frames=1.."
)


class VirtualSource:
    """A clip of a virtual subject, drawn from its seed: the same words give the same pixels.

    Its images are simulated; what is read from them says nothing about patients.
    """

    def __init__(self, text: str) -> None:
        """Parse `virtual:KEY=VALUE,...`, every key optional; SourceError names what is allowed."""
        self.name = text
        fields = _parse(text)
        self._view: View = fields.get("view", "AR")
        subject = draw_subject(
            fields.get("preset", DEFAULT_PRESET), fields.get("seed", 0), fat_pct=fields.get("fat")
        )
        self._clip = VirtualClip(subject, self._view)
        frames: int = fields.get("frames", self._clip.count)
        if frames > self._clip.count:
            raise SourceError(
                f"{text}: this subject's {self._view} clip has {self._clip.count} frames; "
                f"frames=1..{self._clip.count} are allowed (--loop plays on)"
            )
        self.count: int | None = frames
        self.fps: float = self._clip.fps

    def shots(self) -> Iterator[Shot]:
        """Every frame, rendered as it is asked for."""
        for frame in range(self.count or 0):
            yield Shot(
                self._clip.frame(frame),
                "gray8",
                frame / self.fps,
                view=self._view,
                spacing_mm=self._clip.spacing_mm,
            )


def _parse(text: str) -> dict[str, Any]:
    """Typed values of the keys that were given."""
    fields: dict[str, Any] = {}
    for part in filter(None, text.removeprefix(PREFIX).split(",")):
        key, _, value = part.partition("=")
        reader = _READERS.get(key)
        if reader is None or key in fields:
            problem = "comes twice" if key in fields else "is not a key"
            raise SourceError(f"{text}: {key!r} {problem}; allowed: {_ALLOWED}")
        try:
            fields[key] = reader(value)
        except ValueError as error:
            raise SourceError(f"{text}: {part!r} is not allowed; allowed: {_ALLOWED}") from error
    return fields


def _fat(value: str) -> float:
    fat_pct = float(value)
    if not 0 <= fat_pct <= MAX_FAT_PCT:
        raise ValueError(value)
    return fat_pct


def _whole(value: str, lowest: int) -> int:
    number = int(value)
    if not lowest <= number < 2**31:
        raise ValueError(value)
    return number


def _one_of(value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ValueError(value)
    return value


_READERS: dict[str, Callable[[str], Any]] = {
    "fat": _fat,
    "view": lambda value: _one_of(value, VIEWS),
    "seed": lambda value: _whole(value, 0),
    "preset": lambda value: _one_of(value, tuple(PRESETS)),
    "frames": lambda value: _whole(value, 1),
}
