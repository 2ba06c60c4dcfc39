"""What is found out of a frame before its turn, while the one before it is read."""

from typing import NamedTuple

from edge.contract.crop import CropSpec
from edge.contract.pixels import decode
from edge.fan.placing import Cut, Placed
from edge.gate.look import Look
from edge.inbox import Arrival


class Ahead(NamedTuple):
    """A frame's window, cut as that of the frame before, and what the gate looks at in it."""

    arrival: Arrival
    cut: Cut
    look: Look


def look_ahead(arrival: Arrival, spec: CropSpec, before: Placed) -> Ahead:
    """Decode a frame and cut it as `before` was cut, for a model of `spec`.

    Raises:
        PixelError: the pixels cannot be decoded.
    """
    header = arrival.header
    gray = decode(arrival.pixels, header.format, header.width, header.height)
    cut = Cut.of(gray, spec, before.spacing_mm, before.middle)
    return Ahead(arrival, cut, Look(cut.placed()))
