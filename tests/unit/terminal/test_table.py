from collections.abc import Callable

from rich.console import RenderableType

from edge.contract.messages import LedgerCounts
from edge.terminal.board import Board
from edge.terminal.table import render
from tests.daemon_messages import START_NS, estimate, reading, status

Draw = Callable[[RenderableType], str]

SOURCE = "tcp://127.0.0.1:5556"


def _row(text: str, view: str) -> list[str]:
    """Cells of a view's row, the scanner's name left out."""
    line = next(line for line in text.splitlines() if f" {view} " in f" {line} ")
    return line.split()[line.split().index(view) :]


def _running() -> Board:
    board = Board()
    board.update(*status(0), 10.0)
    for number in range(31):
        board.update(*estimate(number, publish_ns=START_NS + 1), 9.0 + number / 30)
    return board


def test_every_figure_of_a_view_is_shown(draw: Draw) -> None:
    text = draw(render(_running(), SOURCE, 10.0))

    assert _row(text, "AR") == ["AR", "8.31", "9.12", "0.61", "S2", "moderate", "31", "30.0", "4.2"]


def test_state_model_and_ledger_stand_below(draw: Draw) -> None:
    board = _running()
    ledger = LedgerCounts(
        sent=99, read=90, gated=1, overwritten=2, invalid=3, missing=3, duplicate=4, garbage=5
    )
    board.update(*status(1, ledger=ledger, publish_ns=START_NS + 2), 10.0)

    text = draw(render(board, SOURCE, 10.0))

    assert "room1: ready, 30.0 frames/s, exam exam-1" in text
    assert "sent 99 = read 90 + gated 1 + overwritten 2 + invalid 3 + missing 3" in text
    assert "duplicate 4, garbage 5" in text
    assert "model tiny 0 (fp32) on cpu, up 1:02:03, journal off" in text
    assert "missed 0 of the daemon's messages" in text


def test_stale_numbers_are_blanked_and_it_is_said_since_when(draw: Draw) -> None:
    board = _running()

    text = draw(render(board, SOURCE, 12.4))

    assert _row(text, "AR") == ["AR", *["-"] * 7]
    assert "STALE: nothing heard for 2 s, since " in text
    assert "the numbers are blanked" in text
    assert not any(figure in text for figure in ("8.31", "9.12", "0.61", "S2", "sent 31"))


def test_a_view_that_is_over_keeps_its_median_but_not_its_frame(draw: Draw) -> None:
    board = _running()
    board.update(*status(1, publish_ns=START_NS + 2), 12.4)

    text = draw(render(board, SOURCE, 12.5))

    assert _row(text, "AR") == ["AR", "-", "9.12", "0.61", "S2", "moderate", "31", "-", "-"]


def test_a_frame_that_was_not_read_says_why_in_words(draw: Draw) -> None:
    board = Board()
    lost = {"fat_pct": None, "median_pct": None, "iqr_pct": None, "grade": None}
    board.update(*estimate(7, view=None, reason="view_unknown", **lost), 1.0)

    text = draw(render(board, SOURCE, 1.0))

    assert "not read" in text
    assert "frame 7 was not read. Neither the header nor, so far, the picture says" in text


def test_a_reason_that_is_not_known_here_is_shown_as_it_is(draw: Draw) -> None:
    board = Board()
    board.update(*estimate(7, fat_pct=None, reason="too_dark\x1b[2J"), 1.0)

    assert "was not read. too_dark?[2J" in draw(render(board, SOURCE, 1.0))


def test_flags_are_shown_in_words(draw: Draw) -> None:
    board = Board()
    board.update(*estimate(7, flags=["unknown_scale"]), 1.0)

    assert "AR: unknown scale" in draw(render(board, SOURCE, 1.0))


def test_nothing_that_a_peer_sent_can_drive_the_terminal(draw: Draw) -> None:
    board = Board()
    board.update(*estimate(0, exam="\x1b[31m\x9b2J[bold]", scanner="[red]a\x07"), 1.0)
    board.update(*reading(0, scanner="b", exam="\x1b]0;title\x07"), 1.0)

    text = draw(render(board, SOURCE, 1.0))

    assert all(char.isprintable() or char == "\n" for char in text)
    assert "exam ?[31m?2J[bold]" in text


def test_the_final_reading_takes_the_place_of_the_live_rows(draw: Draw) -> None:
    board = _running()
    board.update(*reading(0, publish_ns=START_NS + 5), 11.0)

    text = draw(render(board, SOURCE, 11.0))

    assert "Final reading of exam exam-1 (room1)" in text
    assert _row(text, "AR+HR") == ["AR+HR", "9.42", "0.55", "S2", "moderate", "50"]
    assert "frame %" not in text


def test_a_final_reading_stays_though_the_daemon_is_gone(draw: Draw) -> None:
    board = _running()
    board.update(*reading(0, publish_ns=START_NS + 5), 11.0)

    text = draw(render(board, SOURCE, 99.0))

    assert "9.42" in text
    assert "STALE: nothing heard for 88 s" in text


def test_two_scanners_have_rows_and_lines_of_their_own(draw: Draw) -> None:
    board = Board()
    for name in ("room1", "a-scanner-with-a-long-name"):
        board.update(*status(0, scanner=name), 1.0)
        board.update(*estimate(0, scanner=name), 1.0)

    text = draw(render(board, SOURCE, 1.0))

    assert text.count("S2 moderate") == 2
    assert "a-scanner-w" in text
    assert "a-scanner-with-a-long-name: ready" in text


def test_before_the_first_message_it_says_what_to_do(draw: Draw) -> None:
    text = draw(render(Board(), SOURCE, 1.0))

    assert f"Nothing has come from {SOURCE} yet" in text
    assert "python -m edge run" in text


def test_every_picture_says_what_it_is_not(draw: Draw) -> None:
    for board in (Board(), _running()):
        assert "Research use only; not a medical device." in draw(render(board, SOURCE, 10.0))


def test_a_full_picture_fits_a_terminal_of_24_lines(draw: Draw) -> None:
    board = _running()
    for view in ("HR", "AR+HR"):
        board.update(*estimate(0, view=view), 10.0)
    board.update(*estimate(9, view=None, fat_pct=None, reason="view_unknown"), 10.0)

    lines = draw(render(board, SOURCE, 10.0)).splitlines()

    assert len(lines) < 24
    assert max(map(len, lines)) <= 80
