"""What one core reaches in 8 bits: ONNX Runtime's own product of uint8 and int8 matrices."""

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from bench.engines import GEMM_SIDE, Asked, Read
from edge.runner_sessions import open_session

OPSET, IR_VERSION = 18, 10


def open_engine(asked: Asked) -> Read:
    """A graph of one MatMulInteger whose second factor, like weights, is constant."""
    shape = [GEMM_SIDE, GEMM_SIDE]
    random = np.random.default_rng(0)
    weights = random.integers(-128, 127, shape, np.int8)
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["one", "other"], ["product"])],
        "product",
        [helper.make_tensor_value_info("one", TensorProto.UINT8, shape)],
        [helper.make_tensor_value_info("product", TensorProto.INT32, shape)],
        [numpy_helper.from_array(weights, "other")],
    )
    opsets = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
    session = open_session(model.SerializeToString(), "cpu", threads=asked.threads)
    one = random.integers(0, 255, shape, np.uint8)

    def read(_window: NDArray[np.uint8]) -> float:
        return float(session.run(["product"], {"one": one})[0][0, 0])

    return read
