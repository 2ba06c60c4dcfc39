"""The latest that a daemon said of each scanner and view, and whether it still holds.

Times are seconds of the viewer's monotonic clock, given by the caller.
"""

from dataclasses import dataclass, field

from edge.client.numbering import Kind, Numbering
from edge.contract.grading import PAIR, VIEWS
from edge.contract.messages import Estimate, LedgerCounts, ModelInfo, Reading, Status
from edge.contract.topics import SILENCE_S
from edge.terminal.rate import Rate
from edge.terminal.trend import Trend

Message = Estimate | Reading | Status

UNKNOWN_VIEW = "?"
ORDER = (*VIEWS, PAIR, UNKNOWN_VIEW)


@dataclass
class ViewRow:
    """One view of a scanner: its latest estimate, and how often they come."""

    estimate: Estimate
    heard_s: float
    rate: Rate
    trend: Trend

    def is_live(self, now_s: float) -> bool:
        """Whether the estimate is of a frame of this moment."""
        return now_s - self.heard_s <= SILENCE_S


@dataclass
class ScannerBoard:
    """One scanner as one daemon process sees it.

    Attributes:
        exam: examination that the newest estimate or reading was of; None before there was one.
        ended: the exam's final reading has come and no frame of any exam after it.
        heard_s: when the last message came.
        published_ns: when the daemon sent that, on its own clock, ns since the Unix epoch.
    """

    pub_epoch: int
    heard_s: float
    published_ns: int
    ledger: LedgerCounts
    model: ModelInfo
    status: Status | None = None
    reading: Reading | None = None
    exam: str | None = None
    ended: bool = False
    views: dict[str, ViewRow] = field(default_factory=dict)
    _newest_ns: int = 0
    _exam_ns: int = 0

    def is_stale(self, now_s: float) -> bool:
        """Whether nothing has come for so long that no number may be shown as present."""
        return now_s - self.heard_s > SILENCE_S

    def rows(self) -> dict[str, ViewRow]:
        """Views of the present exam, in the order of showing; never two exams side by side."""
        present = (view for view in ORDER if view in self.views)
        return {view: self.views[view] for view in present if self._is_of_present_exam(view)}

    def _is_of_present_exam(self, view: str) -> bool:
        estimate = self.views[view].estimate
        if estimate.exam != self.exam:
            return False
        if self.reading is None or self.reading.exam != self.exam:
            return True
        # An exam that goes on after its reading starts anew; what was before is over.
        return estimate.publish_ns > self.reading.publish_ns

    def final(self) -> Reading | None:
        """Reading of the exam that has just ended."""
        return self.reading if self.ended else None

    def take(self, message: Message, kind: Kind, now_s: float) -> None:
        """Take in a message that was not known before."""
        behind_s = self._behind_s(message, kind)
        self.heard_s, self.published_ns = now_s, message.publish_ns
        if isinstance(message, Status):
            self.status = message
        else:
            self._take_result(message, kind, now_s - behind_s)
        if behind_s == 0:
            self._newest_ns = message.publish_ns
            self.ledger, self.model = message.ledger, message.model

    def _behind_s(self, message: Message, kind: Kind) -> float:
        """How much older it is than the newest known; only a topic's first message can be that.

        The others come in their order, so that a clock set back costs no more than one place.
        """
        behind_ns = self._newest_ns - message.publish_ns
        return max(behind_ns, 0) / 1e9 if kind == "first" else 0.0

    def _take_result(self, message: Estimate | Reading, kind: Kind, heard_s: float) -> None:
        if isinstance(message, Reading):
            self.reading = message
        else:
            self._take_estimate(message, heard_s)
        if kind == "next" or message.publish_ns >= self._exam_ns:
            self._exam_ns = message.publish_ns
            self.exam, self.ended = message.exam, isinstance(message, Reading)

    def _take_estimate(self, estimate: Estimate, heard_s: float) -> None:
        view = estimate.view or UNKNOWN_VIEW
        known = self.views.get(view)
        rate = known.rate if known else Rate()
        rate.add(heard_s)
        # Another exam's course is another patient's.
        trend = known.trend if known and known.estimate.exam == estimate.exam else Trend()
        trend.add(heard_s, estimate.fat_pct)
        self.views[view] = ViewRow(estimate, heard_s, rate, trend)


class Board:
    """Every scanner of one daemon.

    Attributes:
        scanners: by name, in the order in which they were first heard of.
        refused: messages that broke the protocol.
    """

    def __init__(self) -> None:
        self.scanners: dict[str, ScannerBoard] = {}
        self.refused = 0
        self._numbering = Numbering()

    @property
    def missed(self) -> int:
        """Messages that did not reach this viewer."""
        return self._numbering.missed

    def update(self, topic: str, message: Message, now_s: float) -> None:
        """Take in a message; one that is known already changes nothing."""
        kind = self._numbering.note(topic, message.pub_epoch, message.pub_seq)
        if kind == "repeat":
            return
        scanner = self.scanners.get(message.scanner)
        if scanner is None or scanner.pub_epoch != message.pub_epoch:
            # A new daemon process knows nothing of the exams that the last one had open.
            scanner = ScannerBoard(
                message.pub_epoch, now_s, message.publish_ns, message.ledger, message.model
            )
            self.scanners[message.scanner] = scanner
        scanner.take(message, kind, now_s)
