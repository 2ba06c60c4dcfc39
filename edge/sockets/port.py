"""A bound XPUB socket that only enrolled peers get into, and that a revoked one is cut off from."""

import logging
import time
from collections import Counter

import zmq

from edge.sockets.addresses import AddressError
from edge.sockets.authenticator import DOMAIN, Authenticator
from edge.sockets.keys import secure_server
from edge.sockets.monitor import REFUSALS, Monitor
from edge.sockets.settings import Settings, bind, configure

CLOSED_MS = 200
"""Longest wait for the old listener to be gone before the address is bound again."""

EVENTS = REFUSALS | zmq.EVENT_DISCONNECTED | zmq.EVENT_CLOSED

TELL_S = 60.0
"""Refused connections are logged so often at most: a refused peer knocks every second."""

_OF_KEY = zmq.EVENT_HANDSHAKE_FAILED_AUTH.name or ""
_REFUSALS = tuple(event.name or "?" for event in zmq.Event if event & REFUSALS)

log = logging.getLogger(__name__)


class Port:
    """One thread uses it.

    Attributes:
        socket: to send on and to receive subscriptions from; changes when a peer is cut off.
        endpoint: the address bound to, with the port that a `*` was given.
        bound: False where the address was lost to somebody else while a peer was cut off.
        counts: how often each kind of thing happened to a connection, by zmq.Event's names.
    """

    def __init__(self, settings: Settings, address: str, door: Authenticator | None) -> None:
        """Bind; AddressError where the address is taken or malformed. `door`: None on this host."""
        self.counts: Counter[str] = Counter()
        self._settings = settings
        self._door = door
        self._tell_s = float("-inf")
        self._told = self._recorded = 0
        self._cutting = False
        self.socket, self._monitor = self._open(address)
        try:
            self.endpoint = bind(self.socket, address)
        except AddressError:
            self.close(linger_ms=0)
            raise
        self.bound = True

    def look(self) -> None:
        """Count what has happened, and cut off whoever was admitted and has been revoked."""
        self._monitor.read(self.counts)
        self._tell(time.monotonic())
        self._cutting |= self._door is not None and self._door.must_cut()
        if self._cutting or not self.bound:
            self._bind_anew()

    def expel(self, name: str) -> None:
        """Cut everybody off, as one of them floods the port; who behaves is back at once.

        `name`: of the enrolled peer that does, kept out for a while; "" without keys.
        """
        self.counts["EXPELLED"] += 1
        if name and self._door is not None:
            self._door.bar(name)
        log.warning("%s: %s floods it: all are cut off", self.endpoint, name or "somebody")
        self._cutting = True
        self._bind_anew()

    @property
    def refused(self) -> int:
        """Connections refused so far."""
        return sum(self.counts[name] for name in _REFUSALS)

    def faults(self) -> tuple[str, ...]:
        """What keeps peers out that should be let in, in words; empty while all is well."""
        faults: tuple[str, ...] = ()
        if not self.bound:
            faults += (f"{self.endpoint}: lost to another program while a peer was cut off",)
        if self._door is not None:
            if not self._door.healthy:
                faults += (f"{self.endpoint}: the authenticator is dead; start the daemon again",)
            faults += self._door.enrolment.faults
        return faults

    def close(self, linger_ms: int) -> None:
        """Close after at most `linger_ms` for what is still in the send queues."""
        self._monitor.close()
        self.socket.close(linger=linger_ms)

    def _open(self, address: str) -> tuple["zmq.Socket[bytes]", Monitor]:
        context = self._door.context if self._door else zmq.Context.instance()
        socket: zmq.Socket[bytes] = context.socket(zmq.XPUB)
        configure(socket, self._settings, address)
        if self._door is not None:
            secure_server(socket, self._door.enrolment.own, DOMAIN)
        return socket, Monitor(socket, EVENTS)

    def _bind_anew(self) -> None:
        """A new socket on the same address: libzmq cannot close a single session.

        Where there is no descriptor left, or the address is lost, it is tried again at each look.
        """
        try:
            if self._cutting:
                self._replace_socket()
            bind(self.socket, self.endpoint)
        except (zmq.ZMQError, AddressError) as error:
            log.warning("cannot open %s: %s", self.endpoint, error)
        else:
            self.bound = True

    def _replace_socket(self) -> None:
        """Close all sessions. The old listener goes first: with it a Unix socket's path goes."""
        socket, monitor = self._open(self.endpoint)
        if self.bound:
            self.socket.unbind(self.endpoint)
            self._monitor.wait_for(zmq.EVENT_CLOSED, self.counts, CLOSED_MS)
        self.close(linger_ms=0)
        self.socket, self._monitor = socket, monitor
        self.bound = self._cutting = False
        log.info("a peer that is enrolled no longer was cut off; the others connect again")

    def _tell(self, now_s: float) -> None:
        refused = self.refused
        if refused > self._told and now_s >= self._tell_s:
            log.warning("%s: %d connections refused", self.endpoint, refused - self._told)
            self._told, self._tell_s = refused, now_s + TELL_S
            self._record()

    def _record(self) -> None:
        """Record those who showed no key; who shows one is recorded by the authenticator."""
        keyless = self.refused - self.counts[_OF_KEY]
        if self._door is not None and keyless > self._recorded:
            self._door.enrolment.record(
                "connections_refused", endpoint=self.endpoint, count=keyless - self._recorded
            )
            self._recorded = keyless
