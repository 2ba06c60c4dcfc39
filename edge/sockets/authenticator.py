"""Who may connect to a bound socket: a thread that answers libzmq's questions (ZAP)."""

import logging
import math
import threading
import time
from types import TracebackType
from typing import Self

import zmq

from edge.audit import RefusalLimit
from edge.sockets import zap
from edge.sockets.enrolment import Enrolment
from edge.sockets.keys import fingerprint

DOMAIN = "steatoscope"
POLL_MS = 250
DEAD_S = 2.0
"""So long without a turn and the thread counts as dead."""

BARRED_S = 60.0
"""So long whoever has flooded a port stays out."""

log = logging.getLogger(__name__)


class Authenticator(threading.Thread):
    """Admits enrolled keys to the sockets of its own context, and nobody once it is dead.

    Attributes:
        context: ZeroMQ context for the sockets to be guarded; it has one authenticator.
        enrolment: own keys and enrolled ones.
        admitted, refused: handshakes so far.
    """

    def __init__(self, enrolment: Enrolment, barred: frozenset[str] = frozenset()) -> None:
        """`barred`: names whose keys have another purpose and open no door here."""
        super().__init__(name="authenticator", daemon=True)
        self.context = zmq.Context()
        self.enrolment = enrolment
        self.admitted = self.refused = 0
        self._barred_until = dict.fromkeys(barred, math.inf)
        self._inside: set[str] = set()
        self._limit = RefusalLimit()
        self._stopping = threading.Event()
        self._turned_s = time.monotonic()
        self._socket: zmq.Socket[bytes] = self.context.socket(zmq.REP)
        self._socket.linger = 0
        self._socket.bind(zap.ENDPOINT)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self.context.destroy(linger=0)

    @property
    def healthy(self) -> bool:
        """Whether the thread answers; if not, nobody new is admitted."""
        return self.is_alive() and time.monotonic() - self._turned_s < DEAD_S

    def run(self) -> None:
        """Answer until `stop`."""
        try:
            while not self._stopping.is_set():
                self._turned_s = time.monotonic()
                if self._socket.poll(POLL_MS):
                    self._socket.send_multipart(self._answer(self._socket.recv_multipart()))
        except (zmq.ZMQError, OSError) as error:
            log.critical("the authenticator has died: %s; nobody is admitted", type(error).__name__)
        finally:
            self._socket.close()

    def stop(self) -> None:
        """End the thread: from then on nobody is admitted."""
        self._stopping.set()
        self.join()

    def must_cut(self) -> bool:
        """Whether somebody who was admitted is enrolled no longer; tells it once."""
        present = set(self.enrolment.enrolled().values())
        gone = self._inside - present
        if gone:
            self._inside.clear()
        return bool(gone)

    def bar(self, name: str) -> None:
        """Admit this enrolled peer no more for a while, and record why."""
        self._barred_until[name] = time.monotonic() + BARRED_S
        self.enrolment.record("peer_expelled", name=name)

    def _is_barred(self, name: str) -> bool:
        return time.monotonic() < self._barred_until.get(name, -math.inf)

    def _answer(self, parts: zap.Message) -> zap.Message:
        request = zap.parse(parts)
        if request is None:
            self.refused += 1
            return zap.fail(parts)
        name = self.enrolment.name_of(request.key)
        if name is None or self._is_barred(name) or request.domain != DOMAIN:
            self.refused += 1
            self._record(request, name)
            return zap.turn_away(request)
        self.admitted += 1
        self._inside.add(request.key)
        return zap.admit(request, name)

    def _record(self, request: zap.Request, name: str | None) -> None:
        key = fingerprint(request.key)
        left_out = self._limit.left_out(key)
        if left_out is not None:
            self.enrolment.record(
                "peer_refused",
                key=key,
                name=name,
                address=request.address,
                left_out=left_out,
            )
