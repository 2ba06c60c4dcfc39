import dataclasses

import pytest

from edge.client.messages import Estimate, Status, decode
from edge.client.topic_state import TopicStates
from edge.contract.codec import encode
from edge.contract.topics import SILENCE_S
from tests.daemon_messages import START_NS, estimate, status

AR, HR = "fat/room1/AR", "fat/room1/HR"


def an_estimate(seq: int = 0, **chosen: object) -> Estimate:
    topic, message = estimate(seq, **chosen)
    read = decode(topic, encode(message))
    assert isinstance(read, Estimate)
    return read


def a_status(seq: int = 0, **chosen: object) -> Status:
    topic, message = status(seq, **chosen)
    read = decode(topic, encode(message))
    assert isinstance(read, Status)
    return read


def test_an_estimate_that_has_just_come_is_alive_fresh_and_valid() -> None:
    states = TopicStates()
    states.take(an_estimate(), 10.0)

    state = states.state(AR, 10.5)

    assert state is not None
    assert (state.alive, state.fresh, state.valid) == (True, True, True)
    assert state.estimate.median_pct == 9.12
    assert state.age_ms == pytest.approx(4.25 + 500)


def test_after_two_seconds_of_silence_no_number_is_left() -> None:
    states = TopicStates()
    states.take(an_estimate(interval_pct=(1.0, 2.0), hold_median_pct=1.0, hold_iqr_pct=1.0), 10.0)

    state = states.state(AR, 10.0 + SILENCE_S + 0.01)

    assert state is not None
    assert (state.alive, state.fresh, state.valid) == (False, False, False)
    assert state.estimate.blank
    values = dataclasses.asdict(state.estimate)
    assert {values[name] for name in values if name.endswith("_pct") or name == "grade"} == {None}


def test_a_status_keeps_the_scanner_alive_but_the_estimate_not_fresh() -> None:
    states = TopicStates()
    states.take(an_estimate(), 10.0)
    states.take(a_status(), 14.0)

    state = states.state(AR, 14.5)

    assert state is not None
    assert (state.alive, state.fresh, state.valid) == (True, False, False)
    assert state.estimate.median_pct == 9.12, "the exam's median still holds"


def test_a_frame_that_was_not_read_is_not_valid() -> None:
    states = TopicStates()
    states.take(an_estimate(fat_pct=None, reason="black"), 10.0)

    state = states.state(AR, 10.1)

    assert state is not None
    assert (state.alive, state.fresh, state.valid) == (True, True, False)


def test_what_is_sent_to_a_late_viewer_is_as_old_as_it_is() -> None:
    states = TopicStates()
    states.take(a_status(publish_ns=START_NS), 10.0)
    states.take(an_estimate(publish_ns=START_NS - 60_000_000_000), 10.0)

    state = states.state(AR, 10.0)

    assert state is not None
    assert not state.fresh
    assert state.age_ms == pytest.approx(60_004.25)


def test_a_daemons_clock_that_is_set_back_makes_nothing_old() -> None:
    states = TopicStates()
    states.take(an_estimate(0, publish_ns=START_NS), 10.0)
    states.take(an_estimate(1, publish_ns=START_NS - 3_600_000_000_000), 10.03)

    state = states.state(AR, 10.03)

    assert state is not None
    assert state.fresh


def test_each_silence_blanks_every_topic_once() -> None:
    states = TopicStates()
    states.take(an_estimate(0), 10.0)
    states.take(an_estimate(0, view="HR"), 10.0)

    assert states.fallen_silent(11.9) == []
    silent = states.fallen_silent(12.1)
    assert [(each.topic, each.blank) for each in silent] == [(AR, True), (HR, True)]
    assert states.fallen_silent(12.2) == []

    states.take(an_estimate(1), 13.0)
    assert states.fallen_silent(13.1) == []
    assert [each.topic for each in states.fallen_silent(15.1)] == [AR, HR]


def test_a_scanner_that_speaks_does_not_keep_another_alive() -> None:
    states = TopicStates()
    states.take(an_estimate(0), 10.0)
    states.take(an_estimate(0, scanner="room2"), 13.0)

    assert [each.scanner for each in states.fallen_silent(13.0)] == ["room1"]


def test_a_repeat_is_no_sign_of_life() -> None:
    states = TopicStates()
    assert states.take(an_estimate(0), 10.0)

    assert not states.take(an_estimate(0), 11.9)
    assert [each.topic for each in states.fallen_silent(12.1)] == [AR]
