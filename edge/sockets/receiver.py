"""The receiving thread: drains every link, reads headers, fills the inboxes. It never blocks."""

import logging
import threading
import time
from dataclasses import dataclass

import zmq

from edge.contract import topics
from edge.contract.codec import RefusedError, decode_event, decode_frame
from edge.contract.pixels import PixelError, check_length
from edge.inbox import Arrival, Inbox
from edge.sockets.link import Link, Parts

POLL_MS = 50

DEAD_S = 1.0
"""So long without a turn and the thread counts as dead."""

_FRAME, _EVENT = topics.FRAME.name.encode(), topics.EVENT.name.encode()

log = logging.getLogger(__name__)


@dataclass
class Post:
    """Where a scanner's messages come from and go to."""

    name: str
    link: Link
    inbox: Inbox
    heard: bool = False


class Receiver(threading.Thread):
    """Moves what the links receive into the inboxes until stopped.

    Attributes:
        turned_ns: when it last began a turn (monotonic clock).
    """

    def __init__(self, posts: list[Post]) -> None:
        super().__init__(name="receiver", daemon=True)
        self._posts = posts
        self._poller = self._poll_all()
        self._stopping = threading.Event()
        self._next: list[Post] | None = None
        self._exchanged = threading.Event()
        self.turned_ns = 0

    @property
    def gets_on(self) -> bool:
        """Whether the thread turns."""
        late_ns = time.monotonic_ns() - self.turned_ns if self.turned_ns else 0
        return self.is_alive() and late_ns < DEAD_S * 1e9

    def exchange(self, posts: list[Post]) -> bool:
        """Serve these from now on; waits until the links of the others are closed.

        Returns:
            False where the thread has not answered within DEAD_S; it does so at its next turn.
        """
        self._exchanged.clear()
        self._next = posts
        return self._exchanged.wait(DEAD_S)

    def run(self) -> None:
        """Serve until `stop`; owns the links' sockets."""
        try:
            while not self._stopping.is_set():
                self._turn()
        finally:
            for post in self._posts:
                post.link.close()

    def stop(self) -> None:
        """Ask the thread to end, and wait for it."""
        self._stopping.set()
        self.join()

    def _turn(self) -> None:
        self.turned_ns = time.monotonic_ns()
        if self._next is not None:
            self._exchange(self._next)
        readable = dict(self._poller.poll(POLL_MS))
        for post in self._posts:
            if post.link.socket in readable:
                self._receive(post)
            if post.link.supervise(time.monotonic()):
                self._poller = self._poll_all()
                self._note_silence(post)

    def _exchange(self, posts: list[Post]) -> None:
        kept = {id(post) for post in posts}
        for post in self._posts:
            if id(post) not in kept:
                post.link.close()
        self._posts, self._next = posts, None
        self._poller = self._poll_all()
        self._exchanged.set()

    def _note_silence(self, post: Post) -> None:
        """Say once that a scanner is silent, until it is heard again."""
        if post.heard:
            log.info("scanner %s is silent; its link is built anew until it speaks", post.name)
        post.heard = False

    def _poll_all(self) -> zmq.Poller:
        poller = zmq.Poller()
        for post in self._posts:
            if post.link.socket is not None:
                poller.register(post.link.socket, zmq.POLLIN)
        return poller

    def _receive(self, post: Post) -> None:
        """Take one message: back in `poll`, the thread leaves the interpreter to the loop."""
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
