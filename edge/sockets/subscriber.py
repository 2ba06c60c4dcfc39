"""A viewer's side of the wire: estimates, readings and statuses in."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

import zmq

from edge.contract import topics
from edge.contract.codec import decode_estimate, decode_reading, decode_status
from edge.contract.messages import Estimate, Reading, Status
from edge.sockets.addresses import AddressError
from edge.sockets.keys import ClientKeys, secure_client
from edge.sockets.settings import VIEWER, configure

Message = Estimate | Reading | Status

_DECODERS: dict[str, Callable[[bytes], Message]] = {
    topics.FAT.name: decode_estimate,
    topics.READING.name: decode_reading,
    topics.STATUS.name: decode_status,
}


class EstimateSubscriber:
    """Receives what a daemon publishes on the topics that start with one of `prefixes`."""

    def __init__(
        self, address: str, prefixes: Sequence[str] = ("",), keys: ClientKeys | None = None
    ) -> None:
        """Connect to `address`; AddressError where it is malformed.

        `keys`: one's own and the daemon's; None on the loopback interface only. While the daemon
        is not enrolled, nothing is connected.
        """
        self._socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.SUB)
        configure(self._socket, VIEWER, address)
        for prefix in prefixes:
            self._socket.subscribe(prefix)
        server_key = keys.server_key() if keys else ""
        if keys and not server_key:
            return
        if keys:
            secure_client(self._socket, keys.own, server_key)
        try:
            self._socket.connect(address)
        except zmq.ZMQError as error:
            self._socket.close()
            raise AddressError(f"{address}: cannot connect: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def receive(self, timeout_ms: int) -> tuple[str, Message] | None:
        """Next (topic, message), or None where none came in `timeout_ms`.

        Raises:
            RefusedError: the message breaks the protocol.
        """
        if not self._socket.poll(timeout_ms):
            return None
        parts = self._socket.recv_multipart()
        topic = parts[0].decode(errors="replace")
        decoder = _DECODERS.get(topic.partition("/")[0])
        if decoder is None or len(parts) != 2:
            return None
        return topic, decoder(parts[1])
