"""How every model is compiled."""

import keras


def ready(model: keras.Model) -> keras.Model:
    """Compile with the paper's optimiser and loss; returns the same model.

    TensorFlow's XLA makes these convolutions 3 to 8 times slower on a CPU (measured), so it is
    off there; JAX without it would run operation by operation.
    """
    jit = False if keras.backend.backend() == "tensorflow" else "auto"
    model.compile(optimizer=keras.optimizers.Adam(), loss="mean_squared_error", jit_compile=jit)
    return model
