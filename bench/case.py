"""What is measured: one setting of everything that changes a latency."""

from pathlib import Path
from typing import Literal

import msgspec

from edge.contract.bundle import builtin_path
from edge.contract.grading import View
from edge.providers import Provider

FrameFormat = Literal["gray8", "bgr8", "jpeg"]
Transport = Literal["tcp", "ipc"]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One case. `frames` are counted; `warm_up` frames go before them and are reported apart."""

    fps: float = 30.0
    frames: int = 300
    warm_up: int = 30
    width: int = 1024
    height: int = 768
    format: FrameFormat = "gray8"
    transport: Transport = "tcp"
    view: View = "AR"
    provider: Provider = "auto"
    threads: int = 1
    bundle: str = ""
    """Folder of the models; "" is the built-in one."""

    @property
    def name(self) -> str:
        """Short name, the same for the same setting."""
        return (
            f"{self.view} {self.format} {self.width}x{self.height} {self.transport} "
            f"{self.fps:g} fps {self.threads} thread{'s' if self.threads > 1 else ''}"
        )

    @property
    def bundle_path(self) -> Path:
        """Folder of the bundle that is run."""
        return Path(self.bundle).expanduser() if self.bundle else builtin_path()
