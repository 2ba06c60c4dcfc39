"""fp32 networks to 8-bit ones: QDQ, per channel, with ONNX Runtime's own quantiser.

Activations are unsigned with 8 bits, weights signed with 7: on a CPU without VNNI two products of 8
bits overflow the 16 bits that ONNX Runtime adds them in, and the estimate would depend on the
processor. The first convolution reads the frame's own bytes where it can be made of blocks of them
(`export.rewrite.blocks`); else it stays in fp32, for over one channel an 8-bit convolution is
slower than it, and so does the last dense layer: 64 numbers that make one.
"""

import logging
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.quant_utils import add_pre_process_metadata

from export.rewrite.blocks import goes_in_blocks
from export.rewrite.frame_bytes import Centred, as_bytes, whole_centre

Method = Literal["minmax", "entropy", "percentile"]
METHODS: tuple[Method, ...] = ("minmax", "entropy", "percentile")
WEIGHT_BITS = 7

_METHODS = {
    "minmax": CalibrationMethod.MinMax,
    "entropy": CalibrationMethod.Entropy,
    "percentile": CalibrationMethod.Percentile,
}
_TYPES = ["Conv", "Gemm", "MaxPool", "Relu"]
_AT_A_TIME = 8
"""Frames whose activations are kept at a time while ranges are found."""

Inputs = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Quantiser:
    """Makes 8-bit versions of one network; ranges are found once for each method.

    model: fp32, folded (`export.networks.folded`). inputs: what to calibrate it with.
    folder: for files in between, to be kept while the quantiser is used.
    """

    model: onnx.ModelProto
    inputs: list[Inputs]
    folder: Path

    @property
    def layers(self) -> list[str]:
        """Names of the layers that can be quantised."""
        kinds = ("Conv", "Gemm")
        named = [node.name for node in self.model.graph.node if node.op_type in kinds]
        first = self._first if self._bytes is None else []
        return [name for name in named if name not in (*first, *self._last)]

    def quantise(self, method: Method, kept: list[str]) -> onnx.ModelProto:
        """The network in 8 bits but for the layers `kept`, which stay in fp32; itself if all do."""
        if set(kept) >= set(self.layers):
            return self.model
        read = self._bytes
        if read is None or set(kept) & set(self._first):
            read, kept = None, [*self._first, *kept]
        source = onnx.ModelProto()
        source.CopyFrom(self.model if read is None else read.model)
        add_pre_process_metadata(source)  # shapes are inferred; else it asks for it by a warning
        target = self.folder / "quantised.onnx"
        with _without_advice():
            quantize_static(
                source,
                target,
                _Reader(self.inputs),
                quant_format=QuantFormat.QDQ,
                op_types_to_quantize=_TYPES,
                per_channel=True,
                reduce_range=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                nodes_to_exclude=[*kept, *self._last],
                calibrate_method=_METHODS[method],
                extra_options={"CalibStridedMinMax": _AT_A_TIME, **_given(read)},
                calibration_cache_path=self.folder / f"{method}.json",
            )
        quantised = onnx.load(target)
        onnx.checker.check_model(quantised, full_check=True)
        return quantised if read is None else as_bytes(quantised)

    @cached_property
    def _bytes(self) -> Centred | None:
        """The network as its first layer can be quantised; None where that has to stay in fp32."""
        return whole_centre(self.model) if goes_in_blocks(self.model) else None

    @property
    def _first(self) -> list[str]:
        """The first convolution with its pooling."""
        nodes = self.model.graph.node
        at = [at for at, node in enumerate(nodes) if node.op_type == "Conv"]
        before = nodes[: at[1]] if len(at) > 1 else nodes
        return [node.name for node in before if node.op_type in ("Conv", "MaxPool")] if at else []

    @property
    def _last(self) -> list[str]:
        """The last dense layer."""
        return [node.name for node in self.model.graph.node if node.op_type == "Gemm"][-1:]


def _given(read: Centred | None) -> dict[str, Any]:
    """Options that give the frame's bytes as they come; None: the first layer stays in fp32."""
    if read is None:
        return {}
    scale, zero = np.array(1, np.float32), np.array(read.zero_point, np.uint8)
    return {"TensorQuantOverrides": {read.tensor: [{"scale": scale, "zero_point": zero}]}}


@contextmanager
def quantiser(model: onnx.ModelProto, inputs: list[Inputs]) -> Iterator[Quantiser]:
    """A quantiser with a folder of its own for as long as it is used."""
    with tempfile.TemporaryDirectory(prefix="steatoscope-int8-") as folder:
        yield Quantiser(model, inputs[: len(inputs) - len(inputs) % _AT_A_TIME], Path(folder))


class _Reader(CalibrationDataReader):  # type: ignore[misc]
    """Hands the calibration inputs to ONNX Runtime, a stretch at a time."""

    def __init__(self, inputs: list[Inputs]) -> None:
        self._inputs = inputs
        self._left = iter(inputs)

    def __len__(self) -> int:
        return len(self._inputs)

    def set_range(self, start_index: int, end_index: int) -> None:
        self._left = iter(self._inputs[start_index:end_index])

    def get_next(self) -> Mapping[str, NDArray[Any]] | None:
        return next(self._left, None)


@contextmanager
def _without_advice() -> Iterator[None]:
    """The quantiser logs advice on how to call it, and prints what it is at; both go unheard."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        with redirect_stdout(StringIO()):
            yield
    finally:
        root.setLevel(level)


def frame_inputs(frames: NDArray[np.uint8]) -> list[Inputs]:
    """Inputs of a single-view network for frames (n, side, side)."""
    return [{"frame": frame[np.newaxis, ..., np.newaxis]} for frame in frames]


def feature_inputs(ar: NDArray[np.float32], hr: NDArray[np.float32]) -> list[Inputs]:
    """Inputs of the network of both views for features (n, width)."""
    pairs = zip(ar, hr, strict=True)
    return [{"ar_features": a[np.newaxis], "hr_features": h[np.newaxis]} for a, h in pairs]
