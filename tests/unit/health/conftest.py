"""A daemon's parts as health sees them, each as a test sets it."""

import threading
from collections import Counter
from dataclasses import dataclass, field

import pytest

from edge.contract.messages import ModelInfo
from edge.health.tally import Tally
from edge.health.watched import Watched, WatchedScanner
from edge.inbox import Inbox

SECOND = 10**9
NOW_NS = 1000 * SECOND


@dataclass
class Part:
    """A thread that turned a moment ago."""

    turned_ns: int = NOW_NS - 1


@dataclass
class Line:
    """A link."""

    rebuilds: int = 2
    counts: Counter[str] = field(default_factory=lambda: Counter({"DISCONNECTED": 3}))


@dataclass
class Door:
    """An authenticator."""

    admitted: int = 5
    refused: int = 7
    healthy: bool = True


@dataclass
class Harbour:
    """A port."""

    refused: int = 4
    wrong: tuple[str, ...] = ()
    counts: Counter[str] = field(default_factory=lambda: Counter({"CLOSED": 1}))

    def faults(self) -> tuple[str, ...]:
        return self.wrong


@dataclass
class Entries:
    """What a journal has done."""

    committed: int = 9
    withheld: int = 1
    commits: int = 3
    commit_s: float = 0.012


@dataclass
class Book:
    """A journal."""

    state: str = "ok"
    counters: Entries = field(default_factory=Entries)


@dataclass
class Trail:
    """An audit trail."""

    written: int = 6
    lost: int = 0
    fault: str = ""


@dataclass
class Clock:
    """A wall clock."""

    steps: int = 1
    fault: str = ""
    synchronised: bool | None = True
    offset_ms: float | None = 0.5


@dataclass
class World:
    """All of it."""

    loop: Part = field(default_factory=Part)
    receiver: Part = field(default_factory=Part)
    port: Harbour = field(default_factory=Harbour)
    door: Door = field(default_factory=Door)
    journal: Book = field(default_factory=Book)
    audit: Trail = field(default_factory=Trail)
    clock: Clock = field(default_factory=Clock)
    inbox: Inbox = field(default_factory=lambda: Inbox(threading.Condition()))
    tally: Tally = field(default_factory=Tally)
    flags: list[str] = field(default_factory=list)

    def watched(self) -> Watched:
        scanner = WatchedScanner("room1", self.inbox, Line(), self.tally)
        return Watched(
            scanners=lambda: [scanner],
            loop=self.loop,
            receiver=self.receiver,
            port=self.port,
            model=lambda: ModelInfo(
                name="tiny",
                version="0",
                sha256="ab" * 32,
                provider="cpu",
                precision="fp32",
                flags=self.flags,
            ),
            clock=self.clock,
            door=self.door,
            journal=self.journal,
            audit=self.audit,
        )


@pytest.fixture
def world() -> World:
    return World()
