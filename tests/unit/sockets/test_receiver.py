"""What the receiver's thread does while the loop reads."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest

import edge.sockets.receiver
from edge.bell import Bell
from edge.inbox import Arrival, Inbox
from edge.sockets.link import Link
from edge.sockets.receiver import Post, Receiver
from tests.unit.test_inbox import arrival

SOON_S = 5.0


@contextmanager
def receiving(scanners: int, cores: int, side: int = 400) -> Iterator[list[Arrival]]:
    """A receiver whose scanners each have a frame waiting; gives what it has had prepared."""
    prepared: list[Arrival] = []
    posts = []
    for number in range(scanners):
        link = Link(f"inproc://nobody-{number}", time.monotonic())
        inbox = Inbox(threading.Condition())
        frame = arrival(0)
        header = msgspec.structs.replace(frame.header, width=side, height=side)
        inbox.put_frame(frame._replace(header=header))
        posts.append(Post(f"room{number}", link, inbox, prepared.append))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(edge.sockets.receiver, "cores", lambda: cores)
        bell = Bell()
        receiver = Receiver(posts, bell)
        receiver.start()
        try:
            yield prepared
        finally:
            receiver.stop()
            bell.close()


def test_the_next_frame_is_prepared_while_the_loop_reads() -> None:
    with receiving(scanners=1, cores=2) as prepared:
        deadline_s = time.monotonic() + SOON_S
        while not prepared and time.monotonic() < deadline_s:
            time.sleep(0.005)

    assert prepared[0].header.seq == 0


@pytest.mark.parametrize(("scanners", "cores", "side"), [(2, 2, 400), (1, 1, 400), (1, 2, 4096)])
def test_nothing_is_prepared_where_no_core_is_idle_nor_a_huge_frame(
    scanners: int, cores: int, side: int
) -> None:
    with receiving(scanners, cores, side) as prepared:
        time.sleep(0.2)

    assert not prepared
