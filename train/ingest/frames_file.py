"""A view's array on disk, written frame by frame, whatever its length turns out to be."""

from pathlib import Path
from types import TracebackType
from typing import Self

from numpy.lib import format as npy

from edge.contract.crop import Gray


class FramesFile:
    """`.npy` of uint8 (frames, side, side); a context manager.

    NumPy pads the heading so that the first length may grow in place: the true one is written on
    closing, and a file that was never closed says that it holds no frame.
    """

    def __init__(self, path: Path, side: int) -> None:
        self._side = side
        self._path = path
        self.count = 0

    def __enter__(self) -> Self:
        self._file = self._path.open("wb")
        self._write_heading()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._file.seek(0)
            self._write_heading()
        self._file.close()

    def append(self, window: Gray) -> int:
        """Add a (side, side) frame; returns its row."""
        self._file.write(window.tobytes())
        self.count += 1
        return self.count - 1

    def _write_heading(self) -> None:
        shape = (self.count, self._side, self._side)
        heading = {"descr": "|u1", "fortran_order": False, "shape": shape}
        npy.write_array_header_1_0(self._file, heading)
