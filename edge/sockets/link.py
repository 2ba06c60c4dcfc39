"""A supervised link to one scanner: a SUB socket that is built anew when it falls silent.

A connecting SUB can die for good after one bad message or impostor, and the application then sees
nothing but silence (libzmq issue 4196). A scanner speaks every second, so silence is a fault.
"""

import zmq

from edge.contract import topics
from edge.sockets.settings import LINK, MAX_MESSAGE_BYTES, configure

SILENCE_S = 1.5
"""A scanner sends a status every second; this much silence means that the link is dead."""

REBUILD_S = (0.5, 2.0)
"""Pause between rebuilds while nothing is heard: doubled from the first to the second figure."""

Parts = list[zmq.Frame]


class Link:
    """SUB socket of one scanner; one thread uses it. Times are monotonic seconds."""

    def __init__(
        self,
        address: str,
        now_s: float,
        *,
        server_key: str = "",
        max_message_bytes: int = MAX_MESSAGE_BYTES,
    ) -> None:
        """`server_key`: the scanner's public CURVE key (Z85), or "" on this host."""
        self.address = address
        self.rebuilds = 0
        self._server_key = server_key
        self._max_message_bytes = max_message_bytes
        self._deadline_s = now_s + SILENCE_S
        self._pause_s = REBUILD_S[0]
        self.socket = self._connect()

    def receive(self, now_s: float) -> Parts | None:
        """Parts of the next message that waits, at most one more than a frame has; or None."""
        try:
            parts = [self.socket.recv(zmq.NOBLOCK, copy=False)]
        except zmq.Again:
            return None
        while parts[-1].more and len(parts) <= topics.FRAME.parts:
            parts.append(self.socket.recv(copy=False))
        self._skip_rest(parts[-1])
        self._deadline_s = now_s + SILENCE_S
        self._pause_s = REBUILD_S[0]
        return parts

    def supervise(self, now_s: float) -> bool:
        """Build the socket anew where the scanner has been silent too long; True if it was."""
        if now_s < self._deadline_s:
            return False
        self.close()
        self.socket = self._connect()
        self.rebuilds += 1
        self._deadline_s = now_s + self._pause_s
        self._pause_s = min(2 * self._pause_s, REBUILD_S[1])
        return True

    def close(self) -> None:
        """Close the socket at once."""
        self.socket.close(linger=0)

    def _skip_rest(self, part: zmq.Frame) -> None:
        while part.more:
            part = self.socket.recv(copy=False)

    def _connect(self) -> "zmq.Socket[bytes]":
        socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.SUB)
        settings = {**LINK, zmq.MAXMSGSIZE: self._max_message_bytes}
        configure(socket, settings, self.address)
        if self._server_key:
            public, secret = zmq.curve_keypair()
            socket.curve_publickey, socket.curve_secretkey = public, secret
            socket.curve_serverkey = self._server_key.encode()
        socket.subscribe(topics.FRAME.name)
        socket.subscribe(topics.EVENT.name)
        socket.connect(self.address)
        return socket
