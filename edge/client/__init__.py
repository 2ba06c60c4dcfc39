"""A client library for viewers and scanner bridges: pyzmq, msgpack and numpy, nothing else.

    from edge.client import EstimateStream

    with EstimateStream("tcp://127.0.0.1:5556") as stream:
        for estimate in stream:
            print(estimate.view, "-" if estimate.blank else estimate.median_pct)

`docs/viewers.md` has the same in other languages.
"""

from edge.client.keys import Keys, KeysError
from edge.client.messages import (
    Acquisition,
    Estimate,
    Ledger,
    Message,
    Model,
    Overlay,
    Reading,
    Status,
    Summary,
)
from edge.client.problems import LinkError, RefusedError
from edge.client.publisher import ScannerPublisher
from edge.client.stream import EstimateStream
from edge.client.topic_state import TopicState

__all__ = [
    "Acquisition",
    "Estimate",
    "EstimateStream",
    "Keys",
    "KeysError",
    "Ledger",
    "LinkError",
    "Message",
    "Model",
    "Overlay",
    "Reading",
    "RefusedError",
    "ScannerPublisher",
    "Status",
    "Summary",
    "TopicState",
]
