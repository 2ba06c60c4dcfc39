import pytest
from zmq.utils import z85

from edge.sockets import zap

KEY = bytes(range(32))
REQUEST = [b"1.0", b"7", b"steatoscope", b"10.0.0.9", b"", b"CURVE", KEY]


def test_a_curve_request_is_read() -> None:
    assert zap.parse(REQUEST) == zap.Request(
        b"7", "steatoscope", z85.encode(KEY).decode(), "10.0.0.9"
    )


@pytest.mark.parametrize(
    ("place", "value"), [(0, b"2.0"), (5, b"NULL"), (5, b"PLAIN"), (6, b"short"), (6, bytes(33))]
)
def test_anything_else_is_none(place: int, value: bytes) -> None:
    assert zap.parse([*REQUEST[:place], value, *REQUEST[place + 1 :]]) is None


@pytest.mark.parametrize("parts", [[], [b"1.0"], [*REQUEST, b"more"], REQUEST[:-1]])
def test_a_message_of_other_parts_is_none_and_gets_an_answer(parts: list[bytes]) -> None:
    assert zap.parse(parts) is None
    assert zap.fail(parts)[2] == b"500"


def test_the_answers_are_of_six_parts_with_the_requests_number() -> None:
    request = zap.parse(REQUEST)
    assert request is not None

    assert zap.admit(request, "ward") == [b"1.0", b"7", b"200", b"OK", b"ward", b""]
    assert zap.turn_away(request)[:3] == [b"1.0", b"7", b"300"]
