"""What the daemon publishes, read with nothing but pyzmq and msgpack, against docs/protocol.md."""

import pytest

from tests.system.bare_viewer import BareViewer, topics_of
from tests.system.conftest import Place

NUMBER = (int, float)
NIL = type(None)

SUMMARY = {
    "median_pct": (float, NIL),
    "iqr_pct": (float, NIL),
    "frames": int,
    "holds": int,
    "hold_median_pct": (float, NIL),
    "hold_iqr_pct": (float, NIL),
    "interval_pct": (list, NIL),
    "grade": (str, NIL),
    "verdict": str,
    "rule": str,
}
PUBLISHED = {"v": int, "scanner": str, "pub_epoch": int, "pub_seq": int, "publish_ns": int}
ESTIMATE = {
    **PUBLISHED,
    **SUMMARY,
    "exam": str,
    "view": (str, NIL),
    "epoch": int,
    "seq": int,
    "capture_ns": int,
    "age_ms": float,
    "stage_ms": dict,
    "fat_pct": (float, NIL),
    "reason": (str, NIL),
    "flags": list,
    "ledger": dict,
    "model": dict,
}
READING = {**PUBLISHED, "exam": str, "views": dict, "ledger": dict, "model": dict}
STATUS = {
    **PUBLISHED,
    "state": str,
    "fps": float,
    "ledger": dict,
    "provider": str,
    "model": dict,
    "uptime_s": float,
    "journal": str,
    "clock_offset_ms": (float, NIL),
}
LEDGER = dict.fromkeys(
    ("sent", "read", "gated", "overwritten", "invalid", "missing", "duplicate", "garbage"), int
)
MODEL = dict.fromkeys(("name", "version", "sha256", "provider", "precision"), str)
STAGES = dict.fromkeys(("receive", "gate", "crop", "infer", "journal"), float)


def assert_typed(fields: dict[str, object], table: dict[str, object]) -> None:
    """Every key of the table is there with its type."""
    for key, kind in table.items():
        assert key in fields, f"{key} is missing"
        assert isinstance(fields[key], kind), f"{key} is {fields[key]!r}"
        assert not isinstance(fields[key], bool), f"{key} is {fields[key]!r}"


def test_an_estimate_has_every_key_of_the_protocol_with_its_type(place: Place) -> None:
    sent = place.scanner.frame(gray=80)
    fields = place.viewer.estimate(seq=0).fields

    assert_typed(fields, ESTIMATE)
    assert_typed(fields["ledger"], LEDGER)
    assert_typed(fields["model"], MODEL)
    assert_typed(fields["stage_ms"], STAGES)
    for key in ("v", "exam", "view", "epoch", "seq", "capture_ns"):
        assert fields[key] == sent[key]
    assert (fields["scanner"], fields["v"]) == (place.name, 1)
    assert (fields["fat_pct"], fields["median_pct"], fields["frames"]) == (8.0, 8.0, 1)
    assert (fields["iqr_pct"], fields["reason"], fields["flags"]) == (0.0, None, [])


def test_a_reading_has_every_key_of_the_protocol_with_its_type(place: Place) -> None:
    place.scanner.frame()
    place.viewer.estimate(seq=0)
    place.scanner.event("exam_end")
    fields = place.viewer.until(lambda message: message.kind == "reading").fields

    assert_typed(fields, READING)
    assert_typed(fields["views"]["AR"], SUMMARY)
    assert_typed(fields["ledger"], LEDGER)
    assert_typed(fields["model"], MODEL)


def test_a_status_comes_every_second_with_every_key_and_its_type(place: Place) -> None:
    first = place.until_status(lambda fields: fields["state"] != "starting")
    second = place.until_status(lambda fields: fields["pub_seq"] == first["pub_seq"] + 1)

    assert_typed(first, STATUS)
    assert_typed(first["ledger"], LEDGER)
    assert_typed(first["model"], MODEL)
    assert first["state"] in ("ready", "stale")  # of the greeting's frames, which have ended
    assert first["provider"] == first["model"]["provider"] == "cpu"
    assert 0.9 <= (second["publish_ns"] - first["publish_ns"]) / 1e9 <= 2.0
    assert second["uptime_s"] > first["uptime_s"]


@pytest.mark.parametrize("number", [0, 2**53 + 1, 2**63 - 1])
def test_64_bit_numbers_come_back_exactly(place: Place, number: int) -> None:
    place.scanner.frame(seq=number, capture_ns=-number, epoch=number)

    fields = place.viewer.estimate(seq=number).fields

    assert (fields["epoch"], fields["capture_ns"]) == (number, -number)
    assert fields["ledger"]["sent"] == 1


def test_the_stages_are_parts_of_the_age(place: Place) -> None:
    for gray in range(40, 70):
        place.scanner.frame(gray, view=("AR", "HR")[gray % 2])
        place.viewer.estimate(place.scanner.seq - 1, ("AR", "HR")[gray % 2])

    ages = [
        (fields["age_ms"], sum(fields["stage_ms"].values()))
        for fields in place.viewer.estimates("exam-1")
    ]
    assert all(stages_ms >= 0 for _, stages_ms in ages)
    assert all(age_ms >= stages_ms - 1e-6 for age_ms, stages_ms in ages)


def test_a_frame_of_unknown_view_is_not_read_and_says_why(place: Place) -> None:
    place.scanner.frame(view=None)

    fields = place.viewer.estimate(seq=0, view="?", exam="exam-1").fields

    assert (fields["view"], fields["fat_pct"], fields["median_pct"]) == (None, None, None)
    assert (fields["reason"], fields["frames"], fields["grade"]) == ("view_unknown", 0, None)
    assert (fields["ledger"]["gated"], fields["ledger"]["read"]) == (1, 0)


def test_a_late_viewer_gets_the_latest_of_every_topic_at_once(place: Place) -> None:
    place.scanner.frame(gray=40)
    place.scanner.frame(gray=50, view="HR")
    place.scanner.event("exam_end")
    place.viewer.until(lambda message: message.kind == "reading")
    kinds = ("fat", "reading")
    latest = {
        message.topic: message.raw for message in place.viewer.messages if message.kind in kinds
    }
    late = BareViewer(place.address, *topics_of(place.name)[:2])

    late.until(lambda _: len(late.messages) == len(latest), timeout_s=2)
    late.close()

    assert {message.topic: message.raw for message in late.messages} == latest
    assert len(latest) == 5  # AR, HR, AR+HR, ? of the greeting, and the reading


def test_a_viewer_can_count_its_own_gaps(place: Place) -> None:
    for _ in range(30):
        place.scanner.frame(view=("AR", "HR")[place.scanner.seq % 2])
    place.viewer.estimate(29, "AR+HR")

    numbers: dict[str, list[int]] = {}
    for message in place.viewer.messages:
        found = numbers.setdefault(message.topic, [])
        if message.fields["pub_seq"] not in found[-1:]:  # the latest may come once more
            found.append(message.fields["pub_seq"])

    assert len({message.fields["pub_epoch"] for message in place.viewer.messages}) == 1
    for topic, found in numbers.items():
        assert found == list(range(found[0], found[0] + len(found))), topic
    assert numbers[f"fat/{place.name}/AR+HR"][0] == 0


def test_unknown_header_keys_are_ignored(place: Place) -> None:
    unknown = {"firmware": "9.1", "gains": [1, 2, 3], "probe": {"mhz": 3.5}, "note": b"\x00"}
    place.scanner.frame(gray=80, hold=3, **unknown)

    assert place.viewer.estimate(seq=0).fields["fat_pct"] == 8.0
