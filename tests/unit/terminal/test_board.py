from edge.contract.messages import LedgerCounts
from edge.terminal.board import Board
from tests.daemon_messages import SECOND_NS, START_NS, estimate, reading, status


def test_the_latest_estimate_of_each_view_is_kept() -> None:
    board = Board()
    board.update(*estimate(0, view="HR", fat_pct=4.0), 1.0)
    board.update(*estimate(0, fat_pct=5.0), 1.0)
    board.update(*estimate(1, fat_pct=6.0), 1.1)

    rows = board.scanners["room1"].rows()

    assert list(rows) == ["AR", "HR"]
    assert [row.estimate.fat_pct for row in rows.values()] == [6.0, 4.0]


def test_an_estimate_without_a_view_has_its_own_row() -> None:
    board = Board()
    board.update(*estimate(0, view=None, fat_pct=None, reason="view_unknown"), 1.0)

    assert list(board.scanners["room1"].rows()) == ["?"]


def test_after_two_seconds_of_silence_the_scanner_is_stale() -> None:
    board = Board()
    board.update(*estimate(0), 1.0)

    assert not board.scanners["room1"].is_stale(3.0)
    assert board.scanners["room1"].is_stale(3.1)


def test_a_status_keeps_the_scanner_from_being_stale_but_not_the_frame() -> None:
    board = Board()
    board.update(*estimate(0), 1.0)
    board.update(*status(0), 3.0)

    scanner = board.scanners["room1"]

    assert not scanner.is_stale(4.0)
    assert not scanner.rows()["AR"].is_live(4.0)


def test_a_value_sent_again_does_not_make_old_data_fresh() -> None:
    board = Board()
    board.update(*estimate(3), 1.0)
    board.update(*estimate(3), 5.0)

    assert board.scanners["room1"].is_stale(5.0)
    assert board.missed == 0


def test_each_scanner_goes_stale_for_itself() -> None:
    board = Board()
    board.update(*status(0, scanner="a"), 1.0)
    board.update(*status(0, scanner="b"), 4.0)

    assert [board.scanners[name].is_stale(4.0) for name in "ab"] == [True, False]


def test_views_of_different_exams_are_never_side_by_side() -> None:
    board = Board()
    board.update(*estimate(0, view="HR", exam="first"), 1.0)
    board.update(*estimate(0, view="AR", exam="first"), 1.0)
    board.update(*estimate(1, view="AR", exam="second"), 2.0)

    assert board.scanners["room1"].exam == "second"
    assert list(board.scanners["room1"].rows()) == ["AR"]


def test_a_late_viewer_sees_the_exam_that_was_published_last() -> None:
    board = Board()
    hour_ns = 3600 * SECOND_NS
    board.update(*status(50, publish_ns=START_NS + hour_ns), 1.0)
    board.update(*estimate(90, view="AR", exam="now", publish_ns=START_NS + hour_ns - 1000), 1.0)
    board.update(*estimate(70, view="HR", exam="before"), 1.0)
    board.update(*reading(2, exam="before"), 1.0)

    scanner = board.scanners["room1"]

    assert (scanner.exam, scanner.final()) == ("now", None)
    assert list(scanner.rows()) == ["AR"]


def test_a_frame_of_an_hour_ago_is_not_live_for_a_late_viewer() -> None:
    board = Board()
    board.update(*status(50, publish_ns=START_NS + 3600 * SECOND_NS), 1.0)
    board.update(*estimate(70), 1.0)

    row = board.scanners["room1"].rows()["AR"]

    assert not row.is_live(1.0)


def test_an_old_value_does_not_turn_the_ledger_back() -> None:
    board = Board()
    later_ns = START_NS + 10 * SECOND_NS
    board.update(*status(5, ledger=LedgerCounts(sent=9, read=9), publish_ns=later_ns), 1.0)
    board.update(*estimate(3), 1.0)

    assert board.scanners["room1"].ledger.sent == 9


def test_the_reading_ends_the_exam_until_a_frame_of_another_comes() -> None:
    board = Board()
    board.update(*estimate(0), 1.0)
    board.update(*reading(0, publish_ns=START_NS + 1), 1.1)
    final = board.scanners["room1"].final()

    board.update(*estimate(1, exam="exam-2", publish_ns=START_NS + 2), 1.2)

    assert final is not None
    assert final.views["HR"].median_pct == 10.89
    assert board.scanners["room1"].final() is None


def test_an_exam_that_goes_on_after_its_reading_starts_anew() -> None:
    board = Board()
    board.update(*estimate(0, view="HR"), 1.0)
    board.update(*reading(0, publish_ns=START_NS + 1), 1.1)
    board.update(*estimate(0, view="AR", publish_ns=START_NS + 2), 1.2)

    assert list(board.scanners["room1"].rows()) == ["AR"]


def test_a_clock_set_back_does_not_hold_an_old_exam_on_show() -> None:
    board = Board()
    board.update(*estimate(0, exam="first"), 1.0)
    board.update(*estimate(1, exam="second", publish_ns=START_NS - 3600 * SECOND_NS), 1.1)

    scanner = board.scanners["room1"]

    assert scanner.exam == "second"
    assert scanner.rows()["AR"].is_live(1.1)


def test_a_restarted_daemon_clears_the_board() -> None:
    board = Board()
    board.update(*estimate(40), 1.0)
    board.update(*status(0, "starting", pub_epoch=10, publish_ns=START_NS + 1), 2.0)

    scanner = board.scanners["room1"]

    assert (scanner.rows(), scanner.exam) == ({}, None)
    assert board.missed == 0


def test_own_gaps_are_counted_over_all_topics() -> None:
    board = Board()
    for number in (0, 1, 4):
        board.update(*estimate(number), 1.0)
        board.update(*estimate(number, view="HR"), 1.0)

    assert board.missed == 4
