"""What `tf2onnx` makes of the trained network, nothing rewritten, in ONNX Runtime."""

import tensorflow as tf
import tf2onnx.convert

from bench.engines import Asked, Read, ort
from bench.engines.keras_model import load

OPSET = 18


def open_engine(asked: Asked) -> Read:
    """Convert and open."""
    model = load(asked)

    def serve(frame: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"fat_pct": model(tf.cast(frame, tf.float32), training=False)}

    signature = [tf.TensorSpec((1, *model.input_shape[1:]), tf.uint8, name="frame")]
    graph, _ = tf2onnx.convert.from_function(
        tf.function(serve), input_signature=signature, opset=OPSET
    )
    return ort.open_engine(asked._replace(model=graph.SerializeToString()))
