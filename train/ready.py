"""How every model is compiled."""

import keras

LEARNING_RATE = 0.001
"""Adam's default in Keras."""


TAIL_LEARNING_RATE = 0.00003
"""Of the two-branch model's tail, which begins as the mean of two trained networks: Adam's default
takes it away from there within an epoch (docs/decisions/0010)."""


def ready(
    model: keras.Model,
    steps: int | None = None,
    rate: float = LEARNING_RATE,
    average: float = 0.0,
) -> keras.Model:
    """Compile with the paper's optimiser and loss; returns the same model.

    `rate`: of learning; `steps`: over which it falls to a hundredth along a cosine; None keeps it.
    `average`: of the weights' running mean, see `train.settings.FitSettings`.

    TensorFlow's XLA makes these convolutions 3 to 8 times slower on a CPU (measured), so it is
    off there; JAX without it would run operation by operation.
    """
    falling = steps and keras.optimizers.schedules.CosineDecay(rate, steps, alpha=0.01)
    jit = False if keras.backend.backend() == "tensorflow" else "auto"
    adam = keras.optimizers.Adam(falling or rate, use_ema=average > 0, ema_momentum=average or 0.99)
    model.compile(optimizer=adam, loss="mean_squared_error", jit_compile=jit)
    return model
