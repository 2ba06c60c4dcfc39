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
from edge.sockets.settings import MAX_MESSAGE_BYTES
from tests.goals import Record
from tests.system.bare_scanner import BareScanner, Parts
from tests.system.mutations import messages
from tests.system.oracle import HORIZON, Oracle, Verdict
from tests.system.pictures import GOOD, SIDE_PX

SETTLE_EVERY = 100
LARGEST = MAX_MESSAGE_BYTES - 64
MOST_MS = 1.0
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
    assert each_ms <= MOST_MS, "the test's own work included"
    assert min(fuzzed.verdicts[kind] for kind in get_args(Verdict)) > 10, fuzzed.verdicts


def decided_ms(parts: Parts) -> float:
    """CPU time to decide one message, the least of some: a host's own pauses are not its.

    They also last: what took too long is asked again later, and a slow message is slow every time.
    """
    least_ms = _least_of_three_ms(parts)
    for pause_s in (0.05, 0.2, 0.5):
        if least_ms > MOST_MS:
            time.sleep(pause_s)
            least_ms = min(least_ms, _least_of_three_ms(parts))
    return least_ms


def _least_of_three_ms(parts: Parts) -> float:
    frames = [zmq.Frame(part) for part in parts]
    spent_ns = []
    for _ in range(3):
        inbox = Inbox(threading.Condition())
        started_ns = time.thread_time_ns()
        deliver(frames, inbox, 1)
        spent_ns.append(time.thread_time_ns() - started_ns)
    return min(spent_ns) / 1e6


def test_any_message_is_decided_within_a_millisecond(fuzzed: Fuzzed, goal: Record) -> None:
    """Mutated ones, and the largest that a link lets through, in each part."""
    large = bytes(LARGEST)
    bombs = [
        (b"frame", b"\x91" * LARGEST, large),
        (b"frame", b"\xdd\xff\xff\xff\xff" + large, large),
        (b"frame", b"\xdf\xff\xff\xff\xff" + large, large),
        (b"frame", b"\xdb\xff\xff\xff\xff" + large, large),
        (b"frame", msgpack.packb({"view": "A" * LARGEST}), large),
        (b"frame", msgpack.packb({str(number): 1 for number in range(100_000)}), large),
        (b"event", large),
        (large,) * 3,
        (b"frame", msgpack.packb(fuzzed.scanner.header()), large),
    ]
    mutated = islice(messages(Random(5), fuzzed.scanner), 3000)
    slowest_ms = max(decided_ms(parts) for parts in (*bombs, *mutated))

    goal("S5", f"{3000 + len(bombs):,} messages, bombs of 8 MiB among them: {slowest_ms:.2f} ms")
    assert slowest_ms <= MOST_MS


def test_control_a_header_read_without_limits_takes_longer(goal: Record) -> None:
    header = msgpack.packb([[]] * LARGEST)
    started_ns = time.thread_time_ns()
    msgpack.unpackb(header)
    spent_ms = (time.thread_time_ns() - started_ns) / 1e6

    goal("S5", control=f"8 MiB read without limits: {spent_ms:.0f} ms")
    assert spent_ms > MOST_MS


@pytest.mark.goal("S4", control="a message too many is found")
def test_the_count_would_tell_of_a_message_too_many(fuzzed: Fuzzed) -> None:
    """The control."""
    fuzzed.settle()
    fuzzed.deliver((b"frame",))

    with pytest.raises(AssertionError, match="garbage"):
        fuzzed.settle()
