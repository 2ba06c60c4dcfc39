import logging

from edge.log import OncePerSecond


def record(message: str, created_s: float) -> logging.LogRecord:
    made = logging.LogRecord("edge", logging.WARNING, "", 0, message, ("x",), None)
    made.created = created_s
    return made


def test_a_kind_of_line_passes_once_a_second_and_tells_how_many_were_left_out() -> None:
    limit = OncePerSecond()
    records = [record("refused: %s", 100 + 0.1 * index) for index in range(12)]

    passed = [item.getMessage() for item in records if limit.filter(item)]

    assert passed == ["refused: x", "refused: x (9 more like it left out)"]


def test_another_kind_of_line_is_not_held_back() -> None:
    limit = OncePerSecond()

    assert limit.filter(record("one %s", 0))
    assert limit.filter(record("other %s", 0))
