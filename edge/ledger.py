"""What became of every frame of one scanner and epoch: nothing is lost without being counted."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from edge.contract.messages import LedgerCounts

MAX_EPOCHS = 64
"""Epochs remembered for one scanner, so that a replay is known; the least used goes first."""


class Arrivals(NamedTuple):
    """What had arrived of an epoch up to one moment, frames in the order of their `seq`."""

    first: int
    highest: int
    missing: int
    invalid: int
    duplicate: int
    garbage: int


@dataclass
class EpochLedger:
    """Counts of one epoch.

    The receiving side counts arrivals, the reading side what it did with them; a snapshot of the
    first taken with a frame and the second's counts after that frame add up exactly.
    """

    first: int | None = None
    highest: int = -1
    missing: int = 0
    invalid: int = 0
    duplicate: int = 0
    overwritten: int = 0
    read: int = 0
    gated: int = 0
    undecodable: int = 0

    def frame(self, seq: int) -> bool:
        """Count a frame's arrival; False for one that was seen before or comes late."""
        if not self._advance(seq):
            self.duplicate += 1
            return False
        return True

    def refused(self, seq: int) -> bool:
        """Count a refused message that names the frame `seq`; False where its place is taken."""
        if self.first is None or not self._advance(seq):
            return False
        self.invalid += 1
        return True

    def tail(self, last_seq: int) -> None:
        """Learn from an event how far the scanner has come; what did not arrive is missing."""
        if self.first is not None and last_seq > self.highest:
            self.missing += last_seq - self.highest
            self.highest = last_seq

    def _advance(self, seq: int) -> bool:
        if self.first is None:
            self.first = self.highest = seq
            return True
        if seq <= self.highest:
            return False
        self.missing += seq - self.highest - 1
        self.highest = seq
        return True

    def arrivals(self, garbage: int) -> Arrivals:
        """Snapshot of the arrivals so far; `garbage`: the scanner's count."""
        first = self.highest + 1 if self.first is None else self.first
        return Arrivals(first, self.highest, self.missing, self.invalid, self.duplicate, garbage)

    def counts(self, arrived: Arrivals, overwritten: int) -> LedgerCounts:
        """The ledger up to `arrived`, of whose frames `overwritten` were never read."""
        return LedgerCounts(
            sent=arrived.highest - arrived.first + 1,
            read=self.read,
            gated=self.gated,
            overwritten=overwritten,
            invalid=arrived.invalid + self.undecodable,
            missing=arrived.missing,
            duplicate=arrived.duplicate,
            garbage=arrived.garbage,
        )


@dataclass
class ScannerLedger:
    """The epochs of one scanner, and the messages that belong to none."""

    horizon: int = 10_000
    """How far ahead a refused message may point and still be believed, in frames."""
    garbage: int = 0
    epoch: int | None = None
    """The epoch that the last well-formed message was of."""
    epochs: OrderedDict[int, EpochLedger] = field(default_factory=OrderedDict)
    _forgotten: LedgerCounts = field(default_factory=LedgerCounts)
    """Of the epochs that are remembered no longer."""

    def of(self, epoch: int) -> EpochLedger:
        """Ledger of an epoch, made new where it is not known."""
        self.epoch = epoch
        if epoch not in self.epochs:
            self.epochs[epoch] = EpochLedger()
            while len(self.epochs) > MAX_EPOCHS:
                _, oldest = self.epochs.popitem(last=False)
                self._forgotten = _sum([self._forgotten, _of(oldest)])
        self.epochs.move_to_end(epoch)
        return self.epochs[epoch]

    def counts(self) -> LedgerCounts:
        """The present epoch's ledger, right only while no frame waits to be read."""
        if self.epoch is None:
            return LedgerCounts(garbage=self.garbage)
        ledger = self.epochs[self.epoch]
        return ledger.counts(ledger.arrivals(self.garbage), ledger.overwritten)

    def totals(self) -> LedgerCounts:
        """All epochs together: each count only grows, as long as the daemon runs.

        `sent` holds the frames that wait to be read, which nothing else does yet.
        """
        known = _sum([self._forgotten, *map(_of, self.epochs.values())])
        return msgspec.structs.replace(known, garbage=self.garbage)

    def refuse(self, epoch: object, seq: object) -> None:
        """Count a refused message: invalid where it can stand for a frame, else garbage.

        A message that is refused must not bend the count: it is believed to be a frame only in
        the present epoch and not far ahead.
        """
        known = self.epochs.get(epoch) if isinstance(epoch, int) and epoch == self.epoch else None
        believed = (
            known is not None
            and type(seq) is int
            and seq <= known.highest + self.horizon
            and known.refused(seq)
        )
        if not believed:
            self.garbage += 1


def _of(ledger: EpochLedger) -> LedgerCounts:
    return ledger.counts(ledger.arrivals(garbage=0), ledger.overwritten)


def _sum(counts: list[LedgerCounts]) -> LedgerCounts:
    names = LedgerCounts.__struct_fields__
    return LedgerCounts(**{name: sum(getattr(row, name) for row in counts) for name in names})
