"""Which exams are proven whole, and which are not: every row in its place, none missing."""

from dataclasses import dataclass, field

from edge.journal import rows
from edge.journal.scan import Scanned


@dataclass
class Kept:
    """One exam as far as it has been gone through.

    number: of its next row. doubted: something was damaged since its last row, and that may have
    been a row of this exam.
    """

    number: int = 0
    doubted: bool = False


@dataclass
class Wholeness:
    """Goes along with a scan.

    Attributes:
        open: exams that have begun and not ended, whole so far.
        damaged: exams that rows are missing of, or may be.
        faults: rows that were damaged or missing.
    """

    open: dict[int, Kept] = field(default_factory=dict)
    damaged: set[int] = field(default_factory=set)
    faults: int = 0
    _ended: set[int] = field(default_factory=set)

    def see(self, scanned: Scanned) -> bool:
        """Take in a row; whether it is whole and belongs to an exam that is so too."""
        if scanned.row is None:
            self.doubt()
            return False
        if isinstance(scanned.row, rows.Damage):
            for exam in scanned.row.exams:
                self._condemn(exam)
        if scanned.exam == rows.NO_EXAM:
            return True
        return self._follows(scanned, scanned.row)

    def doubt(self) -> None:
        """Something is damaged or missing here; which exam's it was cannot be known yet."""
        self.faults += 1
        for kept in self.open.values():
            kept.doubted = True

    def close(self) -> None:
        """The end of the rows: what is still in doubt is damaged."""
        for exam, kept in list(self.open.items()):
            if kept.doubted:
                self._condemn(exam)

    def _follows(self, scanned: Scanned, row: rows.Row) -> bool:
        exam = scanned.exam
        if exam in self.damaged or exam in self._ended:
            return False
        if isinstance(row, rows.Opened):
            self.open[exam] = Kept()
        elif exam not in self.open and not self.faults:
            self.open[exam] = Kept(scanned.number)  # begun before the scan, or before a purge
        kept = self.open.get(exam)
        if kept is None or kept.number != scanned.number:
            self._condemn(exam)
            return False
        kept.number, kept.doubted = kept.number + 1, False
        if isinstance(row, rows.Ended):
            del self.open[exam]
            self._ended.add(exam)
        return True

    def _condemn(self, exam: int) -> None:
        self.open.pop(exam, None)
        self.damaged.add(exam)
