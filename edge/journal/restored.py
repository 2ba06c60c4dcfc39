"""What a start goes on with, of one scanner."""

from dataclasses import dataclass, field

from edge.exams import Exam
from edge.ledger import ScannerLedger


@dataclass
class Restored:
    """As the journal's last row left it.

    exams: id and state of those that are open, the one used last at the end. ledger: of every
    process of the scanner that is remembered. frozen: epoch that said it froze.
    """

    exams: list[tuple[str, Exam]] = field(default_factory=list)
    ledger: ScannerLedger = field(default_factory=ScannerLedger)
    frozen: int | None = None
