"""Where the loop's messages go: straight out, or first into the journal and out once committed."""

import time
from collections.abc import Callable
from typing import Any, Literal, Protocol

import msgspec

from edge.contract.messages import Estimate, Reading
from edge.journal import faults
from edge.journal.diary import Diary
from edge.journal.files import JournalFiles
from edge.journal.writer import Counters, Outgoing, Writer

STALLED_S = 0.9
"""A commit that takes longer counts as a fault; a healthy disk needs some milliseconds."""

SETTLING_S = 0.02
"""A commit takes some milliseconds. Were the next frame taken meanwhile, a slow inference of it
would keep back an estimate that is ready; for a slower disk nobody waits."""

WITHHELD_NS = 1_000_000_000
"""An estimate that was committed later than this is not published any more: newer ones follow."""

END_S = 5.0
"""Longest wait for the last commits when the daemon ends."""

State = Literal["off", "ok", "down"]
Message = Estimate | Reading
OnPublished = Callable[[Message, int | None], None]


def _nobody(_message: Message, _received_ns: int | None) -> None:
    """Nobody is told."""


class Publisher(Protocol):
    """What sends."""

    def publish(self, topic: str, message: Any, received_ns: int | None = None, /) -> Any:
        """Send a message on its topic; gives it as sent. `received_ns`: of an estimate's frame."""
        ...


class Outlet(Protocol):
    """What the loop hands its messages to; only its own thread does.

    `on_published`: called with each message as it was sent, and when its frame was received.
    """

    on_published: OnPublished

    @property
    def counters(self) -> Counters:
        """What was committed, withheld and purged."""
        ...

    @property
    def state(self) -> State:
        """Whether a journal is kept, and whether it can be written."""
        ...

    @property
    def words(self) -> str:
        """The same as a status says it: "off", "ok", or the fault."""
        ...

    @property
    def room(self) -> bool:
        """Whether more can be put; while it cannot, no frame is to be taken from an inbox."""
        ...

    def settle(self) -> None:
        """Publish what is about to be committed; a disk that is slow is not waited for."""
        ...

    @property
    def waiting(self) -> bool:
        """Whether `publish` has something to do."""
        ...

    @property
    def pending(self) -> bool:
        """Whether something has been put and is not committed yet."""
        ...

    def put(
        self,
        diary: Diary | None,
        /,
        topic: str = "",
        message: Message | None = None,
        received_ns: int | None = None,
    ) -> None:
        """Write down what a diary has noted, then publish a message."""
        ...

    def publish(self) -> None:
        """Publish what has been committed, in its order."""
        ...

    def flush(self, longest_s: float = END_S) -> None:
        """Wait until all is committed, so long at most, and publish it."""
        ...

    def start(self) -> None:
        """Begin to write."""
        ...

    def close(self) -> None:
        """Write no more."""
        ...


class Direct:
    """No journal: every message is published at once."""

    state: State = "off"
    words: str = "off"
    room: bool = True
    waiting: bool = False
    pending: bool = False

    def __init__(self, bus: Publisher) -> None:
        self.counters = Counters()
        self.on_published: OnPublished = _nobody
        self._bus = bus

    def put(
        self,
        _diary: Diary | None,
        /,
        topic: str = "",
        message: Message | None = None,
        received_ns: int | None = None,
    ) -> None:
        """Publish it."""
        if message is not None:
            self.on_published(self._bus.publish(topic, message, received_ns), received_ns)

    def settle(self) -> None:
        """Nothing waits."""

    def publish(self) -> None:
        """Nothing waits."""

    def flush(self, longest_s: float = END_S) -> None:
        """Nothing waits."""

    def start(self) -> None:
        """Nothing is to be started."""

    def close(self) -> None:
        """Nothing is open."""


class Journal:
    """Publishes a message once what it says is on disk.

    Attributes:
        on_fault: each is called with a fault in words, and with "" when it is over, on the
            journal's own thread.
    """

    def __init__(self, bus: Publisher, writer: Writer, files: JournalFiles) -> None:
        self.on_published: OnPublished = _nobody
        self._bus = bus
        self._writer = writer
        self._files = files

    @property
    def on_fault(self) -> list[Callable[[str], None]]:
        """To be added to before the writer is started."""
        return self._writer.on_fault

    @property
    def counters(self) -> Counters:
        """Since the start."""
        return self._writer.counters

    @property
    def low_space(self) -> bool:
        """Whether the disk is nearly full."""
        return self._files.low_space

    @property
    def state(self) -> State:
        """Whether it can be written."""
        return "ok" if self.words == "ok" else "down"

    @property
    def words(self) -> str:
        """What a status says: "ok", or the fault."""
        if self._writer.fault:
            return self._writer.fault
        stalled = self._writer.waited_s(time.monotonic_ns()) > STALLED_S
        return faults.TOO_SLOW if stalled else "ok"

    @property
    def room(self) -> bool:
        """Whether more can be put."""
        return self._writer.room

    def settle(self) -> None:
        """Publish what is about to be committed; a disk that is slow is not waited for."""
        if self._writer.waited_s(time.monotonic_ns()) < SETTLING_S:
            self.flush(SETTLING_S)

    @property
    def waiting(self) -> bool:
        """Whether something has been committed and not been published."""
        return self._writer.any_committed

    @property
    def pending(self) -> bool:
        """Whether something has been put and is not committed yet."""
        return self._writer.waited_s(time.monotonic_ns()) > 0

    def put(
        self,
        diary: Diary | None,
        /,
        topic: str = "",
        message: Message | None = None,
        received_ns: int | None = None,
    ) -> None:
        """Write down what a diary has noted, then publish a message."""
        if diary is None:
            return
        out = None
        if message is not None:
            out = Outgoing(topic, message, received_ns, time.monotonic_ns())
        self._writer.put(diary.take(), out)

    def publish(self) -> None:
        """Publish what has been committed; an estimate that had to wait too long is withheld."""
        for out in self._writer.committed():
            waited_ns = out.committed_ns - out.put_ns
            message = out.message
            if isinstance(message, Estimate):
                if waited_ns > WITHHELD_NS:
                    self.counters.withheld += 1
                    continue
                stages = {**message.stage_ms, "journal": waited_ns / 1e6}
                message = msgspec.structs.replace(message, stage_ms=stages)
            sent = self._bus.publish(out.topic, message, out.received_ns)
            self.on_published(sent, out.received_ns)

    def flush(self, longest_s: float = END_S) -> None:
        """Wait until all is committed, so long at most, and publish it."""
        self._writer.flush(longest_s)
        self.publish()

    def start(self) -> None:
        """Start the writer."""
        self._writer.start()

    def close(self) -> None:
        """End the writer and let another process write the journal."""
        self._writer.stop(END_S)
        self._files.close()
