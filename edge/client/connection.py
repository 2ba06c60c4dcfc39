"""One SUB socket to a daemon, watched over by its monitor and built anew where it stays silent."""

import struct

import zmq

from edge.client.keys import Keys
from edge.client.problems import LinkError
from edge.sockets.addresses import AddressError, check_address
from edge.sockets.settings import VIEWER, configure

REBUILD_S = 4.0
"""A daemon speaks every second. libzmq reconnects by itself, but not after a handshake that was
refused, nor after an impostor has answered on the daemon's port (its issue 4196)."""

BROKEN_HANDSHAKES = 3
"""A daemon that is ending may break off one or two handshakes; a wrong key breaks them all."""

_WATCHED = (
    zmq.EVENT_HANDSHAKE_SUCCEEDED
    | zmq.EVENT_HANDSHAKE_FAILED_AUTH
    | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
    | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
    | zmq.EVENT_DISCONNECTED
)


class Connection:
    """Receives what a daemon publishes; one thread uses it. Times: monotonic s.

    Attributes:
        connected: whether the link stands, as far as the operating system tells.
    """

    def __init__(self, address: str, prefixes: tuple[str, ...], keys: Keys | None, now_s: float):
        """Connect; AddressError or KeysError where that cannot even be tried."""
        check_address(address, secured=keys is not None, connect=True)
        self._address, self._prefixes, self._keys = address, prefixes, keys
        self.connected = False
        self._heard_s, self._broken = now_s, 0
        self._open(now_s)

    def receive(self, now_s: float) -> list[bytes] | None:
        """Parts of the next message that waits, or None.

        Raises:
            LinkError: the daemon refuses the key, or is none.
        """
        if now_s - self._heard_s > REBUILD_S:
            self.close()
            self._open(now_s)
        self._look_at_monitor()
        try:
            parts: list[bytes] = self._socket.recv_multipart(zmq.NOBLOCK)
        except zmq.Again:
            return None
        self._heard_s = now_s
        return parts

    def wait(self, timeout_ms: int) -> None:
        """Wait until something can be received or the link changes."""
        self._poller.poll(timeout_ms)

    @property
    def descriptor(self) -> int:
        """The socket's file descriptor, edge-triggered: receive until None before waiting."""
        return int(self._socket.getsockopt(zmq.FD))

    def close(self) -> None:
        """Close at once."""
        self._monitor.close(linger=0)
        self._socket.disable_monitor()
        self._socket.close(linger=0)

    def _open(self, now_s: float) -> None:
        self.connected = False
        self._heard_s, self._broken = now_s, 0
        self._socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.SUB)
        try:
            configure(self._socket, VIEWER, self._address)
            if self._keys:
                self._keys.apply(self._socket)
            for prefix in self._prefixes:
                self._socket.subscribe(prefix)
            self._monitor: zmq.Socket[bytes] = self._socket.get_monitor_socket(_WATCHED)
            self._socket.connect(self._address)
        except zmq.ZMQError as error:
            self._socket.close(linger=0)
            raise AddressError(f"{self._address}: cannot connect: {error}") from error
        except ValueError:
            self._socket.close(linger=0)
            raise
        self._poller = zmq.Poller()
        self._poller.register(self._socket, zmq.POLLIN)
        self._poller.register(self._monitor, zmq.POLLIN)

    def _look_at_monitor(self) -> None:
        while self._monitor.poll(0):
            # zmq_socket_monitor(3): 16 bits of event, 32 of value, then a part with the address.
            event, value = struct.unpack("=HI", self._monitor.recv_multipart()[0])
            self.connected = event == zmq.EVENT_HANDSHAKE_SUCCEEDED
            if self.connected:
                self._broken = 0
            elif problem := self._problem(event, value):
                raise LinkError(f"{self._address}: {problem}")

    def _problem(self, event: int, value: int) -> str:
        """What an event of the monitor means to the user; "" where it means nothing yet."""
        if event == zmq.EVENT_HANDSHAKE_FAILED_AUTH:
            return (
                f"the daemon refused this viewer's key (status {value}); "
                "enrol its public key there, or use the pair that is enrolled"
            )
        if event == zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL:
            return self._mismatch(value)
        if event == zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL and self._keys:
            self._broken += 1
            if self._broken % BROKEN_HANDSHAKES == 0:
                return (
                    "the other side breaks off every handshake: the server key given is not the "
                    "daemon's, or no daemon is there"
                )
        return ""

    def _mismatch(self, value: int) -> str:
        if value != zmq.PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH:
            return f"what answers there does not keep ZeroMQ's protocol (error {value:#x})"
        if self._keys:
            return "the daemon there uses no keys; leave them out, on this host alone"
        return "the daemon there asks for keys; give its public server key and an enrolled pair"
