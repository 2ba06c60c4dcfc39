"""The daemon with one fault built in: `python -m tests.system.faulty_daemon FAULT run …`.

A frame of the exam TRIGGER sets most of them off; the others are there from the start.
"""

import ctypes
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import edge.commands.run
import edge.contract.bundle
import edge.daemon
import edge.deadline
import edge.inbox
import edge.pipeline
import edge.reload
import edge.runner_networks
import edge.sockets.receiver
from edge.__main__ import main
from edge.notify import Notifier
from tests.endless import allow

TRIGGER = "trigger"
SLOW_LOAD_S = 0.5
FOR_EVER_S = 600
SLOW_S = 0.1
LATE_S = 3.0


def at_the_trigger(happens: Callable[[], None]) -> None:
    """Have something happen in the loop's thread before it reads a frame of TRIGGER."""
    read = edge.pipeline.Pipeline._exam

    def patched(self: edge.pipeline.Pipeline, header: Any) -> Any:
        if header.exam == TRIGGER:
            happens()
        return read(self, header)

    edge.pipeline.Pipeline._exam = patched  # type: ignore[method-assign]


def deadlock() -> None:
    """The loop waits for what never comes."""
    at_the_trigger(lambda: threading.Event().wait(FOR_EVER_S) and None)


def interpreter_held() -> None:
    """C code that never lets go of the interpreter: no other Python thread runs either."""
    at_the_trigger(lambda: ctypes.PyDLL(None).sleep(FOR_EVER_S))


def receiver_hung() -> None:
    """The receiving thread is stuck, while the loop turns."""
    deliver = edge.sockets.receiver.deliver

    def patched(parts: Any, *others: Any) -> None:
        if TRIGGER.encode() in bytes(parts[1].buffer):
            time.sleep(FOR_EVER_S)
        deliver(parts, *others)

    edge.sockets.receiver.deliver = patched


def endless() -> None:
    """A bundle with an endless network is taken; bright frames set it off."""
    allow(setattr)


def endless_without_deadline() -> None:
    """The same, and nothing ends it."""
    endless()
    edge.deadline.Deadline._end_overdue = lambda *_: FOR_EVER_S  # type: ignore[method-assign]


def fed_by_a_timer() -> None:
    """The watchdog as it must not be: a thread of its own feeds it. Then the deadlock."""

    def feed() -> None:
        while True:
            Notifier().alive()
            time.sleep(0.2)

    threading.Thread(target=feed, daemon=True).start()
    deadlock()


def slow() -> None:
    """Every inference takes SLOW_S."""
    infer = edge.runner_networks.Networks.infer

    def patched(self: Any, *arguments: Any) -> Any:
        time.sleep(SLOW_S)
        return infer(self, *arguments)

    edge.runner_networks.Networks.infer = patched  # type: ignore[method-assign]


def slow_at_the_trigger() -> None:
    """Reading a frame of TRIGGER takes LATE_S."""
    at_the_trigger(lambda: time.sleep(LATE_S))


def slow_at_the_trigger_and_alone() -> None:
    """The same, and the loop reads all scanners' frames by itself."""
    slow_at_the_trigger()
    edge.daemon.Daemon._together = False  # type: ignore[assignment,method-assign]


def slow_and_oldest_first() -> None:
    """Every inference takes SLOW_S, and the ring is read from its oldest frame."""
    slow()
    edge.inbox.Inbox._stale = lambda *_: False  # type: ignore[method-assign]


def gpu_lost() -> None:
    """The networks seem to be on CUDA, and each inference on it fails from TRIGGER on."""
    lost = threading.Event()
    at_the_trigger(lost.set)
    opened, run = edge.runner_networks.Networks.__init__, edge.runner_networks.Networks._run
    first: list[Any] = []

    def opening(self: Any, *arguments: Any) -> None:
        opened(self, *arguments)
        if not first:
            first.append(self)
            self.provider = "cuda"

    def running(self: Any, *arguments: Any) -> Any:
        if self in first and lost.is_set():
            raise edge.deadline.RunError("cuda: RuntimeError: CUDA failure 700")
        return run(self, *arguments)

    edge.runner_networks.Networks.__init__ = opening  # type: ignore[method-assign]
    edge.runner_networks.Networks._run = running  # type: ignore[method-assign]


def loads_in_the_loop() -> None:
    """New networks are opened by the loop itself, and no faster than on a busy host."""
    load = edge.reload.Reload.run

    def slowly(self: edge.reload.Reload) -> None:
        time.sleep(SLOW_LOAD_S)
        load(self)

    edge.reload.Reload.start = slowly  # type: ignore[method-assign]


def starts_slowly() -> None:
    """Its bundle takes LATE_S more to be read."""
    opened = edge.commands.run.open_runner

    def patched(*arguments: Any) -> Any:
        time.sleep(LATE_S)
        return opened(*arguments)

    edge.commands.run.open_runner = patched


def never_drains() -> None:
    """Once told to stop it does not come to its end."""
    edge.daemon.Daemon.drain = lambda _: time.sleep(FOR_EVER_S)  # type: ignore[method-assign]


FAULTS = (
    deadlock,
    interpreter_held,
    receiver_hung,
    endless,
    endless_without_deadline,
    fed_by_a_timer,
    slow,
    slow_at_the_trigger,
    slow_at_the_trigger_and_alone,
    slow_and_oldest_first,
    gpu_lost,
    loads_in_the_loop,
    starts_slowly,
    never_drains,
)


def program(fault: Callable[[], None]) -> tuple[str, ...]:
    """Arguments of Python for a daemon with this fault."""
    return ("-m", "tests.system.faulty_daemon", fault.__name__)


if __name__ == "__main__":
    next(fault for fault in FAULTS if fault.__name__ == sys.argv[1])()
    sys.exit(main(sys.argv[2:]))
