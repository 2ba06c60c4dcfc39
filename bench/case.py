"""What is measured: one setting of everything that changes a latency."""

from pathlib import Path
from typing import Literal

import msgspec

from edge.contract.bundle import builtin_path
from edge.contract.grading import View
from edge.providers import Provider
from edge.runner import PrecisionSetting

FrameFormat = Literal["gray8", "bgr8", "jpeg"]
Transport = Literal["tcp", "ipc", "curve"]
Journal = Literal["off", "normal", "full"]
Fps = float | Literal["fast"]
"""Frames a second; "fast": the next frame goes as soon as an answer has come."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One case. `frames` are counted; `warm_up` frames go before them and are reported apart."""

    fps: Fps = 30.0
    frames: int = 300
    warm_up: int = 30
    width: int = 1024
    height: int = 768
    format: FrameFormat = "gray8"
    transport: Transport = "tcp"
    """Of both hops; "curve" is tcp with keys."""
    view: View = "AR"
    provider: Provider = "auto"
    precision: PrecisionSetting = "auto"
    journal: Journal = "off"
    threads: int = 1
    cpus: str = ""
    """That the daemon may run on; "" for all."""
    streams: int = 1
    """Scanners at once."""
    bundle: str = ""
    """Folder of the models; "" is the built-in one."""

    @property
    def name(self) -> str:
        """Short name, the same for the same setting."""
        pace = "fast" if self.fps == "fast" else f"{self.fps:g} fps"
        several = f"{self.streams} x " if self.streams > 1 else ""
        asked = [
            *([f"on CPU {self.cpus}"] if self.cpus else []),
            *([self.precision] if self.precision != "auto" else []),
            *([f"journal {self.journal}"] if self.journal != "off" else []),
        ]
        return " ".join(
            (
                f"{self.view} {self.format} {self.width}x{self.height} {self.transport}",
                f"{several}{pace} {self.threads} thread{'s' if self.threads > 1 else ''}",
                *asked,
            )
        )

    @property
    def pace(self) -> float:
        """Frames a second to plan time by; a guess where the answers set the pace."""
        return 100.0 if self.fps == "fast" else self.fps

    @property
    def bundle_path(self) -> Path:
        """Folder of the bundle that is run."""
        return Path(self.bundle).expanduser() if self.bundle else builtin_path()
