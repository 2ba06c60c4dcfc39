import os
from multiprocessing.connection import Connection

import psutil
import pytest

from bench.child import Child
from bench.errors import BenchError


def double(parent: Connection, factor: int) -> None:
    parent.send(factor * parent.recv())


def wait_forever(parent: Connection) -> None:
    parent.send("waiting")
    parent.poll(None)
    parent.poll(1000)


def leave(_parent: Connection) -> None:
    os._exit(7)


def test_a_child_is_told_and_heard():
    with Child("doubling", double, 2) as child:
        child.tell(21)
        assert child.hear(30) == 42


def test_silence_is_no_message():
    with Child("waiting", double, 2) as child:
        assert child.hear(0.01) is None
        child.tell(1)
        assert child.hear(30) == 2


def test_a_child_that_ends_early_is_named_with_its_exit_code():
    with (
        Child("leaving", leave) as child,
        pytest.raises(BenchError, match="leaving process ended early, exit code 7"),
    ):
        child.hear(30)


def test_a_child_is_ended_when_its_block_fails():
    seen = []
    with pytest.raises(RuntimeError, match="broken"):
        break_beside_a_child(seen)
    assert not seen[0].is_running()


def break_beside_a_child(seen: list[psutil.Process]) -> None:
    with Child("stuck", wait_forever) as child:
        seen.append(psutil.Process(child.pid))
        assert child.hear(30) == "waiting"
        raise RuntimeError("broken")
