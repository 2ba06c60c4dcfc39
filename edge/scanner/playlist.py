"""Several sources as one exam: one after the other, and again from the start where looped."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from edge.contract.grading import View
from edge.scanner.source import Shot, Source


class Overrides(NamedTuple):
    """What the user says instead of the sources; None leaves the source's own."""

    view: View | None = None
    no_view: bool = False
    spacing_mm: tuple[float, float] | None = None

    def apply(self, shot: Shot) -> Shot:
        """The shot as the user wants it."""
        view = None if self.no_view else self.view or shot.view
        return shot._replace(view=view, spacing_mm=self.spacing_mm or shot.spacing_mm)


def play_all(sources: Sequence[Source], *, loop: bool, overrides: Overrides) -> Iterator[Shot]:
    """Shots of all sources, their times joined: a source starts one frame after the last one's end.

    With `loop` it never ends.
    """
    start_s = 0.0
    while True:
        for source in sources:
            last_s = -1 / source.fps
            for shot in source.shots():
                last_s = shot.time_s
                yield overrides.apply(shot)._replace(time_s=start_s + last_s)
            start_s += last_s + 1 / source.fps
        if not loop:
            return


def total(sources: Sequence[Source], *, loop: bool) -> int | None:
    """Frames in all; None where it never ends or is not known."""
    counts = [source.count for source in sources]
    return None if loop or None in counts else sum(count or 0 for count in counts)
