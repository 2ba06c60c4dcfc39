import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from bench import macs, made_bundles
from bench.errors import BenchError
from bench.whole_graph import whole_graph
from edge.contract.bundle import builtin_path, read_bundle


def model(nodes, shapes, weights, result="out") -> bytes:
    inputs = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in shapes.items()]
    output = helper.make_tensor_value_info(result, TensorProto.FLOAT, None)
    constants = [numpy_helper.from_array(np.zeros(s, np.float32), n) for n, s in weights.items()]
    graph = helper.make_graph(nodes, "small", inputs, [output], constants)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    return made.SerializeToString()


def test_a_convolution_takes_a_filter_for_each_point_and_output():
    node = helper.make_node("Conv", ["x", "w"], ["out"], pads=[1, 1, 1, 1], strides=[2, 2])
    counted = macs.count(model([node], {"x": [1, 3, 10, 8]}, {"w": [4, 3, 3, 3]}))
    assert counted == (5 * 4 * 4) * (3 * 3 * 3)


def test_a_grouped_convolution_takes_its_own_group_only():
    node = helper.make_node("Conv", ["x", "w"], ["out"], group=4)
    counted = macs.count(model([node], {"x": [1, 4, 5, 5]}, {"w": [4, 1, 5, 5]}))
    assert counted == 4 * 25


@pytest.mark.parametrize(("transposed", "left"), [(0, [2, 30]), (1, [30, 2])])
def test_a_matrix_product_takes_rows_by_inner_by_columns(transposed, left):
    node = helper.make_node("Gemm", ["x", "w"], ["out"], transA=transposed)
    assert macs.count(model([node], {"x": left}, {"w": [30, 7]})) == 2 * 30 * 7


def test_a_shape_that_is_not_fixed_is_refused_by_name():
    node = helper.make_node("Conv", ["x", "w"], ["out"], name="first")
    with pytest.raises(BenchError, match="Conv first: the shape of out is not fixed"):
        macs.count(model([node], {"x": ["batch", 3, 10, 8]}, {"w": [4, 3, 3, 3]}))


def test_the_papers_network_multiplies_as_often_as_by_hand(tmp_path):
    bundle = read_bundle(made_bundles.paper_bundle(tmp_path / "paper"))
    sides, filters = (360, 180, 90, 45, 22), (1, 8, 16, 32, 64, 128)
    by_hand = sum(
        side * side * 9 * filters[number] * filters[number + 1] for number, side in enumerate(sides)
    )
    by_hand += 11 * 11 * 128 * 64 + 64
    assert macs.count(whole_graph(bundle, "AR", "fp32")) == by_hand == 157_981_248


def test_the_built_in_networks_can_be_counted_in_every_precision():
    bundle = read_bundle(builtin_path())
    counts = {name: macs.count(bundle.model("AR", name)) for name in bundle.manifest.variants}
    assert counts["fp32"] == counts["fp16"]
    assert counts["int8"] == pytest.approx(counts["fp32"], rel=0.1)
    assert onnx.load_model_from_string(bundle.model("AR")).graph.node
