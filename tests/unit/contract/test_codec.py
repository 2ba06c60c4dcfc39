import msgpack
import pytest

from edge.contract.codec import (
    RefusedError,
    decode_estimate,
    decode_event,
    decode_frame,
    encode,
)
from edge.contract.messages import Event, FrameHeader

FRAME = {
    "v": 1,
    "epoch": 2**63 + 5,
    "seq": 0,
    "capture_ns": 1_700_000_000_000_000_000,
    "exam": "exam-1",
    "view": "AR",
    "width": 640,
    "height": 480,
    "format": "gray8",
    "spacing_mm": [0.3, 0.31],
}
EVENT = {"v": 1, "epoch": 7, "exam": "e", "event": "status", "last_seq": -1, "time_ns": 5}


def packed(changes: dict[str, object], base: dict[str, object] = FRAME) -> bytes:
    return msgpack.packb({**base, **changes})


def test_a_frame_header_survives_the_wire() -> None:
    header = FrameHeader(**{**FRAME, "spacing_mm": (0.3, 0.31), "hold": 2})  # type: ignore[arg-type]

    assert decode_frame(encode(header)) == header


def test_nil_means_not_said_and_hold_may_be_left_out() -> None:
    header = decode_frame(packed({"view": None, "spacing_mm": None}))

    assert (header.view, header.spacing_mm, header.hold) == (None, None, None)


def test_unknown_keys_are_ignored() -> None:
    assert decode_frame(packed({"probe": "C5", "raw": b"\0", "list": [1, 2]})).seq == 0


@pytest.mark.parametrize("key", list(FRAME))
def test_a_missing_key_is_refused(key: str) -> None:
    fields = {name: value for name, value in FRAME.items() if name != key}

    with pytest.raises(RefusedError):
        decode_frame(msgpack.packb(fields))


@pytest.mark.parametrize("key", list(EVENT))
def test_an_event_without_one_of_its_keys_is_refused(key: str) -> None:
    fields = {name: value for name, value in EVENT.items() if name != key}

    with pytest.raises(RefusedError):
        decode_event(msgpack.packb(fields))


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"epoch": "1"},
        {"seq": -1},
        {"seq": 2**63},
        {"seq": 1.0},
        {"seq": True},
        {"capture_ns": None},
        {"exam": ""},
        {"exam": "a" * 65},
        {"exam": "Jane Doe"},
        {"exam": "a\n"},
        {"exam": "../x"[:2] + "/"},
        {"view": "ar"},
        {"view": "AR+HR"},
        {"width": 15},
        {"width": 4097},
        {"height": 0},
        {"format": "gray16"},
        {"spacing_mm": [0.3]},
        {"spacing_mm": [0.3, 0.3, 0.3]},
        {"spacing_mm": [0.0, 0.3]},
        {"spacing_mm": [float("nan"), 0.3]},
        {"spacing_mm": [float("inf"), 0.3]},
        {"hold": -1},
        {"extra": float("nan")},
        {"extra": [[1]]},
        {"extra": {"a": {}}},
        {"extra": msgpack.ExtType(5, b"")},
        {"extra": msgpack.ExtType(5, b"x")},
        {"extra": msgpack.Timestamp(1)},
        {"extra": list(range(33))},
        {"extra": "x" * 4096},
        {str(number): 0 for number in range(23)},
    ],
    ids=str,
)
def test_a_wrong_value_is_refused_whole(change: dict[str, object]) -> None:
    with pytest.raises(RefusedError):
        decode_frame(packed(change))


def test_32_entries_are_allowed() -> None:
    assert decode_frame(packed({str(number): 0 for number in range(22)})).seq == 0


def test_a_key_that_comes_twice_is_refused() -> None:
    once = packed({})
    twice = bytes([once[0] + 1]) + once[1:] + msgpack.packb("seq") + msgpack.packb(1)

    with pytest.raises(RefusedError, match="twice"):
        decode_frame(twice)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xc1", b"\x93\x01\x02\x03", b"\x91" * 4000, packed({}) + b"\0", packed({})[:-1]],
    ids=["empty", "reserved byte", "array", "deep", "trailing byte", "cut short"],
)
def test_bytes_that_are_no_map_are_refused(data: bytes) -> None:
    with pytest.raises(RefusedError):
        decode_frame(data)


def test_a_refusal_never_repeats_what_was_sent_but_keeps_what_could_be_read() -> None:
    with pytest.raises(RefusedError) as refusal:
        decode_frame(packed({"exam": "Jane Doe"}))

    assert "Jane" not in str(refusal.value)
    assert refusal.value.fields["seq"] == 0


def test_before_its_first_frame_a_scanner_says_minus_one() -> None:
    assert decode_event(msgpack.packb(EVENT)) == Event(**EVENT)  # type: ignore[arg-type]


def test_what_is_no_estimate_is_refused() -> None:
    with pytest.raises(RefusedError):
        decode_estimate(msgpack.packb({"v": 1}))
