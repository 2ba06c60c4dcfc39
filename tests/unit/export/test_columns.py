"""Two columns at once in 8 bits: the same numbers, to the last bit, and the way back."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from export.rewrite.blocks import in_blocks
from export.rewrite.columns import one_by_one, side_by_side
from export.rewrite.graph import attributes
from tests.unit.export.graphs import assert_equal, in_8_bits


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("quantised")


def in_blocks_of(architecture: str, folder: Path, kept: list[str] | None = None) -> onnx.ModelProto:
    """In 8 bits, the first layer, which is of few outputs too, in blocks."""
    return in_blocks(in_8_bits(architecture, folder, kept))


def kernels(model: onnx.ModelProto) -> dict[str, tuple[list[int], list[int]]]:
    """Kernel and stride of each convolution behind the first."""
    told = {node.name: attributes(node) for node in model.graph.node if node.op_type == "Conv"}
    return {
        name: (each["kernel_shape"], each["strides"])
        for name, each in told.items()
        if not name.startswith("conv1")
    }


def test_two_columns_are_made_at_once_and_nothing_else_changes(folder: Path) -> None:
    single = in_blocks_of("paper", folder)

    wide = side_by_side(single)

    assert kernels(single) == {"conv2": ([3, 3], [1, 1]), "conv3": ([3, 3], [1, 1])}
    assert kernels(wide) == {"conv2": ([3, 4], [1, 2]), "conv3": ([3, 4], [1, 2])}
    assert_equal(single, wide)


def test_a_kernel_that_is_a_pixel_off_shows(folder: Path) -> None:
    """The control."""
    single = in_blocks_of("paper", folder)
    wide = side_by_side(single)
    for constant in wide.graph.initializer:
        value = numpy_helper.to_array(constant)
        if constant.name.endswith("/both") and value.ndim == 4:
            moved = np.roll(value, 1, axis=-1)
            constant.CopyFrom(numpy_helper.from_array(moved, constant.name))

    with pytest.raises(AssertionError):
        assert_equal(single, wide)


def test_other_engines_get_them_one_by_one(folder: Path) -> None:
    single = in_blocks_of("paper", folder)

    back = one_by_one(side_by_side(single))

    assert kernels(back) == kernels(single)
    assert len(back.graph.node) == len(single.graph.node)
    assert_equal(single, back)


def test_what_does_not_fit_stays_as_it_is(folder: Path) -> None:
    strided = in_blocks_of("strided", folder)
    kept = in_blocks_of("paper", folder, ["conv2", "conv3"])

    assert side_by_side(strided) is strided
    assert side_by_side(kept) is kept
    assert one_by_one(kept) is kept


def test_many_outputs_are_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("export.rewrite.columns.FEW", 6)

    found = kernels(side_by_side(in_blocks_of("paper", folder)))

    assert found == {"conv2": ([3, 4], [1, 2]), "conv3": ([3, 3], [1, 1])}
