from collections.abc import Callable

import msgspec
from rich.console import RenderableType

from edge.terminal.final import final_notes, final_table
from tests.daemon_messages import reading, summary

Draw = Callable[[RenderableType], str]


def test_the_views_stand_in_their_order(draw: Draw) -> None:
    text = draw(final_table(reading()[1]))

    assert [line.split()[0] for line in text.splitlines()[3:]] == ["AR", "HR", "AR+HR"]
    assert "HR         10.89    0.55   S2 moderate       50" in text


def test_the_simulators_truth_stands_beside_and_is_called_that(draw: Draw) -> None:
    text = draw(final_table(reading()[1], 12.0))

    assert "true fat % (simulator's)" in text
    assert text.count("12.00") == 3


def test_each_grade_has_a_word_that_needs_no_colour(draw: Draw) -> None:
    for median_pct, words in (
        (1.0, "S0 none"),
        (5.0, "S1 mild"),
        (10.0, "S2 moderate"),
        (20.0, "S3 severe"),
    ):
        assert words in draw(final_table(reading(views={"AR": summary(median_pct)})[1]))


def test_the_notes_say_what_a_figure_rests_on() -> None:
    full = msgspec.structs.replace(
        summary(4.0),
        interval_pct=(1.5, 9.0),
        grades_possible=["S0", "S1", "S2"],
        holds=5,
        hold_median_pct=4.1,
        hold_iqr_pct=0.8,
        verdict="repeatable",
        rule="n5-iqr30",
        frames_by_view={"AR": 120, "HR": 80},
        reasons={"no_contact": 12},
        restarts=1,
    )

    (note,) = final_notes(reading(views={"AR+HR": full})[1])

    assert note == (
        "AR+HR: 90 % interval 1.5-9.0 %, S1 mild, could be S0 or S2; 5 holds, median 4.10 %, "
        "IQR 0.80 %: repeatable (rule n5-iqr30); of 120 AR + 80 HR frames; not read: 12 no "
        "contact; began anew in this exam: model, depth or geometry changed"
    )
