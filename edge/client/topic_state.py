"""Whether what was last heard on a topic still holds. Times: the viewer's monotonic clock, s."""

from dataclasses import dataclass, replace

from edge.client.messages import Estimate, Message
from edge.client.numbering import Numbering

SILENCE_S = 2.0
"""After this long without an estimate or a status the number must go (docs/protocol.md)."""

BLANK_REASON = "silence"
"""`reason` of an estimate whose numbers this library has removed."""


@dataclass(frozen=True, slots=True)
class TopicState:
    """One topic of estimates at one moment.

    Attributes:
        estimate: what may be shown: the latest, or a blank one where the daemon is silent.
        alive: the daemon was heard of this scanner within 2 s.
        fresh: this topic's own estimate is of a frame of the last 2 s.
        valid: alive, fresh, and the frame was read.
        age_ms: from the frame's receipt by the daemon until now.
    """

    estimate: Estimate
    alive: bool
    fresh: bool
    valid: bool
    age_ms: float


def blanked(estimate: Estimate) -> Estimate:
    """The estimate without its numbers."""
    return replace(
        estimate,
        fat_pct=None,
        median_pct=None,
        iqr_pct=None,
        hold_median_pct=None,
        hold_iqr_pct=None,
        interval_pct=None,
        grade=None,
        grades_possible=(),
        reason=BLANK_REASON,
        blank=True,
    )


@dataclass(slots=True)
class _Heard:
    estimate: Estimate
    heard_s: float
    blanked: bool = False


class TopicStates:
    """The latest estimate of every topic, and when each scanner was last heard.

    Attributes:
        numbering: of the messages; tells what was missed.
    """

    def __init__(self) -> None:
        self.numbering = Numbering()
        self._heard: dict[str, _Heard] = {}
        self._scanners: dict[str, float] = {}
        self._newest_ns: dict[tuple[str, int], int] = {}

    def take(self, message: Message, now_s: float) -> bool:
        """Take in a message; False where it is a repeat, sent for the sake of another viewer."""
        kind = self.numbering.note(message.topic, message.pub_epoch, message.pub_seq)
        if kind == "repeat":
            return False
        self._scanners[message.scanner] = now_s
        behind_s = self._behind_s(message)
        if kind == "next":  # in its order, hence of now, even where a clock was set back
            behind_s = 0.0
        if isinstance(message, Estimate):
            self._heard[message.topic] = _Heard(message, now_s - behind_s)
        return True

    def state(self, topic: str, now_s: float) -> TopicState | None:
        """State of a topic; None before anything came on it."""
        heard = self._heard.get(topic)
        if heard is None:
            return None
        estimate = heard.estimate
        alive = now_s - self._scanners[estimate.scanner] <= SILENCE_S
        fresh = alive and now_s - heard.heard_s <= SILENCE_S
        return TopicState(
            estimate=estimate if alive else blanked(estimate),
            alive=alive,
            fresh=fresh,
            valid=fresh and estimate.fat_pct is not None,
            age_ms=estimate.age_ms + (now_s - heard.heard_s) * 1000,
        )

    def topics(self) -> list[str]:
        """Topics of estimates heard so far."""
        return list(self._heard)

    def fallen_silent(self, now_s: float) -> list[Estimate]:
        """Blank estimates of the topics that have fallen silent, each once for each silence."""
        silent = []
        for heard in self._heard.values():
            if now_s - self._scanners[heard.estimate.scanner] <= SILENCE_S:
                heard.blanked = False
            elif not heard.blanked:
                heard.blanked = True
                silent.append(blanked(heard.estimate))
        return silent

    def _behind_s(self, message: Message) -> float:
        """How much older a message is than the newest of its daemon process.

        A viewer that comes late is sent the latest of every topic, which may be of long ago.
        """
        key = (message.scanner, message.pub_epoch)
        newest_ns = max(self._newest_ns.get(key, message.publish_ns), message.publish_ns)
        self._newest_ns[key] = newest_ns
        return (newest_ns - message.publish_ns) / 1e9
