"""The first layer in blocks of four columns: the same numbers to the last bit, and back again."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from export.rewrite.blocks import (
    PLACES,
    at_all_places,
    at_one_place,
    first_in_fp32,
    goes_in_blocks,
    in_blocks,
)
from export.rewrite.graph import attributes
from export.rewrite.names import name_layers
from export.rewrite.normalisation import fold_normalisation
from tests.unit.export.graphs import (
    assert_equal,
    in_8_bits,
    kinds,
    network,
    outputs,
    some_frames,
)

FRAMES = some_frames(8)


def first_kernel(model: onnx.ModelProto) -> list[int]:
    convolution = next(node for node in model.graph.node if node.op_type == "Conv")
    return list(attributes(convolution)["kernel_shape"])


def test_four_columns_are_made_at_once_and_nothing_else_changes(tmp_path: Path) -> None:
    plain = in_8_bits("paper", tmp_path)

    blocks = in_blocks(plain)

    assert (first_kernel(plain), first_kernel(blocks)) == ([3, 3], [4, 2])
    assert_equal(plain, blocks)


@pytest.mark.parametrize("axis", [1, 2, 3])
def test_a_kernel_that_is_a_pixel_off_shows(axis: int, tmp_path: Path) -> None:
    """The control: a column, a row, a block."""
    plain = in_8_bits("paper", tmp_path)
    blocks = in_blocks(plain)
    for constant in blocks.graph.initializer:
        value = numpy_helper.to_array(constant)
        if constant.name.endswith(PLACES) and value.ndim == 4:
            moved = np.roll(value, 1, axis)
            constant.CopyFrom(numpy_helper.from_array(moved, constant.name))

    with pytest.raises(AssertionError):
        assert_equal(plain, blocks)


def test_kernels_come_back() -> None:
    kernel = np.random.default_rng(4).integers(-63, 64, (5, 1, 3, 3)).astype(np.int8)

    everywhere = at_all_places(kernel)

    assert everywhere.shape == (40, 4, 4, 2)
    np.testing.assert_array_equal(at_one_place(everywhere), kernel)


def test_other_engines_get_its_weights_in_fp32(tmp_path: Path) -> None:
    plain = in_8_bits("paper", tmp_path)

    back = first_in_fp32(in_blocks(plain))

    assert first_kernel(back) == [3, 3]
    assert {"Cast", "Sub", "Relu"} <= set(kinds(back))
    assert len(back.graph.node) < len(in_blocks(plain).graph.node)
    for wanted, found in zip(outputs(plain, FRAMES), outputs(back, FRAMES), strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-3 * np.ptp(wanted))


def test_what_does_not_fit_stays_as_it_is(tmp_path: Path) -> None:
    strided = in_8_bits("strided", tmp_path)
    kept = in_8_bits("paper", tmp_path, ["conv1"])

    for each in (strided, kept, network("paper")):
        assert in_blocks(each) is each
        assert first_in_fp32(each) is each


def test_only_whole_blocks_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    paper = name_layers(fold_normalisation(network("paper")))
    assert goes_in_blocks(paper)
    assert not goes_in_blocks(name_layers(fold_normalisation(network("strided"))))

    monkeypatch.setattr("export.rewrite.blocks.BLOCK", 7)

    assert not goes_in_blocks(paper)
