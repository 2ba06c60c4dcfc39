from hypothesis import given
from hypothesis import strategies as st

from edge.ledger import MAX_EPOCHS, EpochLedger, ScannerLedger


def test_a_gap_in_the_numbers_is_missing() -> None:
    ledger = EpochLedger()

    assert [ledger.frame(seq) for seq in (10, 11, 15)] == [True, True, True]
    assert (ledger.first, ledger.highest, ledger.missing) == (10, 15, 3)


def test_a_frame_seen_before_or_late_is_a_duplicate_and_stays_missing() -> None:
    ledger = EpochLedger()

    accepted = [ledger.frame(seq) for seq in (10, 12, 12, 11, 9)]

    assert accepted == [True, True, False, False, False]
    assert (ledger.missing, ledger.duplicate) == (1, 3)


def test_an_event_tells_of_a_lost_tail_once() -> None:
    ledger = EpochLedger()
    ledger.frame(0)

    ledger.tail(4)
    ledger.tail(4)

    assert (ledger.missing, ledger.highest) == (4, 4)


def test_an_event_before_the_first_frame_counts_nothing() -> None:
    ledger = EpochLedger()

    ledger.tail(1000)
    ledger.frame(1001)

    assert (ledger.first, ledger.missing) == (1001, 0)


@given(st.lists(st.tuples(st.sampled_from(["frame", "refused", "tail"]), st.integers(0, 60))))
def test_what_was_sent_is_accounted_for_whatever_comes(steps: list[tuple[str, int]]) -> None:
    ledger = EpochLedger()
    queued = 0
    for kind, seq in steps:
        if kind == "frame":
            queued += ledger.frame(seq)
        elif kind == "refused":
            ledger.refused(seq)
        else:
            ledger.tail(seq)
    ledger.read = queued

    counts = ledger.counts(ledger.arrivals(garbage=0), overwritten=0)

    assert counts.sent == counts.read + counts.invalid + counts.missing


def test_a_refused_message_takes_a_frames_place_only_where_it_is_believable() -> None:
    scanner = ScannerLedger(horizon=100)
    scanner.of(7).frame(5)

    scanner.refuse(7, 6)  # the next frame
    for epoch, seq in [(8, 7), (7, 6), (7, 4), (7, 10_000), (7, "9"), (7, True), (None, None)]:
        scanner.refuse(epoch, seq)

    counts = scanner.counts()
    assert (counts.invalid, counts.garbage, counts.sent) == (1, 7, 2)


def test_only_the_latest_epochs_are_remembered() -> None:
    scanner = ScannerLedger()
    for epoch in range(3 * MAX_EPOCHS):
        scanner.of(epoch).frame(0)

    assert len(scanner.epochs) == MAX_EPOCHS


def test_the_totals_of_all_epochs_never_fall_though_old_epochs_are_forgotten() -> None:
    ledger = ScannerLedger()
    before = 0
    for epoch in range(3 * MAX_EPOCHS):
        one = ledger.of(epoch)
        for seq in (0, 2):
            one.frame(seq)
            one.read += 1
        totals = ledger.totals()
        assert totals.sent == totals.read + totals.missing == before + 3
        before = totals.sent
    ledger.refuse(None, None)

    totals = ledger.totals()
    assert (totals.read, totals.missing) == (6 * MAX_EPOCHS, 3 * MAX_EPOCHS)
    assert totals.garbage == 1
