"""A Holoscan graph of Python operators: receive, read with ONNX Runtime, publish.

Its own inference operator needs TensorRT's libraries even to be imported.
"""

import ctypes
import time
from importlib import util
from pathlib import Path
from typing import Any

import numpy as np

# The wheel finds CUDA's runtime only where the system's linker does; PyPI's comes in a folder.
_found = util.find_spec("nvidia.cuda_runtime") if util.find_spec("nvidia") else None
for _folder in (_found.submodule_search_locations or []) if _found else []:
    for _library in Path(_folder).glob("lib/libcudart.so.*"):
        ctypes.CDLL(str(_library), mode=ctypes.RTLD_GLOBAL)

from holoscan.core import Application, Operator, OperatorSpec  # noqa: E402

from bench.engines import Asked  # noqa: E402
from bench.engines.ort import open_engine  # noqa: E402
from bench.peers.loop import Arguments, RunningMedian, Wire, arguments, window_of  # noqa: E402


class Receive(Operator):  # type: ignore[misc]
    """Gives each frame with its window."""

    def __init__(self, fragment: Any, told: Arguments, wire: Wire) -> None:
        self._frames, self._size = wire.receive(), told.size
        super().__init__(fragment, name="receive")

    def setup(self, spec: OperatorSpec) -> None:
        """One output."""
        spec.output("out")

    def compute(self, _input: Any, output: Any, _context: Any) -> None:
        """Wait for a frame."""
        frame = next(self._frames)
        output.emit((frame, window_of(frame, self._size)), "out")


class Infer(Operator):  # type: ignore[misc]
    """Reads the window."""

    def __init__(self, fragment: Any, told: Arguments) -> None:
        self._read = open_engine(Asked(told.model.read_bytes(), None, 1, "cpu"))
        self._read(np.zeros((told.size, told.size), np.uint8))
        super().__init__(fragment, name="infer")

    def setup(self, spec: OperatorSpec) -> None:
        """One input, one output."""
        spec.input("in")
        spec.output("out")

    def compute(self, given: Any, output: Any, _context: Any) -> None:
        """Read and time it."""
        frame, window = given.receive("in")
        start_ns = time.monotonic_ns()
        fat_pct = self._read(window)
        output.emit((frame, fat_pct, (time.monotonic_ns() - start_ns) / 1e6), "out")


class Publish(Operator):  # type: ignore[misc]
    """Keeps the median and publishes."""

    def __init__(self, fragment: Any, wire: Wire) -> None:
        self._wire, self._median = wire, RunningMedian()
        super().__init__(fragment, name="publish")

    def setup(self, spec: OperatorSpec) -> None:
        """One input."""
        spec.input("in")

    def compute(self, given: Any, _output: Any, _context: Any) -> None:
        """Answer."""
        frame, fat_pct, infer_ms = given.receive("in")
        self._median.add(fat_pct)
        self._wire.answer(frame, fat_pct, infer_ms)


class Graph(Application):  # type: ignore[misc]
    """Receive, infer, publish."""

    def compose(self) -> None:
        """Connect the operators."""
        told = arguments()
        infer = Infer(self, told)
        wire = Wire(told)
        receive, publish = Receive(self, told, wire), Publish(self, wire)
        self.add_flow(receive, infer)
        self.add_flow(infer, publish)


def main() -> None:
    """Answer for ever."""
    Graph().run()
