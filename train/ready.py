"""How every model is compiled."""

import keras

LEARNING_RATE = 0.001
"""Adam's default in Keras."""


def ready(model: keras.Model, steps: int | None = None) -> keras.Model:
    """Compile with the paper's optimiser and loss; returns the same model.

    `steps`: over which the learning rate falls to a hundredth along a cosine; None keeps it.

    TensorFlow's XLA makes these convolutions 3 to 8 times slower on a CPU (measured), so it is
    off there; JAX without it would run operation by operation.
    """
    rate = LEARNING_RATE
    if steps is not None:
        rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps, alpha=0.01)
    jit = False if keras.backend.backend() == "tensorflow" else "auto"
    model.compile(optimizer=keras.optimizers.Adam(rate), loss="mean_squared_error", jit_compile=jit)
    return model
