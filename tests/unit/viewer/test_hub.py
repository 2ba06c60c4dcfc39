import json
from typing import Any

from edge.client import Message
from edge.client.messages import decode
from edge.contract.codec import encode
from edge.viewer.history import MAX_POINTS, ExamHistory
from edge.viewer.hub import Hub
from tests.daemon_messages import estimate, reading, status

FACTS: dict[str, Any] = {"model": {"sha256": "0" * 64, "measured_on": "a straight line"}}


def message(said: tuple[str, Any]) -> Message:
    read = decode(said[0], encode(said[1]))
    assert read is not None
    return read


def test_a_page_that_is_opened_late_gets_the_present_state() -> None:
    hub = Hub(FACTS, ["room1", "room2"])
    for seq in range(3):
        hub.take(message(estimate(seq, publish_ns=10**18 + seq)))
    hub.take(message(status()))

    hello = json.loads(hub.snapshot())
    room = hello["rooms"]["room1"]

    assert list(hello["rooms"]) == ["room1", "room2"]
    assert [each["kind"] for each in room["messages"]] == ["status", "estimate"]
    assert room["messages"][1]["median_pct"] == 9.12
    assert room["history"]["AR"][5] == [0, 1, 2]
    assert hello["rooms"]["room2"]["messages"] == []


def test_a_new_exam_starts_afresh() -> None:
    hub = Hub(FACTS, [])
    hub.take(message(estimate(0, view="HR")))
    hub.take(message(estimate(1, exam="exam-2")))

    room = json.loads(hub.snapshot())["rooms"]["room1"]

    assert room["exam"] == "exam-2"
    assert list(room["history"]) == ["AR"]
    assert len(room["messages"]) == 1


def test_numbers_of_64_bits_go_as_text() -> None:
    hub = Hub(FACTS, [])
    hub.take(message(estimate(0, capture_ns=2**62 + 1, epoch=-(2**62) - 1)))

    said = json.loads(hub.snapshot())["rooms"]["room1"]["messages"][0]

    assert (said["capture_ns"], said["epoch"]) == (str(2**62 + 1), str(-(2**62) - 1))


def test_a_reason_comes_with_its_words_and_an_unknown_one_as_itself() -> None:
    hub = Hub(FACTS, [])
    for seq, reason in enumerate(("view_unknown", "quite_new")):
        hub.take(message(estimate(seq, fat_pct=None, reason=reason, view=("AR", "HR")[seq])))

    known, unknown = json.loads(hub.snapshot())["rooms"]["room1"]["messages"]

    assert "which view" in known["hint"]
    assert unknown["hint"] == "quite new"


def test_the_holds_that_a_rule_asks_for_are_told() -> None:
    hub = Hub(FACTS, [])
    for seq, rule in enumerate(("n5-iqr30", "none")):
        hub.take(message(estimate(seq, rule=rule, view=("AR", "HR")[seq])))

    asked, none = json.loads(hub.snapshot())["rooms"]["room1"]["messages"]

    assert (asked["holds_needed"], none["holds_needed"]) == (5, None)


def test_the_reading_says_what_the_model_was_measured_on_if_it_is_the_viewers() -> None:
    hub = Hub(FACTS, [])
    assert hub.reading("room1") is None
    hub.take(message(reading()))
    known = hub.reading("room1")
    other = Hub({"model": {"sha256": "1" * 64, "measured_on": "a straight line"}}, [])
    other.take(message(reading()))
    unknown = other.reading("room1")

    assert known is not None
    assert unknown is not None
    assert known["measured_on"] == "a straight line"
    assert unknown["measured_on"] is None
    assert known["views"]["AR+HR"]["median_pct"] == 9.42


def test_an_exam_of_hours_is_bounded() -> None:
    history = ExamHistory()
    for seq in range(MAX_POINTS + 10):
        made = message(estimate(0))
        history.add(made) if seq == 0 else history.points["AR"].append(history.points["AR"][0])  # type: ignore[arg-type]

    assert len(history.points["AR"]) == MAX_POINTS
