"""The program most would write first: one loop around `model(x)`."""

from bench.engines import Asked
from bench.engines.keras_call import open_engine
from bench.peers.loop import arguments, serve


def main() -> None:
    """Answer for ever; FileNotFoundError without a Keras file."""
    told = arguments()
    if told.keras is None:
        raise FileNotFoundError("no trained network: give --run, the folder of `train fit`")
    serve(told, open_engine(Asked(b"", told.keras, 1, "cpu")))
