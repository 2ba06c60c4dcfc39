"""Export: from a training run's Keras models to a bundle that the daemon runs."""

import edge as edge  # before ONNX Runtime is loaded: it keeps that library from reporting its use
