"""The same frames through the Keras models and through the ONNX files, as the daemon runs them."""

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from edge.contract.grading import PAIR
from export.parity import Estimates
from export.run_folder import MODELS, ModelName, Sample

Frame = NDArray[np.uint8]


def keras_estimates(models: dict[ModelName, keras.Model], sample: Sample) -> Estimates:
    """What the trained models say of each pair of frames, whole networks, one frame at a time."""
    ar, hr = sample.ar_frames, sample.hr_frames
    return {
        "AR": _each(models["AR"], [(frame,) for frame in ar]),
        "HR": _each(models["HR"], [(frame,) for frame in hr]),
        PAIR: _each(models["AR+HR"], list(zip(ar, hr, strict=True))),
    }


def _each(model: keras.Model, inputs: Sequence[tuple[Frame, ...]]) -> NDArray[np.float32]:
    """Outputs (n,) for n tuples of the model's input frames."""
    return np.array([_float_output(model, frames) for frames in inputs], np.float32)


def _float_output(model: keras.Model, frames: tuple[Frame, ...]) -> float:
    batches = [frame[np.newaxis, ..., np.newaxis].astype(np.float32) for frame in frames]
    output = model(batches[0] if len(batches) == 1 else batches, training=False)
    return float(keras.ops.convert_to_numpy(output)[0, 0])


@dataclass(frozen=True)
class OnnxModels:
    """ONNX Runtime sessions of a bundle's three files."""

    ar: onnxruntime.InferenceSession
    hr: onnxruntime.InferenceSession
    pair: onnxruntime.InferenceSession

    @classmethod
    def load(cls, files: dict[ModelName, bytes]) -> "OnnxModels":
        """Sessions on the CPU from the models' bytes, by "AR", "HR" and "AR+HR"."""
        providers = ["CPUExecutionProvider"]
        return cls(
            *(onnxruntime.InferenceSession(files[name], providers=providers) for name in MODELS)
        )

    def estimates(self, sample: Sample) -> Estimates:
        """Estimates of each pair of frames; the pair's from the features of the two views."""
        rows = [
            self._one(ar, hr) for ar, hr in zip(sample.ar_frames, sample.hr_frames, strict=True)
        ]
        columns = np.array(rows, np.float32).T
        return dict(zip(MODELS, columns, strict=True))

    def _one(self, ar_frame: Frame, hr_frame: Frame) -> tuple[float, float, float]:
        ar, ar_features = _run_view(self.ar, ar_frame)
        hr, hr_features = _run_view(self.hr, hr_frame)
        features = {"ar_features": ar_features, "hr_features": hr_features}
        (pair,) = self.pair.run(["fat_pct"], features)
        return ar, hr, float(pair[0, 0])


def _run_view(
    session: onnxruntime.InferenceSession, frame: Frame
) -> tuple[float, NDArray[np.float32]]:
    inputs = {"frame": frame[np.newaxis, ..., np.newaxis]}
    fat_pct, features = session.run(["fat_pct", "features"], inputs)
    return float(fat_pct[0, 0]), features
