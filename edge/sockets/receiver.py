"""Receives: drains every link, reads headers, fills the inboxes.

The loop itself does so while it has nothing to read: for a frame that comes then, no second thread
has to be woken, which takes a tenth of a millisecond and lets the tail grow. While the loop is
busy, a thread of its own takes over.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import zmq

from edge.bell import Bell
from edge.contract import topics
from edge.contract.codec import RefusedError, decode_event, decode_frame
from edge.contract.pixels import PixelError, check_length
from edge.inbox import Arrival, Inbox
from edge.processor import cores
from edge.sockets.link import Link, Parts

RUSH_S, BUSY_S, IDLE_S = 0.002, 0.01, 0.03
"""How soon the thread looks again whether the loop is busy: after it was and messages had come,
after it was, and after it was not. So long a message may wait in its socket, as if it had not been
received yet. Links and inboxes hold several frames each."""

MOST_TURNS = 8
"""Turns in one go, at most: a flood of messages must not keep the loop waiting for its turn."""

DEAD_S = 1.0
"""So long without a turn and the thread counts as dead."""

PREPARED_PX = 2**22
"""A larger picture may take longer to decode (PNG: 0.1 s a million pixels) than the thread has."""

_FRAME, _EVENT = topics.FRAME.name.encode(), topics.EVENT.name.encode()

log = logging.getLogger(__name__)


@dataclass
class Post:
    """Where a scanner's messages come from and go to.

    `prepare`: told of the frame whose turn is next while the loop reads another.
    """

    name: str
    link: Link
    inbox: Inbox
    prepare: Callable[[Arrival], None]
    heard: bool = False


class Receiver(threading.Thread):
    """Moves what the links receive into the inboxes until stopped.

    Whoever holds its lock uses the links' sockets: the loop in `wait`, else this thread.

    Attributes:
        turned_ns: when the thread last looked whether to take over (monotonic clock).
    """

    def __init__(self, posts: list[Post], bell: Bell) -> None:
        """`bell`: ends `wait` as a message does."""
        super().__init__(name="receiver", daemon=True)
        self._posts, self._bell = posts, bell
        self._poller = self._poll_all()
        self._lock = threading.Lock()
        self._stopping = False
        self._spare = cores() > 1
        self.turned_ns = 0

    @property
    def gets_on(self) -> bool:
        """Whether the thread turns."""
        late_ns = time.monotonic_ns() - self.turned_ns if self.turned_ns else 0
        return self.is_alive() and late_ns < DEAD_S * 1e9

    def wait(self, longest_ms: int, busy: Callable[[], bool]) -> None:
        """Receive until something has come, or so long at most, unless the loop is `busy`."""
        with self._lock:
            if not busy():  # asked again: something may have come while the thread had the lock
                self._turn(longest_ms)

    def exchange(self, posts: list[Post]) -> None:
        """Serve these from now on, and close the links of the others."""
        kept = {id(post) for post in posts}
        with self._lock:
            for post in self._posts:
                if id(post) not in kept:
                    post.link.close()
            self._posts = posts
            self._poller = self._poll_all()

    def run(self) -> None:
        """Take over while the loop is busy, until `stop`."""
        pause_s = IDLE_S
        try:
            while not self._stopping:
                self.turned_ns = time.monotonic_ns()
                time.sleep(pause_s)
                pause_s = IDLE_S
                if self._lock.acquire(blocking=False):
                    try:
                        pause_s = RUSH_S if self._take_over() else BUSY_S
                    finally:
                        self._lock.release()
                    self._prepare()
        finally:
            with self._lock:
                for post in self._posts:
                    post.link.close()

    def stop(self) -> None:
        """Ask the thread to end, and wait for it."""
        self._stopping = True
        self.join()

    def _prepare(self) -> None:
        """Have the frame that is read next prepared on a core that the loop leaves idle.

        For one scanner alone: the frames of several are read on all cores.
        """
        posts = self._posts
        if not self._spare or len(posts) != 1:
            return
        arrival = posts[0].inbox.next_frame()
        if arrival and arrival.header.width * arrival.header.height <= PREPARED_PX:
            posts[0].prepare(arrival)

    def _take_over(self) -> bool:
        """Receive what waits; whether anything did."""
        turns = 0
        while turns < MOST_TURNS and self._turn(0):
            turns += 1
        return turns > 0

    def _turn(self, timeout_ms: int) -> bool:
        """Take one message of each link that has one; whether there was any."""
        readable = dict(self._poller.poll(timeout_ms))
        if self._bell.fileno() in readable:
            self._bell.hush()
        for post in self._posts:
            if post.link.socket in readable:
                self._receive(post)
            if post.link.supervise(time.monotonic()):
                self._poller = self._poll_all()
                self._note_silence(post)
        return bool(readable)

    def _note_silence(self, post: Post) -> None:
        """Say once that a scanner is silent, until it is heard again."""
        if post.heard:
            log.info("scanner %s is silent; its link is built anew until it speaks", post.name)
        post.heard = False

    def _poll_all(self) -> zmq.Poller:
        poller = zmq.Poller()
        poller.register(self._bell.fileno(), zmq.POLLIN)
        for post in self._posts:
            if post.link.socket is not None:
                poller.register(post.link.socket, zmq.POLLIN)
        return poller

    def _receive(self, post: Post) -> None:
        """Take one message."""
        parts = post.link.receive(time.monotonic())
        if parts is None:
            return
        if not post.heard:
            post.heard = True
            log.info("scanner %s is heard", post.name)
        deliver(parts, post.inbox, time.monotonic_ns())


def deliver(parts: Parts, inbox: Inbox, received_ns: int) -> None:
    """Put one message into its inbox, or count it as refused."""
    inbox.heard_ns = received_ns
    try:
        _deliver(parts, inbox, received_ns)
    except RefusedError as refusal:
        log.warning("message refused: %s", refusal)
        # Only a frame can take a frame's place in the count.
        told = refusal.fields if parts[0].bytes == _FRAME else {}
        inbox.put_refused(told.get("epoch"), told.get("seq"))


def _deliver(parts: Parts, inbox: Inbox, received_ns: int) -> None:
    topic = parts[0].bytes
    if topic == _FRAME and len(parts) == topics.FRAME.parts:
        inbox.put_frame(_arrival(parts, received_ns))
    elif topic == _EVENT and len(parts) == topics.EVENT.parts:
        inbox.put_event(decode_event(parts[1].buffer))
    else:
        raise RefusedError("not a frame of 3 parts or an event of 2")


def _arrival(parts: Parts, received_ns: int) -> Arrival:
    header = decode_frame(parts[1].buffer)
    pixels = parts[2].buffer
    try:
        check_length(len(pixels), header.format, header.width, header.height)
    except PixelError as error:
        raise RefusedError(str(error), {"epoch": header.epoch, "seq": header.seq}) from error
    return Arrival(header, pixels, received_ns)
