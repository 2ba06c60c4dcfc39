"""What health looks at: the daemon's parts, read from another thread and never changed."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from edge.contract.messages import ModelInfo
from edge.health.tally import Tally
from edge.inbox import Inbox
from edge.log import OncePerSecond
from edge.providers import DEGRADED_FLAG


class Turning(Protocol):
    """A thread's work that goes round.

    `turned_ns`: when it last began a turn (monotonic clock); 0 before the first.
    """

    turned_ns: int


class LinkHealth(Protocol):
    """A link to a scanner; `edge.sockets.link.Link` is one."""

    rebuilds: int
    counts: Counter[str]


class PortHealth(Protocol):
    """The port that viewers connect to; `edge.sockets.port.Port` is one."""

    counts: Counter[str]

    @property
    def refused(self) -> int:
        """Connections refused so far."""

    def faults(self) -> tuple[str, ...]:
        """What keeps peers out that should be let in, in words."""


class DoorHealth(Protocol):
    """Who admits viewers; `edge.sockets.authenticator.Authenticator` is one."""

    admitted: int
    refused: int

    @property
    def healthy(self) -> bool:
        """Whether it answers; if not, nobody is admitted."""


class JournalCounts(Protocol):
    """`committed`: rows, `withheld`: estimates; `commits` so far, which took `commit_s` in all."""

    committed: int
    withheld: int
    commits: int
    commit_s: float


class JournalHealth(Protocol):
    """The journal; `edge.journal.outlet.Outlet` is one."""

    @property
    def state(self) -> str:
        """Whether estimates are stored: "off", "ok" or "down"."""

    @property
    def counters(self) -> JournalCounts:
        """What it has done so far."""


class AuditHealth(Protocol):
    """The audit trail; `edge.audit.Audit` is one."""

    written: int
    lost: int
    fault: str


class ClockHealth(Protocol):
    """The wall clock; `edge.clock.ClockWatch` is one."""

    steps: int

    @property
    def fault(self) -> str:
        """What is wrong with it, in words."""

    @property
    def synchronised(self) -> bool | None:
        """Whether it is; None where that is not known."""

    @property
    def offset_ms(self) -> float | None:
        """From true time, where known."""


@dataclass(frozen=True)
class WatchedScanner:
    """One scanner's way through the daemon."""

    name: str
    inbox: Inbox
    link: LinkHealth
    tally: Tally


@dataclass
class Watched:
    """All of it; what may be exchanged while the daemon runs is asked for anew each time."""

    scanners: Callable[[], Sequence[WatchedScanner]]
    loop: Turning
    receiver: Turning
    port: PortHealth
    model: Callable[[], ModelInfo]
    clock: ClockHealth
    provider_asked: Callable[[], str] = lambda: "auto"
    door: DoorHealth | None = None
    journal: JournalHealth | None = None
    audit: AuditHealth | None = None
    log: OncePerSecond = field(default_factory=OncePerSecond)

    @property
    def degraded(self) -> str:
        """Why the model is slower than asked for, in words; "" where it is not."""
        model = self.model()
        asked = self.provider_asked()
        if asked in ("auto", "cpu", model.provider) and DEGRADED_FLAG not in model.flags:
            return ""
        return f"the model runs on {model.provider}, slower than the provider asked for ({asked})"
