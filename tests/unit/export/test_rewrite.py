"""A rewritten graph computes what the graph computed, to 1e-4, and is the graph that is meant."""

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from export.rewrite import pooling
from export.rewrite.batch import any_batch
from export.rewrite.graph import attributes
from export.rewrite.levelling import level
from export.rewrite.names import name_layers
from export.rewrite.normalisation import fold_normalisation
from export.rewrite.pooling import fold_pooling
from tests.unit.export.graphs import kinds, network, outputs, some_frames

ARCHITECTURES = ("paper", "strided")
SAME = 1e-4


def assert_same(one: onnx.ModelProto, other: onnx.ModelProto) -> None:
    frames = some_frames()
    for wanted, found in zip(outputs(one, frames), outputs(other, frames), strict=True):
        np.testing.assert_allclose(found, wanted, atol=SAME, rtol=1e-5)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_normalisation_becomes_one_subtraction(architecture: str) -> None:
    plain = network(architecture)

    folded = fold_normalisation(plain)

    assert_same(plain, folded)
    assert "Mul" not in kinds(folded)
    assert "Add" not in kinds(folded)
    assert kinds(folded).count("Sub") == 1


def test_the_comparison_sees_a_mean_that_is_a_gray_level_off() -> None:
    plain = network("paper")
    off = fold_normalisation(plain)
    for constant in off.graph.initializer:
        if constant.name == "centre":
            moved = numpy_helper.to_array(constant) + np.float32(1)
            constant.CopyFrom(numpy_helper.from_array(moved, "centre"))

    with pytest.raises(AssertionError):
        assert_same(plain, off)


@pytest.mark.parametrize(
    ("band_bytes", "bands"), [(10**6, 1), (24 * 4 * 4 * 12, 2), (24 * 4 * 4 * 7, 4), (1, 12)]
)
def test_half_of_the_first_pooling_becomes_part_of_its_convolution(
    band_bytes: int, bands: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pooling, "BAND_BYTES", band_bytes)
    plain = name_layers(fold_normalisation(network("paper")))

    pooled = fold_pooling(plain)

    assert_same(plain, pooled)
    first = [node for node in pooled.graph.node if node.name.partition("/")[0] == "conv1"]
    convolutions = [attributes(node) for node in first if node.op_type == "Conv"]
    assert len(convolutions) == kinds(pooled).count("Max") == bands
    for told in convolutions:
        assert (told["kernel_shape"], told["strides"]) == ([3, 4], [1, 2])
    assert len({node.name for node in pooled.graph.node}) == len(pooled.graph.node)


def test_a_band_that_misses_a_row_of_its_neighbour_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    monkeypatch.setattr(pooling, "BAND_BYTES", 1)
    blind = property(lambda rows: (rows.first, min(rows.last + 1, rows.height)))
    above = property(lambda rows: (1, int(rows.last == rows.height)))
    monkeypatch.setattr(pooling.Rows, "seen", blind)
    monkeypatch.setattr(pooling.Rows, "padding", above)
    plain = name_layers(fold_normalisation(network("paper")))

    with pytest.raises(AssertionError):
        assert_same(plain, fold_pooling(plain))


def test_graphs_without_the_pattern_come_back_as_they_are() -> None:
    strided = fold_normalisation(network("strided"))

    assert fold_pooling(strided) is strided
    assert fold_normalisation(strided) is strided


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_three_frames_at_a_time_give_what_they_give_alone(architecture: str) -> None:
    import onnxruntime

    plain = fold_normalisation(network(architecture))
    frames = some_frames(3)

    many = any_batch(plain)

    session = onnxruntime.InferenceSession(
        many.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    found = session.run(["fat_pct", "features"], {"frame": frames[..., np.newaxis]})
    assert [value.shape[0] for value in session.get_outputs()] == ["batch", "batch"]
    for wanted, value in zip(outputs(plain, frames), found, strict=True):
        np.testing.assert_allclose(value, wanted, atol=SAME, rtol=1e-5)


def test_levelling_takes_a_line_back() -> None:
    plain = network("strided")
    frames = some_frames(40)
    found = outputs(plain, frames)[0][:, 0]
    wanted = 1.25 * found - 0.7

    levelled = outputs(level(plain, found, wanted.astype(np.float32)), frames)

    np.testing.assert_allclose(levelled[0][:, 0], wanted, atol=SAME, rtol=1e-4)
    np.testing.assert_array_equal(levelled[1], outputs(plain, frames)[1])


def test_a_slope_is_not_read_off_a_handful_of_frames() -> None:
    plain = network("strided")
    few = np.array([1, 2, 3], np.float32)

    assert level(plain, few, 2 * few) is plain


def test_layers_have_names_that_a_reader_knows() -> None:
    names = [node.name for node in name_layers(network("strided")).graph.node]

    assert [name for name in names if name.startswith(("conv", "dense"))] == [
        "conv1", "conv2", "conv3", "dense1", "dense2"
    ]  # fmt: skip
    assert len(set(names)) == len(names)


def test_the_same_network_is_the_same_bytes_whatever_the_converter_calls_its_constants() -> None:
    one, other = network("paper"), network("paper")
    assert one == other
    names = {array.name: f"new_shape__{at}" for at, array in enumerate(other.graph.initializer)}
    for array in other.graph.initializer:
        array.name = names[array.name]
    for node in other.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
    turned = list(other.graph.initializer)[::-1]
    del other.graph.initializer[:]
    other.graph.initializer.extend(turned)
    assert one != other

    found = name_layers(one)

    assert found == name_layers(other)
    onnx.checker.check_model(found, full_check=True)
    assert_same(one, found)
