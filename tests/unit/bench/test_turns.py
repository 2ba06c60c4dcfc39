"""Contenders that end while they are measured: the others' figures are not lost with them."""

import pytest

from bench.contender import Contender
from bench.errors import BenchError, ContenderError
from bench.turns import Turns, without_the_lost

OURS, ECHO, FAST = (Contender(name, lambda _: []) for name in ("daemon", "echo", "FAST"))


def test_a_contender_that_ends_is_named_and_the_rest_are_measured_anew():
    asked = []

    def take(contenders):
        asked.append([one.name for one in contenders])
        if FAST in contenders:
            raise ContenderError("FAST", "ended, exit code -11:\nno such device")
        return [Turns(one) for one in contenders]

    turns, lost = without_the_lost(take, OURS, [FAST, ECHO])

    assert asked == [["daemon", "FAST", "echo"], ["daemon", "echo"]]
    assert [each.contender.name for each in turns] == ["daemon", "echo"]
    assert lost == {"FAST": "failed: the FAST ended, exit code -11:\nno such device"}


@pytest.mark.parametrize(
    "error", [ContenderError("daemon", "has ended"), BenchError("the machine is too busy")]
)
def test_without_the_daemon_there_is_nothing_to_compare_with(error):
    def take(_):
        raise error

    with pytest.raises(BenchError, match=str(error)):
        without_the_lost(take, OURS, [ECHO])
