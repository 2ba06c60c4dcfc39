"""Makes a foreign network keep a bundle's contract, where that is a matter of names and of batch.

What would change its numbers (pixel range, element type, order of axes) is refused: whoever made
the network knows what is right, and exports it again.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import onnx

from edge.contract.grading import PAIR, VIEWS
from edge.contract.onnx_scan import Network, OnnxError, TensorType, scan
from export.foreign.pack_error import PackError

FAT = TensorType("float32", (1, 1))


def adapt(path: Path, data: bytes, model: str, size: int, *, pairs: bool) -> bytes:
    """The network under the contract's names, for one frame at a time.

    Args:
        path: file that it comes from, for the errors.
        data: its bytes.
        model: "AR", "HR" or "AR+HR".
        size: side of the window, px.
        pairs: whether the bundle has a network for both views.

    Raises:
        PackError: it is not allowed in a bundle, or does not take or give what it should.
    """
    try:
        own = scan(data)
        if model != PAIR:
            data = _settle(path, data, own, pairs=pairs)
        _check(path, scan(data), own, model, size, pairs=pairs)
    except OnnxError as error:
        raise PackError(f"{path}: {error}") from error
    return data


def _settle(path: Path, data: bytes, network: Network, *, pairs: bool) -> bytes:
    """A batch of one, and the contract's names for an only input and an only output."""
    proto = onnx.load_from_string(data)
    if len(network.inputs) == 1:
        _rename(proto.graph, next(iter(network.inputs)), "frame")
    if len(network.outputs) == 1 and not pairs:
        _rename(proto.graph, next(iter(network.outputs)), "fat_pct")
    for value in (*proto.graph.input, *proto.graph.output):
        dims = value.type.tensor_type.shape.dim
        if dims and not dims[0].HasField("dim_value"):
            dims[0].dim_value = 1
    del proto.graph.value_info[:]
    try:
        proto = onnx.shape_inference.infer_shapes(proto, strict_mode=True, data_prop=True)
        onnx.checker.check_model(proto, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise PackError(f"{path}: ONNX's own checks refuse it: {error}") from error
    return bytes(proto.SerializeToString())


def _rename(graph: onnx.GraphProto, old: str, new: str) -> None:
    """Give a tensor another name, wherever it is used."""
    for node in graph.node:
        for names in (node.input, node.output):
            names[:] = [new if name == old else name for name in names]
    for value in (*graph.input, *graph.output):
        if value.name == old:
            value.name = new


def _check(
    path: Path, network: Network, own: Network, model: str, size: int, *, pairs: bool
) -> None:
    """`own`: the network as it came, whose names the author knows."""
    if model == PAIR:
        takes = network.inputs.keys() == {"ar_features", "hr_features"}
        wanted = "ar_features and hr_features"
    else:
        frame = TensorType("uint8", (1, size, size, 1))
        takes = network.inputs == {"frame": frame}
        wanted = f"frame: {frame}, one gray window (batch, rows, columns, 1) of levels 0-255"
    if not takes:
        raise _UnfitError(path, model, "takes", _shown(own.inputs), wanted)
    wanted = f"fat_pct: {FAT}, H-MRS %"
    gives = network.outputs.get("fat_pct") == FAT
    if pairs and model != PAIR:
        wanted += ", and features: float32 (1, n), which AR+HR needs"
        gives = gives and _is_row(network.outputs.get("features"))
    if not gives:
        raise _UnfitError(path, model, "gives", _shown(own.outputs), wanted)


def _is_row(tensor: TensorType | None) -> bool:
    return tensor is not None and tensor.element == "float32" and len(tensor.shape) == 2


def _shown(tensors: dict[str, TensorType]) -> str:
    return "; ".join(f"{name}: {tensor}" for name, tensor in tensors.items()) or "nothing"


class _UnfitError(PackError):
    def __init__(self, path: Path, model: str, verb: str, found: str, wanted: str) -> None:
        super().__init__(
            f"{path}: the {model} network {verb} {found}; a bundle's {verb} {wanted}. Export it "
            "again with the conversion inside; docs/bundle.md shows how"
        )


def check_pair(networks: Mapping[str, bytes]) -> None:
    """What the views give is what "AR+HR" takes; PackError where the widths differ."""
    takes = scan(networks[PAIR]).inputs
    for view in VIEWS:
        given, taken = scan(networks[view]).outputs["features"], takes[f"{view.lower()}_features"]
        if given != taken:
            raise PackError(
                f"the {view} network gives features: {given}, but {PAIR} takes {taken}; export the "
                "three from one training"
            )


def one_opset(networks: Iterable[bytes]) -> int:
    """The opset of all of them; PackError where they differ."""
    opsets = sorted({scan(data).opset for data in networks})
    if len(opsets) != 1:
        listed = " and ".join(map(str, opsets))
        raise PackError(f"the networks have opsets {listed}; export them with the same")
    return opsets[0]
