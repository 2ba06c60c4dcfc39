"""Malformed messages: the daemon goes on, counts each one, and its log stays short and silent."""

import time
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from random import Random
from typing import get_args

import msgpack
import pytest

from edge.contract.bundle import builtin_path
from edge.contract.crop import CropSpec
from tests.bundles import make_bundle
from tests.system.bare_scanner import BareScanner, Parts
from tests.system.conftest import Place
from tests.system.footprint import footprint
from tests.system.mutations import CANARY, messages
from tests.system.oracle import HORIZON, Oracle, Verdict
from tests.system.pictures import BAD_JPEGS, BAD_PNGS, GOOD, SECRET, SIDE_PX, TALKATIVE_PNG, png

MESSAGES = 10_000
LINES_A_SECOND = 5
"""Of the log: one for each kind of refusal."""


Room = Callable[..., Place]


class Bombardment:
    """Throws messages at a daemon, and holds each ledger that comes back against the oracle's.

    `scaled`: whether the daemon's model has a scale; the oracle, which knows of none, cannot tell
    then which frames are gated.
    """

    def __init__(self, place: Place, *, scaled: bool = False) -> None:
        place.meet()
        self.scaled = scaled
        self.oracle = Oracle(GOOD, SIDE_PX)
        self.verdicts: Counter[Verdict] = Counter()
        self._scanner, self._viewer = place.scanner, place.viewer
        self.settle()

    def throw(self, parts: Parts) -> Verdict:
        """Send one message in the place of the scanner's next frame."""
        self._scanner.send(*parts)
        verdict = self.oracle.judge(parts)
        self.verdicts[verdict] += 1
        self._scanner.seq += 1
        if verdict in ("frame", "event", "broken picture"):
            self.settle()
        return verdict

    def settle(self) -> dict[str, int]:
        """Send a good frame, wait for its estimate, and compare the ledgers."""
        self._find_free_number()
        seq = self._scanner.seq
        header = self._scanner.header()
        parts = (b"frame", msgpack.packb(header), self._scanner.pixels())
        self._scanner.send(*parts)
        self._scanner.seq += 1
        assert self.oracle.judge(parts) == "frame"
        ledger = self._viewer.until(
            lambda message: (
                message.kind == "fat"
                and (message.fields["epoch"], message.fields["seq"]) == (header["epoch"], seq)
            )
        ).fields["ledger"]
        assert self._judged(ledger) == self._judged(self.oracle.ledger(header["epoch"]))
        return ledger

    def _judged(self, ledger: dict[str, int]) -> dict[str, int]:
        if not self.scaled:
            return ledger
        told_apart = {"read": 0, "gated": ledger["read"] + ledger["gated"]}
        return {**ledger, **told_apart}

    def _find_free_number(self) -> None:
        """After a mutation that jumped ahead, begin another epoch, as a restarted scanner does."""
        epoch = self.oracle.epochs.get(self._scanner.epoch)
        if epoch and epoch.highest >= self._scanner.seq:
            if epoch.highest > self._scanner.seq + HORIZON:
                self._scanner.new_epoch()
            else:
                self._scanner.seq = epoch.highest + 1


@pytest.mark.parametrize("mm_per_px", [None, 0.45])
def test_ten_thousand_malformed_messages_are_each_counted(
    room: Room, tmp_path: Path, mm_per_px: float | None
) -> None:
    bundle = make_bundle(tmp_path / "bundle", crop=CropSpec(size=64, mm_per_px=mm_per_px))
    place = room(BareScanner(), bundle=bundle)
    bombardment = Bombardment(place, scaled=mm_per_px is not None)
    started_s, lines_before = time.monotonic(), len(place.daemon.lines)

    malformed = 0
    for parts in messages(Random(2), place.scanner):
        malformed += bombardment.throw(parts) not in ("frame", "event")
        if malformed == MESSAGES:
            break
    bombardment.settle()

    elapsed_s = time.monotonic() - started_s
    verdicts = bombardment.verdicts
    assert place.daemon.running
    assert min(verdicts[kind] for kind in get_args(Verdict)) > 10, verdicts
    assert len(place.daemon.lines) - lines_before <= LINES_A_SECOND * (elapsed_s + 1)
    assert CANARY not in place.daemon.log


def test_the_count_would_tell_of_a_message_that_got_lost(room: Room) -> None:
    place = room(BareScanner())
    bombardment = Bombardment(place)
    for parts in islice(messages(Random(3), place.scanner), 50):
        bombardment.throw(parts)

    bombardment.oracle.judge((b"frame",))  # judged, but never sent

    with pytest.raises(AssertionError, match="garbage"):
        bombardment.settle()


@pytest.mark.parametrize("image_format", ["jpeg", "png"])
def test_bombs_and_liars_are_refused_without_much_memory(room: Room, image_format: str) -> None:
    place = room(BareScanner())
    bombardment = Bombardment(place)
    before_mib = footprint(place.daemon.pid).peak_mib

    for picture in {"jpeg": BAD_JPEGS, "png": BAD_PNGS}[image_format].values():
        header = msgpack.packb(place.scanner.header(format=image_format))
        assert bombardment.throw((b"frame", header, picture)) == "broken picture"

    with_bombs_mib = footprint(place.daemon.pid).peak_mib
    place.scanner.frame(pixels=png(4096), format="png", width=4096, height=4096)
    place.viewer.estimate(place.scanner.seq - 1)

    assert with_bombs_mib - before_mib < 16
    # The control: an honest large picture does show.
    assert footprint(place.daemon.pid).peak_mib - with_bombs_mib > 16


@pytest.mark.parametrize("side", [400, 2048])
@pytest.mark.parametrize("spacing_mm", [[100.0, 100.0], [8.0, 8.0], [100.0, 1e-9]])
def test_a_scale_beyond_all_scanners_costs_no_more_than_any_other(
    room: Room, side: int, spacing_mm: list[float]
) -> None:
    place = room(BareScanner(), bundle=builtin_path())
    place.meet()
    before_mib = footprint(place.daemon.pid).peak_mib

    started_s = time.monotonic()
    for _ in range(3):
        place.scanner.frame(width=side, height=side, spacing_mm=spacing_mm)
        place.viewer.estimate(place.scanner.seq - 1)

    assert time.monotonic() - started_s < 3
    assert footprint(place.daemon.pid).peak_mib - before_mib < 160


def test_broken_pictures_do_not_fill_the_log(room: Room) -> None:
    place = room(BareScanner())
    bombardment = Bombardment(place)
    lines_before = len(place.daemon.lines)
    started_s = time.monotonic()
    for number in range(200):
        image_format = ("jpeg", "png")[number % 2]
        header = msgpack.packb(place.scanner.header(format=image_format))
        picture = {"jpeg": BAD_JPEGS, "png": BAD_PNGS}[image_format]["is cut short"]
        bombardment.throw((b"frame", header, picture))

    elapsed_s = time.monotonic() - started_s
    assert len(place.daemon.lines) - lines_before <= LINES_A_SECOND * (elapsed_s + 1)


def test_the_log_does_not_hold_what_a_picture_says(room: Room) -> None:
    place = room(BareScanner())
    place.meet()
    place.scanner.frame(pixels=TALKATIVE_PNG, format="png")
    place.viewer.until(lambda message: message.kind == "fat" and message.fields["view"] == "AR")

    place.daemon.end()

    assert SECRET.decode() not in place.daemon.log
