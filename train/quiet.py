"""A start of Keras without its backend's chatter."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


def wake_keras() -> None:
    """Import Keras and start its backend; TensorFlow's banners heed no setting, so they go unheard.

    Python's exceptions still pass.
    """
    with _deaf_stderr():
        import keras

        keras.ops.zeros(())


@contextmanager
def _deaf_stderr() -> Iterator[None]:
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
