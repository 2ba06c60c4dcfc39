"""The journal's own thread: all that waits goes into one commit, again and again."""

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from edge.contract.messages import Estimate, Reading
from edge.journal import faults
from edge.journal.diary import Notes
from edge.journal.errors import JournalError
from edge.journal.head import Head
from edge.journal.rows import Entry, Partner
from edge.journal.store import Limits, Store

QUEUE = 64
"""Notes that may wait: 2 s at 30 a second. Once so many do, no frame is taken from the inbox, which
counts what it has to overwrite; so what was read is always written down, and nothing is lost
uncounted."""

RETRY_S = 0.25
TIDY_S = 1.0
"""How often old rows are looked for."""

WAL_CROWDED_BYTES = 8 * 2**20
CROWDED_S = 0.25
"""While a reader keeps the log from being emptied, commits beyond this size are made so far apart,
since each writes whole pages, however few its rows; and no features are kept for pairing, which are
far larger than all else. A start would then pair with frames that come after it."""

log = logging.getLogger(__name__)


class Outgoing(NamedTuple):
    """A message that waits for its commit.

    Monotonic times: received_ns of an estimate's frame; put_ns when it began to wait; committed_ns
    when that ended.
    """

    topic: str
    message: Estimate | Reading
    received_ns: int | None
    put_ns: int
    committed_ns: int = 0


class Waiting(NamedTuple):
    """Notes, and what may be published once they are safe."""

    notes: Notes
    outgoing: Outgoing | None
    since_ns: int


class Files(Protocol):
    """What the writer writes to, which it can open anew after a fault."""

    limits: Limits
    head: Head

    def open(self) -> Store:
        """Open the database; sqlite3.Error, OSError or JournalError where that fails."""
        ...

    def wal_bytes(self) -> int:
        """Size of the log."""
        ...

    def look_at_space(self) -> None:
        """Warn while little room is left."""
        ...


@dataclass
class Counters:
    """Since the start.

    committed: rows. commits: transactions, and commit_s all they took, seconds. withheld: estimates
    that were never published because their commit came too late. faults: times it went down.
    """

    committed: int = 0
    commits: int = 0
    commit_s: float = 0.0
    withheld: int = 0
    purged: int = 0
    faults: int = 0


class Writer(threading.Thread):
    """Commits what is put in, in its order.

    Attributes:
        fault: what keeps it from committing, in words; "" while nothing does.
        counters: what it has done.
        on_fault: each is called with a fault in words, and with "" when it is over, on this thread.
    """

    def __init__(
        self,
        files: Files,
        store: Store,
        ready: threading.Condition,
    ) -> None:
        """`ready`: notified after each commit."""
        super().__init__(name="journal", daemon=True)
        self.fault = ""
        self.counters = Counters()
        self._files = files
        self._store: Store | None = store
        self._tip, self._progress = store.tip, store.progress
        self._ready = ready
        self.on_fault: list[Callable[[str], None]] = []
        self._news = threading.Condition()
        self._waiting: deque[Waiting] = deque()
        self._committed: deque[Outgoing] = deque()
        self._tidy_s = 0.0
        self._ending = False
        self._give_up_s = float("inf")

    def put(self, notes: Notes, outgoing: Outgoing | None) -> None:
        """Queue notes, and a message to be given back once they are committed."""
        with self._news:
            self._waiting.append(Waiting(notes, outgoing, time.monotonic_ns()))
            self._news.notify_all()

    def committed(self) -> list[Outgoing]:
        """The messages whose rows have been committed since the last call, in order."""
        found = []
        while self._committed:
            found.append(self._committed.popleft())
        return found

    @property
    def any_committed(self) -> bool:
        """Whether `committed` would give anything."""
        return bool(self._committed)

    @property
    def room(self) -> bool:
        """Whether more may be put in."""
        return len(self._waiting) < QUEUE

    def waited_s(self, now_ns: int) -> float:
        """How long the oldest notes have been waiting."""
        try:
            return (now_ns - self._waiting[0].since_ns) / 1e9
        except IndexError:
            return 0.0

    def flush(self, longest_s: float) -> bool:
        """Wait until all is committed; False where it is not in time."""
        with self._news:
            return self._news.wait_for(lambda: not self._waiting or not self.is_alive(), longest_s)

    def stop(self, longest_s: float) -> None:
        """End the thread, once all is committed or the time is over."""
        with self._news:
            self._ending = True
            self._give_up_s = time.monotonic() + longest_s
            self._news.notify_all()
        self.join(longest_s + RETRY_S + 1)

    def run(self) -> None:
        """Serve until `stop`."""
        while self._wait():
            batch = list(self._waiting)
            if batch and not self._commit(batch):
                break
            if time.monotonic() >= self._tidy_s:
                self._tidy()
        self._close()

    def _wait(self) -> bool:
        """Wait for something to do; False at the end."""
        with self._news:
            wait_s = max(0.0, min(TIDY_S, self._tidy_s - time.monotonic()))
            self._news.wait_for(lambda: self._waiting or self._ending, wait_s)
            return bool(self._waiting) or not self._ending

    def _commit(self, batch: list[Waiting]) -> bool:
        """Commit, however long it takes; False where the end came first."""
        entries = [entry for waiting in batch for entry in waiting.notes.entries]
        crowded = self._files.wal_bytes() > WAL_CROWDED_BYTES
        partners = [
            partner
            for waiting in batch
            for partner in waiting.notes.partners
            if not crowded or not partner.data
        ]
        while not self._try(entries, partners):
            time.sleep(RETRY_S)
            if time.monotonic() >= self._give_up_s:
                return False
        self._hand_back(batch)
        if crowded and not self._ending:
            time.sleep(CROWDED_S)  # more rows gather for the next one
        return True

    def _try(self, entries: list[Entry], partners: list[Partner]) -> bool:
        """One attempt; False, and the fault is told, where it fails."""
        start_s = time.monotonic()
        try:
            store = self._store or self._reopen(entries)
            if store.tip == self._tip:
                store.append(entries, partners)
            self._files.head.write(store.tip)
        except (sqlite3.Error, OSError, JournalError) as error:
            self._fail(error)
            return False
        self._tip, self._progress = store.tip, store.progress
        self.counters.committed += len(entries)
        self.counters.commits += 1
        self.counters.commit_s += time.monotonic() - start_s
        self._recover()
        return True

    def _reopen(self, entries: list[Entry]) -> Store:
        """A new connection after a fault; the attempt that failed may yet have been written."""
        store = self._files.open()
        try:
            store.progress = self._progress
            if store.tip != self._tip:
                store.prove(self._tip, entries)
            store.settle()
        except BaseException:
            store.close()
            raise
        self._store = store
        return store

    def _hand_back(self, batch: list[Waiting]) -> None:
        now_ns = time.monotonic_ns()
        with self._ready:
            for waiting in batch:
                if waiting.outgoing is not None:
                    self._committed.append(waiting.outgoing._replace(committed_ns=now_ns))
            self._ready.notify_all()
        # After that: whoever waits for all to be committed then finds all of it.
        with self._news:
            for _ in batch:
                self._waiting.popleft()
            self._news.notify_all()

    def _fail(self, error: Exception) -> None:
        fault = faults.in_words(error)
        if self._store is not None:
            _close(self._store)
            self._store = None
        if not self.fault:
            self.counters.faults += 1
        if fault != self.fault:
            self.fault = fault
            log.error("journal: %s; estimates are withheld: %s", fault, faults.remedy(fault))
            self._tell(fault)
            with self._ready:
                self._ready.notify_all()

    def _recover(self) -> None:
        if self.fault:
            log.info("journal: written again after: %s", self.fault)
            self.fault = ""
            self._tell("")

    def _tell(self, fault: str) -> None:
        for hook in self.on_fault:
            hook(fault)

    def _tidy(self) -> None:
        """Take some old rows out, between commits; mend a fault that no row waits for."""
        self._tidy_s = time.monotonic() + TIDY_S
        if self._store is None:
            self._try([], [])
            return
        try:
            self._files.look_at_space()
            purged = self._store.purge(self._files.limits, time.time_ns())
            again = purged > 0 or self._store.shrink(self._files.limits.max_bytes)
        except (sqlite3.Error, OSError) as error:
            self._fail(error)
            return
        self.counters.purged += purged
        if again:
            self._tidy_s = 0.0

    def _close(self) -> None:
        if self._store is not None:
            _close(self._store)
            self._store = None


def _close(store: Store) -> None:
    try:
        store.close()
    except sqlite3.Error as error:
        log.warning("journal: not closed cleanly: %s", faults.in_words(error))
