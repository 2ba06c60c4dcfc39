"""What has come from one scanner and waits to be read: newest wins, and what is lost is counted.

The receiving thread puts in, the loop takes out; one lock keeps the counts and the frames in step.
"""

import threading
from collections import deque
from dataclasses import dataclass
from typing import Any, NamedTuple

from edge.contract.messages import Event, FrameHeader, LedgerCounts
from edge.ledger import Arrivals, EpochLedger, ScannerLedger

RING_FRAMES = 4
"""133 ms at 30 fps: rides out a slow frame, and never reads one that is older."""

FRESH_NS = 40_000_000
"""While frames come faster than they are read, none older than this is read before a newer one."""
SILENT_NS = 2_500_000_000
"""A scanner speaks every second; one that has said nothing for so long is not there."""

PAUSE_NS = 1_000_000_000
"""Frames this far apart do not flow."""

MAX_WAITING_ENDS = 16
MAX_WAITING_FREEZES = 16


class Arrival(NamedTuple):
    """One frame as received.

    `pixels`: buffer of its bytes. `received_ns`: monotonic clock, when its message was taken from
    the socket.
    """

    header: FrameHeader
    pixels: Any
    received_ns: int


class Taken(NamedTuple):
    """A frame taken for reading, and what is needed to state the ledger up to it."""

    arrival: Arrival
    ledger: EpochLedger
    arrived: Arrivals
    overwritten: int

    def counts(self) -> LedgerCounts:
        """The ledger up to and including this frame, once it has been read, gated or refused."""
        return self.ledger.counts(self.arrived, self.overwritten)


@dataclass
class ExamEnd:
    """The scanner said that an exam is over; it keeps its place among the frames.

    `overtaken`: frames behind it that were overwritten while it waited.
    """

    exam: str
    ledger: EpochLedger
    arrived: Arrivals
    overtaken: int = 0

    def counts(self) -> LedgerCounts:
        """The ledger up to the end of the exam, all frames before it done with."""
        return self.ledger.counts(self.arrived, self.ledger.overwritten - self.overtaken)


class Freeze(NamedTuple):
    """The scanner froze its picture, or went on; it keeps its place among the frames."""

    epoch: int
    frozen: bool


class _Waiting(NamedTuple):
    arrival: Arrival
    ledger: EpochLedger
    arrived: Arrivals


class Inbox:
    """At most `size` waiting frames of one scanner, oldest out, with the scanner's ledger."""

    def __init__(
        self,
        ready: threading.Condition,
        size: int = RING_FRAMES,
        ledger: ScannerLedger | None = None,
    ) -> None:
        """`ready`: notified of each item; its lock, shared by all inboxes, guards the state.

        `ledger`: of an earlier run, so that frames which it has seen are known; None: a new one.
        """
        self._ready = ready
        self._size = size
        self._ledger = ledger or ScannerLedger()
        self._items: deque[_Waiting | ExamEnd | Freeze] = deque()
        self._frames = 0
        self._behind = False
        self._settled = self._ledger.counts()
        self.heard_ns: int | None = None
        """When anything last came from the scanner (monotonic clock)."""
        self.frame_ns = self.flowing_ns = 0
        """When the last frame came, and when the first since a pause did (monotonic clock)."""
        self.every_ns = 0
        """Between the last two frames; since the clock's start, where there was one."""

    def silent(self, now_ns: int) -> bool:
        """Whether nothing has come of the scanner for so long that it is not there."""
        return self.heard_ns is None or now_ns - self.heard_ns > SILENT_NS

    def put_frame(self, arrival: Arrival) -> None:
        """Add a frame unless it was seen before; the oldest one makes room."""
        header = arrival.header
        with self._ready:
            ledger = self._ledger.of(header.epoch)
            if not ledger.frame(header.seq):
                return
            if self._frames == self._size:
                self._behind = True
                self._overwrite_oldest()
            arrived = ledger.arrivals(self._ledger.garbage)
            self._items.append(_Waiting(arrival, ledger, arrived))
            self._frames += 1
            self.every_ns = arrival.received_ns - self.frame_ns
            if self.every_ns > PAUSE_NS:
                self.flowing_ns = arrival.received_ns
            self.frame_ns = arrival.received_ns
            self._ready.notify()

    def put_event(self, event: Event) -> None:
        """Learn from an event; what it says of an exam waits its turn behind the frames."""
        with self._ready:
            ledger = self._ledger.of(event.epoch)
            ledger.tail(event.last_seq)
            if event.event == "exam_end" and self._waiting_of(ExamEnd) < MAX_WAITING_ENDS:
                arrived = ledger.arrivals(self._ledger.garbage)
                self._items.append(ExamEnd(event.exam, ledger, arrived))
                self._ready.notify()
            elif event.event in ("freeze", "unfreeze"):
                self._put_freeze(Freeze(event.epoch, event.event == "freeze"))
                self._ready.notify()

    def put_refused(self, epoch: object, seq: object) -> None:
        """Count a message that breaks the protocol; `epoch` and `seq` as far as it told them."""
        with self._ready:
            self._ledger.refuse(epoch, seq)

    def take(self, now_ns: int | None = None) -> Taken | ExamEnd | Freeze | None:
        """The oldest item, or None.

        `now_ns` (monotonic): from when the ring has overflowed until it is down to one frame, older
        frames make way for fresh ones, so that what is read under overload is not a ring old.
        """
        with self._ready:
            if not self._items:
                return None
            self._behind = self._behind and self._frames > 1
            while self._behind and now_ns is not None and self._stale(now_ns):
                self._overwrite_oldest()
            item = self._items.popleft()
            if not isinstance(item, _Waiting):
                return item
            self._frames -= 1
            return Taken(item.arrival, item.ledger, item.arrived, item.ledger.overwritten)

    def counts(self, *, reading: bool = False) -> LedgerCounts:
        """The present epoch's ledger; while frames wait, or one is read, as it was when none did.

        `reading`: whether a frame that was taken is still being read.
        """
        with self._ready:
            if not self._items and not reading:
                self._settled = self._ledger.counts()
            return self._settled

    def totals(self) -> LedgerCounts:
        """The ledgers of all epochs since the start together."""
        with self._ready:
            return self._ledger.totals()

    def next_frame(self) -> Arrival | None:
        """The frame whose turn is next; it stays here. None where something else is."""
        with self._ready:
            first = self._items[0] if self._items else None
            return first.arrival if isinstance(first, _Waiting) else None

    @property
    def waiting(self) -> bool:
        """Whether anything waits to be taken."""
        return bool(self._items)

    def _waiting_of(self, kind: type) -> int:
        return sum(isinstance(item, kind) for item in self._items)

    def _put_freeze(self, freeze: Freeze) -> None:
        """Add it; beyond the limit the oldest goes, for what was said last is what holds."""
        if self._waiting_of(Freeze) == MAX_WAITING_FREEZES:
            self._items.remove(next(item for item in self._items if isinstance(item, Freeze)))
        self._items.append(freeze)

    def _stale(self, now_ns: int) -> bool:
        """Whether the oldest of several frames has waited too long."""
        if self._frames < 2:
            return False
        oldest = next(item for item in self._items if isinstance(item, _Waiting))
        return now_ns - oldest.arrival.received_ns > FRESH_NS

    def _overwrite_oldest(self) -> None:
        found = ((i, item) for i, item in enumerate(self._items) if isinstance(item, _Waiting))
        index, oldest = next(found)
        ledger = oldest.ledger
        ledger.overwritten += 1
        for end in list(self._items)[:index]:
            if isinstance(end, ExamEnd) and end.ledger is ledger:
                end.overtaken += 1
        del self._items[index]
        self._frames -= 1
