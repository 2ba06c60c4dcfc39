"""Records from any thread of the daemon, written by a thread of its own: no frame waits for it."""

import logging
import queue
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from edge.audit.events import Event, Value
from edge.audit.trail import AuditError, Trail

WAITING = 256
"""Records that wait at most; what comes while as many do is lost, and counted."""

CLOSE_S = 3.0

_Item = tuple[Event, dict[str, Value]]

log = logging.getLogger(__name__)


class Audit:
    """Writes the trail from entry to exit.

    Attributes:
        written, lost: records so far.
        fault: why the last record could not be written, in words; "" while all is well.
    """

    def __init__(self, state: Path) -> None:
        """`state`: the folder of what outlives the daemon."""
        self.written = self.lost = 0
        self.fault = ""
        self._trail = Trail(state)
        self._untold = 0
        self._waiting: queue.Queue[_Item | None] = queue.Queue(WAITING)
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def record(self, event: Event, **fields: Value) -> None:
        """Have an event recorded; never blocks and never fails: health tells of a fault."""
        try:
            self._waiting.put_nowait((event, fields))
        except queue.Full:
            self._lose()

    def close(self) -> None:
        """Write what waits, for a few seconds at most, and end."""
        try:
            self._waiting.put(None, timeout=CLOSE_S)
        except queue.Full:
            return
        self._thread.join(CLOSE_S)

    def _run(self) -> None:
        while (item := self._waiting.get()) is not None:
            event, fields = item
            try:
                if self._untold:
                    self._trail.append("records_lost", count=self._untold)
                    self._untold = 0
                self._trail.append(event, **fields)
            except AuditError as error:
                self._lose()
                self.fault = str(error)
                log.error("not audited: %s", error)  # noqa: TRY400  # all of it is in the text
            else:
                self.written += 1
                self.fault = ""

    def _lose(self) -> None:
        self.lost += 1
        self._untold += 1
