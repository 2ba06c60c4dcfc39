"""Two columns at once in 8 bits: the same numbers, to the last bit, and the way back."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from export.quantise import Quantiser, frame_inputs
from export.rewrite.blocks import in_blocks
from export.rewrite.columns import one_by_one, side_by_side
from export.rewrite.graph import attributes
from export.rewrite.names import name_layers
from export.rewrite.normalisation import fold_normalisation
from tests.unit.export.graphs import network, outputs, some_frames

FRAMES = some_frames(8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("quantised")


def in_8_bits(architecture: str, folder: Path, kept: list[str] | None = None) -> onnx.ModelProto:
    graph = name_layers(fold_normalisation(network(architecture)))
    folder = folder / architecture
    folder.mkdir(exist_ok=True)
    quantised = Quantiser(graph, frame_inputs(FRAMES), folder).quantise("minmax", kept or [])
    return in_blocks(quantised)


def kernels(model: onnx.ModelProto) -> dict[str, tuple[list[int], list[int]]]:
    """Kernel and stride of each convolution behind the first."""
    told = {node.name: attributes(node) for node in model.graph.node if node.op_type == "Conv"}
    return {
        name: (each["kernel_shape"], each["strides"])
        for name, each in told.items()
        if not name.startswith("conv1")
    }


def assert_equal(one: onnx.ModelProto, other: onnx.ModelProto) -> None:
    for wanted, found in zip(outputs(one, FRAMES), outputs(other, FRAMES), strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_two_columns_are_made_at_once_and_nothing_else_changes(folder: Path) -> None:
    single = in_8_bits("paper", folder)

    wide = side_by_side(single)

    assert kernels(single) == {"conv2": ([3, 3], [1, 1]), "conv3": ([3, 3], [1, 1])}
    assert kernels(wide) == {"conv2": ([3, 4], [1, 2]), "conv3": ([3, 4], [1, 2])}
    assert np.ptp(outputs(single, FRAMES)[0]) > 0
    assert_equal(single, wide)


def test_a_kernel_that_is_a_pixel_off_shows(folder: Path) -> None:
    """The control."""
    single = in_8_bits("paper", folder)
    wide = side_by_side(single)
    for constant in wide.graph.initializer:
        value = numpy_helper.to_array(constant)
        if constant.name.endswith("/both") and value.ndim == 4:
            moved = np.roll(value, 1, axis=-1)
            constant.CopyFrom(numpy_helper.from_array(moved, constant.name))

    with pytest.raises(AssertionError):
        assert_equal(single, wide)


def test_other_engines_get_them_one_by_one(folder: Path) -> None:
    single = in_8_bits("paper", folder)

    back = one_by_one(side_by_side(single))

    assert kernels(back) == kernels(single)
    assert len(back.graph.node) == len(single.graph.node)
    assert_equal(single, back)


def test_what_does_not_fit_stays_as_it_is(folder: Path) -> None:
    strided = in_8_bits("strided", folder)
    kept = in_8_bits("paper", folder, ["conv2", "conv3"])

    assert side_by_side(strided) is strided
    assert side_by_side(kept) is kept
    assert one_by_one(kept) is kept


def test_many_outputs_are_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("export.rewrite.columns.FEW", 6)

    found = kernels(side_by_side(in_8_bits("paper", folder)))

    assert found == {"conv2": ([3, 4], [1, 2]), "conv3": ([3, 3], [1, 1])}
