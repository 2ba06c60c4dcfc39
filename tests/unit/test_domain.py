"""Which view a frame is taken for, and when it is believed: every rule with its boundary."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.contract.grading import View
from edge.contract.heads import DomainLimits, Heads, Shown
from edge.domain import AGREEING, FORGOTTEN, ViewWatch, domain, shown

LIMITS = DomainLimits(near=3.0, out=5.0)
HEADS = Heads(sure=0.9, domain={"AR": LIMITS, "HR": LIMITS}, fitted_on="nothing")
TOLD: list[Shown | None] = ["AR", "HR", "neither", None]


def logit(*probability: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.log(np.array([probability], np.float32))


@pytest.mark.parametrize(
    ("probability", "told"),
    [
        ((0.95, 0.03, 0.02), "AR"),
        ((0.03, 0.95, 0.02), "HR"),
        ((0.03, 0.02, 0.95), "neither"),
        ((0.89, 0.06, 0.05), None),
        ((0.91, 0.05, 0.04), "AR"),
    ],
)
def test_a_view_is_told_only_when_sure(probability: tuple[float, ...], told: Shown | None) -> None:
    assert shown(logit(*probability), HEADS) == told
    assert shown(logit(*probability) + 700, HEADS) == told  # no overflow


@pytest.mark.parametrize(
    ("probability", "declared", "told"),
    [
        ((0.95, 0.03, 0.02), "AR", "AR"),
        ((0.95, 0.03, 0.02), "HR", None),
        ((0.95, 0.03, 0.02), None, "AR"),
        ((0.9999, 0.0001, 0.00001), "HR", "AR"),
        ((0.0001, 0.9999, 0.00001), "AR", "HR"),
        ((0.03, 0.02, 0.95), "AR", "neither"),
        ((0.03, 0.02, 0.95), "HR", "neither"),
    ],
)
def test_a_declared_view_is_contradicted_by_the_sure_alone(
    probability: tuple[float, ...], declared: View | None, told: Shown | None
) -> None:
    assert shown(logit(*probability), HEADS, declared) == told


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_logit_that_is_no_number_tells_nothing(bad: float) -> None:
    assert shown(np.array([[bad, 0, 0]], np.float32), HEADS) is None


@pytest.mark.parametrize(
    ("score", "state"),
    [
        (0.0, "in"),
        (3.0, "in"),
        (3.01, "near"),
        (5.0, "near"),
        (5.01, "out"),
        (np.nan, "out"),
        (np.inf, "out"),
    ],
)
def test_a_score_is_in_near_or_out(score: float, state: str) -> None:
    assert domain(score, LIMITS) == state


@pytest.mark.parametrize(("score", "state"), [(2.9, "in"), (3.1, "out"), (5.1, "out")])
def test_what_both_heads_doubt_is_out(score: float, state: str) -> None:
    assert domain(score, LIMITS, "neither") == state


def test_limits_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ValueError, match=r"near 5\.0 is above out 3\.0"):
        DomainLimits(near=5.0, out=3.0)


def see(watch: ViewWatch, declared: View | None, *told: Shown | None) -> list[View | None]:
    return [watch.see(declared, one) for one in told]


def test_a_frame_without_a_view_is_assigned_one_once_enough_frames_agree() -> None:
    assert see(ViewWatch(), None, *["HR"] * (AGREEING + 1)) == [None] * (AGREEING - 1) + ["HR"] * 2


def test_abstentions_between_do_not_start_the_count_anew_and_take_the_view_believed() -> None:
    watch = ViewWatch()
    see(watch, None, *itertools.chain.from_iterable([("AR", None)] * AGREEING))
    assert see(watch, None, None) == ["AR"]


def test_a_single_odd_frame_is_not_assigned_and_changes_nothing() -> None:
    watch = ViewWatch()
    see(watch, None, *["AR"] * AGREEING)
    assert see(watch, None, "HR", "AR", "neither", None) == [None, "AR", None, "AR"]


def test_neither_is_no_view() -> None:
    assert see(ViewWatch(), None, *["neither"] * 9) == [None] * 9


def test_a_second_of_abstentions_forgets_the_view() -> None:
    watch = ViewWatch()
    see(watch, None, *["AR"] * AGREEING)
    assert see(watch, None, *[None] * FORGOTTEN)[-2:] == ["AR", None]


@pytest.mark.parametrize("contradicting", ["HR", "neither"])
def test_a_declared_view_is_wrong_once_enough_frames_contradict_it(contradicting: Shown) -> None:
    watch = ViewWatch()
    see(watch, "AR", *["AR"] * 9)
    for number in range(1, AGREEING + 1):
        assert see(watch, "AR", contradicting) == ["AR"]
        assert watch.wrong == (number == AGREEING)
    see(watch, "AR", *["AR"] * (AGREEING - 1))
    assert watch.wrong
    see(watch, "AR", "AR")
    assert not watch.wrong


def test_another_declaration_starts_afresh() -> None:
    watch = ViewWatch()
    see(watch, "AR", *["HR"] * AGREEING)
    assert watch.wrong
    see(watch, "HR", "HR")
    assert not watch.wrong


@given(
    st.lists(st.tuples(st.sampled_from(["AR", "HR", None]), st.sampled_from(TOLD)), max_size=120)
)
def test_nothing_is_believed_that_was_not_told_by_agreeing_frames(
    frames: list[tuple[View | None, Shown | None]],
) -> None:
    """Against a plain oracle that looks back over the whole past of the present declaration."""
    watch = ViewWatch()
    for number, (declared, told) in enumerate(frames):
        assigned = watch.see(declared, told)
        believed = oracle(frames[: number + 1])
        assert watch.wrong == (declared is not None and believed not in (None, declared))
        if declared is not None:
            assert assigned == declared
        else:
            sure = believed in ("AR", "HR") and told in (None, believed)
            assert assigned == (believed if sure else None)


def oracle(past: list[tuple[View | None, Shown | None]]) -> Shown | None:
    declared = past[-1][0]
    same = list(itertools.takewhile(lambda frame: frame[0] == declared, reversed(past)))
    told = [frame[1] for frame in reversed(same)]
    for start in range(len(told) - FORGOTTEN, -1, -1):
        if all(one is None for one in told[start : start + FORGOTTEN]):
            told = told[start + FORGOTTEN :]
            break
    said = [one for one in told if one is not None]
    for end in range(len(said), AGREEING - 1, -1):
        last = said[end - AGREEING : end]
        if len(set(last)) == 1:
            return last[0]
    return None
