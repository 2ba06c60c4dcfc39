"""How the frames of one exam and view are taken; medians of different setups never mix."""

from typing import Literal, NamedTuple

from edge.contract.messages import FrameHeader, ModelInfo
from edge.gate.limits import CONFIRMED_AFTER

Change = Literal["same", "odd", "restart"]


class Setup(NamedTuple):
    """What must not change within a reading. A scanner that is set deeper changes its scale."""

    width: int
    height: int
    format: str
    spacing_mm: tuple[float, float] | None
    model: "Network"

    @classmethod
    def of(cls, header: FrameHeader, model: ModelInfo) -> "Setup":
        """The setup of one frame, read by one model."""
        return cls(header.width, header.height, header.format, header.spacing_mm, network_of(model))


class Network(NamedTuple):
    """What of a model must stay within a reading: not on which provider it runs."""

    name: str
    version: str
    sha256: str
    precision: str


def network_of(model: ModelInfo) -> Network:
    """The network that a model is."""
    return Network(model.name, model.version, model.sha256, model.precision)


class SetupWatch:
    """The setup of one exam and view."""

    def __init__(self, setup: Setup) -> None:
        self._present = self._candidate = setup
        self._seen = 0

    def take(self, setup: Setup) -> Change:
        """Compare a frame's setup.

        Returns:
            "same"; "odd" for one that differs, which is not to be read; "restart" once it has
            lasted, or at once where the model itself is another: the reading begins anew with
            this frame.
        """
        if setup == self._present:
            self._seen = 0
            return "same"
        self._seen = self._seen + 1 if self._seen and setup == self._candidate else 1
        self._candidate = setup
        if self._seen < CONFIRMED_AFTER and setup.model == self._present.model:
            return "odd"
        self._present, self._seen = setup, 0
        return "restart"
