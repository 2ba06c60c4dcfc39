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
        row = scanned.row
        if row is None:
            self.doubt()
            return False
        if scanned.exam == rows.NO_EXAM:
            if isinstance(row, rows.Damage):
                for exam in row.exams:
                    self._condemn(exam)
            return True
        return self._follows(scanned.exam, scanned.number, row)

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

    def _follows(self, exam: int, number: int, row: rows.Row) -> bool:
        kept = self.open.get(exam)
        if kept is None:
            kept = self._begin(exam, number, row)
        if kept is None or kept.number != number:
            self._condemn(exam)
            return False
        kept.number, kept.doubted = number + 1, False
        if isinstance(row, rows.Ended):
            del self.open[exam]
            self._ended.add(exam)
        return True

    def _begin(self, exam: int, number: int, row: rows.Row) -> Kept | None:
        """An exam's first row here; None where that is not its first, nor can be."""
        if exam in self.damaged or exam in self._ended:
            return None
        if not isinstance(row, rows.Opened) and self.faults:
            return None
        # Else it has begun before the scan, or its first rows were purged.
        kept = self.open[exam] = Kept(number)
        return kept

    def _condemn(self, exam: int) -> None:
        self.open.pop(exam, None)
        self.damaged.add(exam)
