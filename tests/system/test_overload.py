"""More than the daemon can read, and less than was sent: every frame is accounted for."""

from collections.abc import Callable

import pytest

from tests.system.bare_scanner import BareScanner
from tests.system.bare_viewer import assert_adds_up
from tests.system.conftest import Place
from tests.system.footprint import footprint

Ledger = dict[str, int]


def counted(ledger: Ledger, *names: str) -> tuple[int, ...]:
    return tuple(ledger[name] for name in names)


@pytest.mark.goal("G3", "sent as fast as possible: sent = read + overwritten")
def test_frames_sent_as_fast_as_possible_are_read_or_counted_as_overwritten(place: Place) -> None:
    sent = 3000
    for _ in range(sent):
        place.scanner.frame()

    # The viewer has checked that each message's ledger adds up.
    ledger = place.viewer.estimate(seq=sent - 1).fields["ledger"]
    published = place.viewer.estimates("exam-1")

    assert counted(ledger, "sent", "missing", "invalid", "garbage") == (sent, 0, 0, 0)
    assert ledger["overwritten"] > 0
    assert ledger["read"] == len(published) == published[-1]["frames"]
    assert ledger["read"] + ledger["overwritten"] == sent


@pytest.mark.goal("G3", control="a ledger that lacks one frame is found")
def test_control_a_ledger_that_lacks_a_frame_is_found(place: Place) -> None:
    place.scanner.frame()
    ledger = place.viewer.estimate(seq=0).fields["ledger"]
    assert_adds_up(ledger)

    with pytest.raises(AssertionError):
        assert_adds_up({**ledger, "sent": ledger["sent"] + 1})


def test_the_newest_frame_wins(place: Place) -> None:
    for _ in range(3000):
        place.scanner.frame()

    place.viewer.estimate(seq=2999)
    read = [fields["seq"] for fields in place.viewer.estimates("exam-1")]

    assert read == sorted(read)
    assert read[-4:] == [2996, 2997, 2998, 2999]


def test_frames_dropped_on_the_way_are_counted_as_missing(place: Place) -> None:
    for seq in range(600):
        if seq % 3:
            place.scanner.frame(seq=seq)
            place.viewer.estimate(seq)
    place.scanner.event("status", last_seq=604)

    ledger = place.until_status(lambda fields: fields["ledger"]["sent"] == 604)["ledger"]

    assert counted(ledger, "read", "overwritten") == (400, 0)
    assert ledger["missing"] == 604 - 400


@pytest.mark.goal("G3", "a lost tail is counted as missing")
def test_a_lost_tail_is_seen_through_the_status_event(place: Place) -> None:
    place.scanner.frame()
    place.viewer.estimate(seq=0)
    place.scanner.seq = 8  # seven frames never arrive

    ledger = place.until_status(lambda fields: fields["ledger"]["sent"] == 8)["ledger"]

    assert counted(ledger, "read", "missing") == (1, 7)


def test_the_reading_counts_the_tail_that_the_end_of_the_exam_tells_of(place: Place) -> None:
    place.scanner.frame()
    place.viewer.estimate(seq=0)
    place.scanner.event("exam_end", last_seq=4)

    reading = place.viewer.until(lambda message: message.kind == "reading").fields

    assert counted(reading["ledger"], "sent", "read", "missing") == (5, 1, 4)


def test_gaps_are_missing_and_frames_between_are_read(place: Place) -> None:
    for seq in (5, 6, 9, 20):
        place.scanner.frame(seq=seq)
        ledger = place.viewer.estimate(seq).fields["ledger"]

    assert counted(ledger, "sent", "read", "missing") == (16, 4, 12)


@pytest.mark.goal("C3", "duplicates and late frames are counted, not read")
def test_duplicates_and_late_frames_are_counted_but_not_read(place: Place) -> None:
    place.scanner.frame(gray=80)
    place.scanner.frame(gray=80, seq=3)
    for seq in (3, 0, 1, 2, 3):
        place.scanner.frame(gray=200, seq=seq)
    place.scanner.frame(gray=80, seq=4)

    fields = place.viewer.estimate(seq=4).fields

    assert counted(fields["ledger"], "sent", "read", "missing", "duplicate") == (5, 3, 2, 5)
    assert (fields["frames"], fields["median_pct"], fields["iqr_pct"]) == (3, 8.0, 0.0)
    assert [estimate["seq"] for estimate in place.viewer.estimates("exam-1")] == [0, 3, 4]


def test_a_new_epoch_starts_a_new_ledger(place: Place) -> None:
    for _ in range(3):
        place.scanner.frame()
    place.viewer.estimate(seq=2)
    place.scanner.new_epoch()
    place.scanner.frame(seq=100)

    fields = place.viewer.estimate(seq=100).fields

    assert counted(fields["ledger"], "sent", "read", "missing") == (1, 1, 0)
    assert fields["frames"] == 4, "the exam itself goes on"


@pytest.mark.goal("C3", "a replay of an earlier epoch is not read")
def test_a_replay_of_an_earlier_epoch_is_not_read(place: Place) -> None:
    before = place.scanner.epoch
    for _ in range(3):
        place.scanner.frame(gray=80)
    place.viewer.estimate(seq=2)
    place.scanner.new_epoch()
    for seq in range(3):
        place.scanner.frame(gray=200, epoch=before, seq=seq)
    place.scanner.frame(gray=80, seq=0)

    fields = place.viewer.estimate(seq=0).fields

    assert fields["epoch"] == place.scanner.epoch
    assert (fields["frames"], fields["median_pct"]) == (4, 8.0)


def test_an_epoch_in_use_is_not_forgotten_however_many_others_come(place: Place) -> None:
    true_epoch = place.scanner.epoch
    for number in range(100):
        place.scanner.frame(epoch=true_epoch, seq=number)
        ledger = place.viewer.estimate(number).fields["ledger"]
        place.scanner.frame(epoch=number, seq=1000, exam="stray")
        place.viewer.estimate(seq=1000, exam="stray")

    assert counted(ledger, "sent", "read") == (100, 100)


def test_waiting_frames_of_two_epochs_keep_their_own_counts(place: Place) -> None:
    first, second = place.scanner.epoch, place.scanner.epoch + 1
    for seq in range(2000):
        place.scanner.frame(epoch=first, seq=seq)
        place.scanner.frame(epoch=second, seq=seq)
    place.viewer.until(lambda message: message.fields.get("seq") == 1999)
    place.scanner.frame(epoch=first, seq=2000)
    place.scanner.frame(epoch=second, seq=2000)

    last = place.viewer.until(lambda message: message.fields.get("seq") == 2000).fields
    other = place.viewer.until(
        lambda message: message.fields.get("seq") == 2000 and message.fields["epoch"] == second
    ).fields

    for fields in (last, other):
        ledger = fields["ledger"]
        assert counted(ledger, "sent", "missing", "duplicate") == (2001, 0, 0)
        assert ledger["read"] + ledger["overwritten"] == 2001


def test_a_flood_of_exams_costs_neither_memory_nor_a_viewers_messages(place: Place) -> None:
    opened, open_at_most = 2000, 8
    for number in range(opened):
        if number == opened // 10:
            before = footprint(place.daemon.pid)
        place.scanner.frame(exam=f"exam-{number}")
        place.viewer.estimate(seq=number)
    after = footprint(place.daemon.pid)

    ended = [message.fields for message in place.viewer.messages if message.kind == "reading"]
    assert after.peak_mib - before.peak_mib < 16
    # The latest comes again to whoever was there before when a subscription is answered.
    numbers = list(dict.fromkeys(fields["pub_seq"] for fields in ended))
    assert numbers == list(range(len(numbers)))
    assert len(numbers) >= opened - open_at_most - 1


def test_what_the_scanner_itself_drops_is_counted_as_missing(room: Callable[..., Place]) -> None:
    place = room(BareScanner(send_hwm=1))
    place.meet()
    while not place.viewer.find(lambda message: message.fields.get("exam") == "exam-1", 0.1):
        place.scanner.frame()
    first = place.viewer.messages[-1].fields["seq"]
    pixels = bytes(512 * 512)
    for _ in range(400):
        place.scanner.frame(pixels=pixels, width=512, height=512)

    sent = place.scanner.seq - first
    ledger = place.until_status(lambda fields: fields["ledger"]["sent"] == sent)["ledger"]

    assert ledger["missing"] > 0
