from edge.terminal.board import Board
from edge.terminal.lines import Lines
from tests.daemon_messages import START_NS, estimate, status

SOURCE = "tcp://127.0.0.1:5556"


def _begun(board: Board, now_s: float) -> Lines:
    """Lines that have said what they are."""
    lines = Lines(SOURCE)
    assert lines.new(board, now_s)
    return lines


def test_it_begins_with_what_it_listens_to_and_what_it_is_not() -> None:
    assert Lines(SOURCE).new(Board(), 0.0) == [
        f"listening to {SOURCE}. Research use only; not a medical device."
    ]


def test_each_view_has_a_line_a_second() -> None:
    board = Board()
    lines = _begun(board, 0.0)
    said = []
    for number in range(90):
        now_s = 1.0 + number / 30
        board.update(*estimate(number), now_s)
        board.update(*estimate(number, view="HR"), now_s)
        said += lines.new(board, now_s)

    assert [line.partition(":")[0] for line in said] == ["room1 AR", "room1 HR"] * 3
    assert said[-2] == (
        "room1 AR: frame 8.31 %, median 9.12 %, IQR 0.61 %, grade S2 moderate, 61 frames, "
        "0 holds: collecting (rule none), 30.0 fps, age 4.2 ms"
    )


def test_a_view_without_a_new_frame_has_no_line() -> None:
    board = Board()
    lines = _begun(board, 0.0)
    board.update(*estimate(0), 1.0)
    assert lines.new(board, 1.0)

    board.update(*status(0), 2.5)
    board.update(*status(1), 3.5)

    assert [line for line in lines.new(board, 3.5) if "AR" in line] == []


def test_at_the_end_everything_is_said_at_once() -> None:
    board = Board()
    lines = _begun(board, 0.0)
    board.update(*estimate(0), 0.1)

    assert lines.new(board, 0.2) == []
    assert len(lines.new(board, 0.2, at_once=True)) == 1


def test_silence_is_said_once_and_so_is_its_end() -> None:
    board = Board()
    lines = _begun(board, 0.0)
    board.update(*status(0), 1.0)
    lines.new(board, 1.0)

    silent = [line for now_s in (3.1, 4.2, 5.3) for line in lines.new(board, now_s)]
    board.update(*status(1), 6.0)

    assert len(silent) == 1
    assert silent[0].startswith("room1: STALE: nothing heard for 2 s")
    assert lines.new(board, 6.4) == ["room1: heard again"]


def test_a_frame_that_was_not_read_says_why() -> None:
    board = Board()
    lines = _begun(board, 0.0)
    board.update(*estimate(0, view=None, fat_pct=None, reason="view_unknown"), 1.5)

    (line,) = lines.new(board, 1.5)

    assert line.startswith("room1 ?: frame not read, ")
    assert line.endswith(". Neither the header nor, so far, the picture says which view this is.")


def test_a_change_of_state_is_said() -> None:
    board = Board()
    lines = _begun(board, 0.0)
    board.update(*status(0, "ready"), 1.5)
    first = lines.new(board, 1.5)
    board.update(*status(1, "no_source", publish_ns=START_NS + 1), 2.6)

    assert first == ["room1: ready, model tiny 0 (fp32) on cpu"]
    assert lines.new(board, 2.6) == ["room1: no scanner is heard, model tiny 0 (fp32) on cpu"]


def test_own_gaps_are_said() -> None:
    board = Board()
    lines = _begun(board, 0.0)
    board.update(*estimate(0), 1.5)
    board.update(*estimate(5), 1.6)

    assert "this viewer: missed 4, refused 0 messages" in lines.new(board, 1.6)


def test_where_nothing_comes_it_says_so_once() -> None:
    board = Board()
    lines = _begun(board, 0.0)

    said = [line for now_s in (1.5, 2.6, 3.7) for line in lines.new(board, now_s)]

    assert len(said) == 1
    assert said[0].startswith(f"Nothing has come from {SOURCE} yet")
