"""Keras to ONNX: opset 18, uint8 frames in, estimate and features out, all shapes fixed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import onnx
import tensorflow as tf
import tf2onnx.convert

OPSET = 18
FEATURES = "features"
TAIL = "tail"


class ConversionError(ValueError):
    """A Keras file that is not one of this project's models, or a graph that is not as agreed."""


def load(path: Path) -> keras.Model:
    """Read a Keras file for inference.

    Raises:
        ConversionError: Keras cannot read it.
    """
    try:
        return keras.saving.load_model(path, compile=False)
    except (ValueError, OSError) as error:
        raise ConversionError(f"{path}: not a Keras model ({error}); train again") from error


def convert(model: keras.Model) -> onnx.ModelProto:
    """Convert a single-view model whole, or the tail of a two-branch model.

    Raises:
        ConversionError: it is neither.
    """
    names = {layer.name for layer in model.layers}
    if TAIL in names:
        return tail_to_onnx(model)
    if FEATURES in names:
        return view_to_onnx(model)
    raise ConversionError(
        f"model {model.name}: has neither a layer {FEATURES!r} nor one {TAIL!r}, "
        "so it was not made by `python -m train fit`"
    )


def view_to_onnx(model: keras.Model) -> onnx.ModelProto:
    """Convert a single-view model: frame uint8 (1, side, side, 1) to fat_pct and features.

    The features are flattened as Keras does, rows, columns, channels, which is what the pair's
    tail was trained on.
    """
    both = keras.Model(model.input, [model.output, model.get_layer(FEATURES).output])
    shape = (1, *model.input_shape[1:])

    def serve(frame: tf.Tensor) -> dict[str, tf.Tensor]:
        fat_pct, features = both(tf.cast(frame, tf.float32), training=False)
        return {"fat_pct": fat_pct, FEATURES: features}

    return _convert(serve, [tf.TensorSpec(shape, tf.uint8, name="frame")], model.name)


def tail_to_onnx(model: keras.Model) -> onnx.ModelProto:
    """Convert the tail of a two-branch model: both views' features to fat_pct."""
    tail = model.get_layer(TAIL)
    names = ("ar_features", "hr_features")
    sizes = [shape[-1] for shape in tail.input_shape]

    def serve(ar_features: tf.Tensor, hr_features: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"fat_pct": tail([ar_features, hr_features], training=False)}

    specs = [
        tf.TensorSpec((1, size), tf.float32, name=name)
        for name, size in zip(names, sizes, strict=True)
    ]
    return _convert(serve, specs, TAIL)


def _convert(
    serve: Callable[..., dict[str, Any]], inputs: list[tf.TensorSpec], name: str
) -> onnx.ModelProto:
    graph, _ = tf2onnx.convert.from_function(
        tf.function(serve), input_signature=inputs, opset=OPSET
    )
    graph.graph.name = name
    del graph.opset_import[1:]  # tf2onnx also names ai.onnx.ml, of which nothing is used
    onnx.checker.check_model(graph, full_check=True)
    return onnx.shape_inference.infer_shapes(graph, strict_mode=True, data_prop=True)
