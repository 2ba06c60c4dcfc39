"""The shortest Python program that does the work: one loop around ONNX Runtime, one thread."""

from bench.engines import Asked
from bench.engines.ort import open_engine
from bench.peers.loop import arguments, serve


def main() -> None:
    """Answer for ever."""
    told = arguments()
    serve(told, open_engine(Asked(told.model.read_bytes(), None, 1, "cpu")))
