"""A bundle's network without the rewrites that only ONNX Runtime gains by."""

import onnx

from edge.contract.bundle import Bundle
from edge.contract.grading import View
from edge.contract.variant import Precision
from export.rewrite.blocks import first_in_fp32
from export.rewrite.columns import one_by_one


def whole_graph(bundle: Bundle, view: View, precision: Precision) -> bytes:
    """ONNX bytes of the network for any number of frames, told that they are one at a time.

    It is written without bands (`export.rewrite.pooling`), with which OpenVINO takes 1.14 times as
    long. Where the bundle has no such network, which is in 8 bits: that which ONNX Runtime gets but
    for columns side by side (`export.rewrite.columns`), which cost OpenVINO 1.23, and with the
    first layer in fp32 (`export.rewrite.blocks`): in blocks the network takes it 2.2 times as long,
    and with that layer in 8 bits without them 1.25.
    """
    file = bundle.manifest.variants[precision].batched.get(view)
    if file is None:
        own = bundle.model(view, precision)
        wide = onnx.load_model_from_string(own)
        narrow = first_in_fp32(one_by_one(wide))
        return own if narrow is wide else bytes(narrow.SerializeToString())
    model = onnx.load_model_from_string(bundle.files[file])
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_value = 1
    del model.graph.value_info[:]
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
