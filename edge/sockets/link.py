"""A supervised link to one scanner: a SUB socket that is built anew when it is broken or silent.

A connecting SUB can die for good after one bad message or impostor, and the application then sees
nothing but silence (libzmq issue 4196). So its monitor is read: after a failed handshake or a cut
connection the socket is replaced, at once and then with a growing pause. A scanner speaks every
second, so silence is a fault too.

What had come before a connection broke is read first, such as the end of an exam. But once a
socket has connected again by itself nothing more is read from it, nor where nobody has read for a
while, as heartbeats may have broken the connection: messages that waited were held up on the
connection before, and reading them then has libzmq abort the process (issues 3937, 4767).
"""

import logging
from collections import Counter

import zmq

from edge.contract import topics
from edge.sockets.keys import ClientKeys, secure_client
from edge.sockets.monitor import REFUSALS, Happening, Monitor
from edge.sockets.settings import LINK, MAX_MESSAGE_BYTES, configure

SILENCE_S = 1.5
"""A scanner sends a status every second; this much silence means that the link is dead."""

REBUILD_S = (0.5, 2.0)
"""Pause between rebuilds while nothing is heard: doubled from the first to the second figure."""

BROKEN_S = (0.2, 0.5)
"""The same after a broken connection, when the cause is known and may be gone in a moment. The
first rebuild waits for nothing."""

LOOK_S = 0.01
"""Between two looks at the monitor: well below RECONNECT_IVL, so that no connection breaks and is
made again unseen; a look at every message would halve how many can be received."""

UNREAD_S = 0.5
"""Nobody has looked for so long: a busy host. Heartbeats break the connection after 0.75 s."""

HANDSHAKE_S = 1.0
"""Connected for so long and no handshake: the other end is mute, or does not know this key."""

BREAKS = REFUSALS | zmq.EVENT_DISCONNECTED
EVENTS = BREAKS | zmq.EVENT_CONNECTED | zmq.EVENT_HANDSHAKE_SUCCEEDED

Parts = list[zmq.Frame]

log = logging.getLogger(__name__)


class Link:
    """SUB socket of one scanner; one thread uses it. Times are monotonic seconds.

    Attributes:
        socket: None while the scanner's key is not enrolled, or no descriptor is left.
        monitor: of the socket, None with it.
        rebuilds: so far.
        counts: how often each kind of thing happened to the connection, by zmq.Event's names,
            and "UNREAD" where nobody looked for too long.
    """

    def __init__(
        self,
        address: str,
        now_s: float,
        *,
        keys: ClientKeys | None = None,
        max_message_bytes: int = MAX_MESSAGE_BYTES,
    ) -> None:
        """`keys`: the daemon's own and the scanner's; None on the loopback interface only."""
        self.address = address
        self.rebuilds = 0
        self.counts: Counter[str] = Counter()
        self.socket: zmq.Socket[bytes] | None = None
        self.monitor: Monitor | None = None
        self._keys = keys
        self._server_key = ""
        self._max_message_bytes = max_message_bytes
        self._deadline_s = now_s + SILENCE_S
        self._looked_s = now_s
        self._cut = self._broken = self._rebuilt = False
        self._silence_pause_s, self._broken_pause_s = REBUILD_S[0], 0.0
        self._try_to_connect()

    def receive(self, now_s: float) -> Parts | None:
        """Parts of the next message that waits, at most one more than a frame has; or None."""
        self._look(now_s)
        if self.socket is None or self._broken:
            return None
        try:
            parts = [self.socket.recv(zmq.NOBLOCK, copy=False)]
        except zmq.Again:
            return None
        while parts[-1].more and len(parts) <= topics.FRAME.parts:
            parts.append(self.socket.recv(copy=False))
        self._skip_rest(self.socket, parts[-1])
        if self._cut:
            return parts
        self._deadline_s = now_s + SILENCE_S
        self._silence_pause_s, self._broken_pause_s = REBUILD_S[0], 0.0
        return parts

    def supervise(self, now_s: float) -> bool:
        """Build the socket anew where it is time to, or the key has changed.

        Returns:
            Whether that has been done since the last time.
        """
        self._look(now_s)
        if self._keys is not None and self._keys.server_key() != self._server_key:
            self._rebuild(now_s + SILENCE_S)
        elif now_s >= self._deadline_s and self._may_rebuild():
            self._rebuild(now_s + self._silence_pause_s)
            self._silence_pause_s = min(2 * self._silence_pause_s, REBUILD_S[1])
        rebuilt, self._rebuilt = self._rebuilt, False
        return rebuilt

    def close(self) -> None:
        """Close the socket at once."""
        if self.monitor is not None:
            self.monitor.close()
        if self.socket is not None:
            self.socket.close(linger=0)
        self.socket = self.monitor = None

    def _may_rebuild(self) -> bool:
        """Not for a scanner that is not enrolled, nor while what came before a break waits."""
        if self._keys is not None and not self._server_key:
            return False
        if self.socket is None or self._broken or not self._cut:
            return True
        return not self.socket.poll(0)

    def _look(self, now_s: float) -> None:
        """Learn what has happened to the connection."""
        unread_s = now_s - self._looked_s
        if unread_s < LOOK_S:
            return
        self._looked_s = now_s
        if self.monitor is None:
            return
        for happening in self.monitor.read(self.counts):
            if self._cut:
                self._broken = self._broken or happening.event != zmq.EVENT_DISCONNECTED
            else:
                self._heed(happening, now_s)
        if unread_s > UNREAD_S and not self._broken:
            self.counts["UNREAD"] += 1
            self._broken = True
            self._break(now_s)

    def _break(self, now_s: float) -> None:
        """Bring the next rebuild forward."""
        self._cut = True
        self._deadline_s = min(self._deadline_s, now_s + self._broken_pause_s)
        self._broken_pause_s = min(max(2 * self._broken_pause_s, BROKEN_S[0]), BROKEN_S[1])

    def _heed(self, happening: Happening, now_s: float) -> None:
        """Bring the next rebuild forward after a break, put it off while there is hope."""
        if happening.event & BREAKS:
            self._break(now_s)
        elif happening.event == zmq.EVENT_CONNECTED:
            self._deadline_s = now_s + HANDSHAKE_S
        else:
            self._deadline_s = now_s + SILENCE_S

    def _rebuild(self, deadline_s: float) -> None:
        self.close()
        self._try_to_connect()
        self.rebuilds += 1
        self._rebuilt, self._cut, self._broken = True, False, False
        self._deadline_s = deadline_s

    @staticmethod
    def _skip_rest(socket: "zmq.Socket[bytes]", part: zmq.Frame) -> None:
        while part.more:
            part = socket.recv(copy=False)

    def _try_to_connect(self) -> None:
        try:
            self._connect()
        except zmq.ZMQError as error:  # no descriptor left: tried again at the next deadline
            log.warning("link to %s: %s", self.address, error)

    def _connect(self) -> None:
        self._server_key = self._keys.server_key() if self._keys else ""
        if self._keys and not self._server_key:
            return
        socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.SUB)
        configure(socket, {**LINK, zmq.MAXMSGSIZE: self._max_message_bytes}, self.address)
        if self._keys:
            secure_client(socket, self._keys.own, self._server_key)
        socket.subscribe(topics.FRAME.name)
        socket.subscribe(topics.EVENT.name)
        self.socket, self.monitor = socket, Monitor(socket, EVENTS)
        socket.connect(self.address)
