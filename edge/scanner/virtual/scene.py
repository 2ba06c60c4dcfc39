"""What an anatomy hands over before its vessels are cut."""

from dataclasses import dataclass

from edge.scanner.virtual.grid import Field
from edge.scanner.virtual.tissue import Tissue
from edge.scanner.virtual.vessels import Tube


@dataclass
class Scene:
    """Tissue without its vessels, and what is needed to paint them.

    echo: 1 in the liver, less in its mirror image, 0 elsewhere. x, y: mm, where each place of the
    grid lies in the liver; beyond a mirror that is the place that is mirrored there.
    """

    tissue: Tissue
    echo: Field
    x: Field
    y: Field
    tubes: list[Tube]

    def hide(self, mask: Field) -> None:
        """Take the liver's echo from where something else was painted."""
        self.echo = self.echo * (1 - mask)
