"""S4: fuzzed messages straight into the receiving code: no crash, and each one counted.

What becomes of the pixels, and of the log, is seen in test_malformed, through a daemon.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from random import Random
from typing import get_args

import msgpack
import pytest
import zmq

from edge.inbox import Inbox
from edge.sockets.receiver import deliver
from tests.goals import Record
from tests.system.bare_scanner import BareScanner, Parts
from tests.system.mutations import messages
from tests.system.oracle import HORIZON, Oracle, Verdict
from tests.system.pictures import GOOD, SIDE_PX

SETTLE_EVERY = 100
COUNTED = ("sent", "missing", "duplicate", "garbage", "overwritten")


class Fuzzed:
    """An inbox and an oracle that are given the same messages."""

    def __init__(self) -> None:
        self.inbox = Inbox(threading.Condition())
        self.oracle = Oracle(GOOD, SIDE_PX)
        self.verdicts: Counter[Verdict] = Counter()
        self.scanner = BareScanner()
        self._broken: Counter[int | None] = Counter()

    def throw(self, parts: Parts) -> None:
        verdict = self.oracle.judge(parts)
        self.verdicts[verdict] += 1
        self._broken[self.oracle.present] += verdict == "broken picture"
        self.deliver(parts)

    def deliver(self, parts: Parts) -> None:
        deliver([zmq.Frame(part) for part in parts], self.inbox, time.monotonic_ns())
        while self.inbox.take():
            pass

    def settle(self) -> None:
        """Send a good frame of the scanner's epoch, and compare the ledgers."""
        self._find_free_number()
        header = self.scanner.header()
        self.throw((b"frame", msgpack.packb(header), bytes(SIDE_PX**2)))
        self.scanner.seq += 1
        said, counts = self.oracle.ledger(self.scanner.epoch), self.inbox.counts()
        assert {key: getattr(counts, key) for key in COUNTED} == {key: said[key] for key in COUNTED}
        # Broken pictures pass here and are counted when they are decoded.
        assert counts.invalid == said["invalid"] - self._broken[self.scanner.epoch]

    def _find_free_number(self) -> None:
        epoch = self.oracle.epochs.get(self.scanner.epoch)
        if epoch and epoch.highest >= self.scanner.seq:
            if epoch.highest > self.scanner.seq + HORIZON:
                self.scanner.new_epoch()
            else:
                self.scanner.seq = epoch.highest + 1


@pytest.fixture
def fuzzed() -> Iterator[Fuzzed]:
    fuzzed = Fuzzed()
    logger = logging.getLogger("edge.sockets.receiver")
    logger.disabled = True
    yield fuzzed
    logger.disabled = False
    fuzzed.scanner.close()


@pytest.mark.parametrize(
    "count",
    [30_000, pytest.param(500_000, marks=pytest.mark.soak)],
    ids=["30 thousand", "half a million"],
)
def test_fuzzed_messages_are_each_counted(fuzzed: Fuzzed, count: int, goal: Record) -> None:
    fuzzed.settle()
    started_s = time.monotonic()
    for number, parts in enumerate(islice(messages(Random(count), fuzzed.scanner), count)):
        fuzzed.throw(parts)
        fuzzed.scanner.seq += 1
        if number % SETTLE_EVERY == 0:
            fuzzed.settle()
    fuzzed.settle()

    each_ms = 1e3 * (time.monotonic() - started_s) / count
    goal("S4", f"{count:,} messages: all counted as the oracle says")
    goal("S5", f"{each_ms:.2f} ms a message on average, the test's own work included")
    assert min(fuzzed.verdicts[kind] for kind in get_args(Verdict)) > 10, fuzzed.verdicts


@pytest.mark.goal("S4", control="a message too many is found")
def test_the_count_would_tell_of_a_message_too_many(fuzzed: Fuzzed) -> None:
    """The control."""
    fuzzed.settle()
    fuzzed.deliver((b"frame",))

    with pytest.raises(AssertionError, match="garbage"):
        fuzzed.settle()
