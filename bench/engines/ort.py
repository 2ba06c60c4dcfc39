"""The bundle's network in ONNX Runtime, opened as the daemon opens it."""

from bench.engines import Asked, Read
from edge.runner_sessions import open_session


def open_engine(asked: Asked) -> Read:
    """Open the network; every output is asked for, as the daemon does."""
    session = open_session(asked.model, asked.provider, threads=asked.threads)
    outputs = [node.name for node in session.get_outputs()]
    place = outputs.index("fat_pct")
    return lambda window: float(
        session.run(outputs, {"frame": window[None, ..., None]})[place].item()
    )
