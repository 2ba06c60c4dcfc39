import asyncio

from edge.viewer.outbox import MAX_IN_FLIGHT, MAX_TEXTS, Outbox


def take(outbox: Outbox) -> tuple[list[str], bytes | None] | None:
    """What is ready now; None where nothing is."""

    async def ready() -> tuple[list[str], bytes | None] | None:
        try:
            return await asyncio.wait_for(outbox.take(), 0.01)
        except TimeoutError:
            return None

    return asyncio.run(ready())


def test_messages_come_in_their_order() -> None:
    outbox = Outbox()
    outbox.add("a")
    outbox.add("b")

    assert take(outbox) == (["a", "b"], None)
    assert take(outbox) is None


def test_a_browser_that_does_not_keep_up_costs_no_more_than_its_box() -> None:
    outbox = Outbox()
    for number in range(10 * MAX_TEXTS):
        outbox.add(str(number))

    assert outbox.overrun, "it needs the state anew"
    assert take(outbox) == ([], None)


def test_only_the_newest_picture_of_the_chosen_scanner_waits() -> None:
    outbox = Outbox()
    outbox.show("room1", b"before it chose")
    outbox.select("room1")
    for picture in (b"1", b"2"):
        outbox.show("room1", picture)
    outbox.show("room2", b"other")

    assert take(outbox) == ([], b"2")


def test_pictures_wait_until_the_browser_has_drawn_what_it_has() -> None:
    outbox = Outbox()
    outbox.select("room1")
    for _ in range(MAX_IN_FLIGHT):
        outbox.show("room1", b"early")
        assert take(outbox) == ([], b"early")
    outbox.show("room1", b"late")
    outbox.show("room1", b"later")

    assert take(outbox) is None
    outbox.drawn()
    assert take(outbox) == ([], b"later")


def test_choosing_another_scanner_drops_the_picture_that_waits() -> None:
    outbox = Outbox()
    outbox.select("room1")
    outbox.show("room1", b"1")
    outbox.select("room2")

    assert take(outbox) is None
