from collections.abc import Callable

import pytest

from edge.health.checks import Check, checks, live, ready
from tests.unit.health.conftest import NOW_NS, SECOND, World

Change = Callable[[World], None]


def found(world: World) -> dict[str, Check]:
    return {check.check: check for check in checks(world.watched(), NOW_NS)}


def set_to(part: str, **changes: object) -> Change:
    """A change of one part of the world."""

    def change(world: World) -> None:
        for name, value in changes.items():
            setattr(getattr(world, part), name, value)

    return change


def flowing(heard_s: float, frame_s: float, since_s: float, settled_s: float) -> Change:
    """Seconds ago: a message, a frame, the first since a pause; and the last estimate's frame."""

    def change(world: World) -> None:
        world.inbox.heard_ns = NOW_NS - round(heard_s * SECOND)
        world.inbox.frame_ns = NOW_NS - round(frame_s * SECOND)
        world.inbox.flowing_ns = NOW_NS - round(since_s * SECOND)
        world.tally.received_ns = world.tally.settled_ns = NOW_NS - round(settled_s * SECOND)

    return change


def test_with_nothing_wrong_and_no_scanner_it_is_ready(world: World) -> None:
    assert ready(list(found(world).values()))
    assert found(world)["scanner room1"].reason == "sends nothing, so nothing is expected"
    assert {check.level for check in found(world).values()} == {"ok"}


@pytest.mark.parametrize(
    ("change", "check", "level", "says"),
    [
        (set_to("loop", turned_ns=0), "loop", "fail", "has not begun"),
        (set_to("loop", turned_ns=NOW_NS - 3 * SECOND), "loop", "fail", "still for 3.0 s"),
        (set_to("receiver", turned_ns=NOW_NS - 3 * SECOND), "receiver", "fail", "still for 3.0 s"),
        (set_to("port", wrong=("the authenticator is dead",)), "viewers", "fail", "is dead"),
        (set_to("journal", state="down"), "journal", "fail", "withheld"),
        (set_to("journal", state="off"), "journal", "ok", "is off"),
        (set_to("audit", fault="no space"), "audit", "warn", "no space"),
        (set_to("clock", fault="2 s off"), "clock", "warn", "2 s off"),
        (set_to("clock", synchronised=None), "clock", "ok", "does not say"),
        (lambda world: world.flags.append("degraded"), "provider", "warn", "slower"),
        (flowing(0, 0, 100, 0.05), "scanner room1", "ok", "become estimates"),
        (flowing(0, 0, 100, 2.5), "scanner room1", "fail", "no estimate for 2.5 s"),
        (flowing(0, 0, 0.5, 900), "scanner room1", "ok", "become estimates"),
        (flowing(0, 5, 900, 5), "scanner room1", "ok", "sends no frames"),
        (flowing(9, 9, 900, 800), "scanner room1", "ok", "sends nothing"),
    ],
)
def test_each_fault_is_told_in_words(
    world: World, change: Change, check: str, level: str, says: str
) -> None:
    change(world)

    told = found(world)[check]

    assert (told.level, says in told.reason) == (level, True), told
    assert ready(list(found(world).values())) == (level != "fail")


def test_live_is_patient_for_five_seconds(world: World) -> None:
    for standing_s, alive in ((3, True), (6, False)):
        world.loop.turned_ns = NOW_NS - standing_s * SECOND

        assert ready(live(world.watched(), NOW_NS)) == alive
