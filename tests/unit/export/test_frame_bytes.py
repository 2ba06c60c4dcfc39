"""A whole centre: exact but for the padding; and bytes that are read as they come, bit for bit."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from edge.runner_sessions import open_session
from export.quantise import Quantiser, frame_inputs
from export.rewrite.frame_bytes import as_bytes, whole_centre
from export.rewrite.names import name_layers
from export.rewrite.normalisation import fold_normalisation
from tests.unit.export.graphs import (
    SCALE,
    SHIFT,
    kinds,
    network,
    outputs,
    some_frames,
)

FRAMES = some_frames(8)
INSIDE = np.s_[..., 1:-1, 1:-1]


def folded(architecture: str) -> onnx.ModelProto:
    return name_layers(fold_normalisation(network(architecture)))


def constant(model: onnx.ModelProto, name: str) -> NDArray[np.float32]:
    return next(numpy_helper.to_array(one) for one in model.graph.initializer if one.name == name)


def first_convolution(model: onnx.ModelProto) -> NDArray[np.float32]:
    """What it makes of each frame: (n, filters, side, side)."""
    shown = onnx.ModelProto()
    shown.CopyFrom(model)
    made = next(node for node in shown.graph.node if node.op_type == "Conv").output[0]
    shown.graph.output.append(helper.make_tensor_value_info(made, TensorProto.FLOAT, None))
    session = open_session(shown.SerializeToString(), "cpu")
    frames = FRAMES[..., np.newaxis]
    return np.concatenate(
        [session.run([made], {"frame": frame[np.newaxis]})[0] for frame in frames]
    )


def quantised(folder: Path, monkeypatch: pytest.MonkeyPatch) -> onnx.ModelProto:
    """As it is before its rounding of the frame is left out."""
    monkeypatch.setattr("export.quantise.as_bytes", lambda model: model)
    return Quantiser(folded("paper"), frame_inputs(FRAMES), folder).quantise("minmax", [])


def test_a_whole_centre_changes_nothing_but_what_the_padding_touches() -> None:
    plain = folded("paper")

    centred = whole_centre(plain)

    assert centred is not None
    assert centred.zero_point == round(-SHIFT / SCALE)
    before, after = first_convolution(plain), first_convolution(centred.model)
    np.testing.assert_allclose(after[INSIDE], before[INSIDE], atol=1e-4)
    first = next(node for node in plain.graph.node if node.op_type == "Conv")
    most = 0.5 * np.abs(constant(plain, first.input[1])).sum(axis=(1, 2, 3))
    apart = np.abs(after - before).max(axis=(0, 2, 3))
    assert (apart <= most).all()
    assert apart.max() > 1e-3  # else the padding was not looked at


def test_without_its_bias_it_would_change_all() -> None:
    """The control."""
    plain = folded("paper")
    centred = whole_centre(plain)
    assert centred is not None
    first, was = (
        next(node for node in model.graph.node if node.op_type == "Conv")
        for model in (centred.model, plain)
    )
    bias = numpy_helper.from_array(constant(plain, was.input[2]), first.input[2])
    next(one for one in centred.model.graph.initializer if one.name == bias.name).CopyFrom(bias)

    with pytest.raises(AssertionError):
        np.testing.assert_allclose(
            first_convolution(centred.model)[INSIDE], first_convolution(plain)[INSIDE], atol=1e-4
        )


def test_a_network_that_does_not_begin_so_has_none() -> None:
    assert whole_centre(folded("strided")) is None
    assert whole_centre(network("paper")) is None


@pytest.mark.parametrize(
    ("centre", "fits"), [(-0.6, False), (-0.4, True), (255.4, True), (256, False)]
)
def test_a_centre_that_no_byte_is_next_to_has_none(centre: float, fits: bool) -> None:
    plain = folded("paper")
    minus = next(node for node in plain.graph.node if node.op_type == "Sub")
    other = numpy_helper.from_array(np.array(centre, np.float32), minus.input[1])
    next(one for one in plain.graph.initializer if one.name == other.name).CopyFrom(other)

    assert (whole_centre(plain) is not None) == fits


def test_bytes_that_become_the_same_bytes_are_read_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounding = quantised(tmp_path, monkeypatch)

    read = as_bytes(rounding)

    assert {"Cast", "Sub"} <= set(kinds(rounding))
    assert not {"Cast", "Sub"} & set(kinds(read))
    assert np.ptp(outputs(read, FRAMES)[0]) > 0
    for wanted, found in zip(outputs(rounding, FRAMES), outputs(read, FRAMES), strict=True):
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize(("which", "value"), [(1, np.float32(0.9)), (2, np.uint8(3))])
def test_bytes_that_become_others_are_not(
    which: int, value: np.generic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounding = quantised(tmp_path, monkeypatch)
    node = next(node for node in rounding.graph.node if node.op_type == "QuantizeLinear")
    other = numpy_helper.from_array(np.array(value), node.input[which])
    next(one for one in rounding.graph.initializer if one.name == other.name).CopyFrom(other)

    assert as_bytes(rounding) is rounding


def test_a_network_in_fp32_is_left_alone() -> None:
    plain = folded("paper")

    assert as_bytes(plain) is plain
