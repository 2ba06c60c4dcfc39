"""A daemon as its viewers know it, which says what a test wants."""

import threading
from typing import Self

from edge.sockets.bus import Bus
from tests.daemon_messages import estimate, reading, status

PERIOD_S = 0.02


class Speaker(threading.Thread):
    """A status and an estimate 50 times a second, from entry to exit."""

    def __init__(self, bind: str = "tcp://127.0.0.1:*", median_pct: float = 9.12) -> None:
        super().__init__(daemon=True)
        self.frames = self.exams = 0
        self.median_pct = median_pct
        self._bus = Bus(bind)
        self.address = self._bus.endpoint
        self._ended = threading.Event()
        self._end_exam = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.fall_silent()

    def fall_silent(self) -> None:
        """Close the bus."""
        self._ended.set()
        self.join()

    def end_exam(self) -> None:
        """Publish a reading at the next turn."""
        self._end_exam.set()

    def run(self) -> None:
        with self._bus:
            while not self._ended.wait(PERIOD_S):
                self._bus.publish(*status())
                exam = f"exam-{self.exams}"
                self._bus.publish(*estimate(self.frames, exam=exam, median_pct=self.median_pct), 0)
                self.frames += 1
                if self._end_exam.is_set():
                    self._end_exam.clear()
                    self._bus.publish(*reading(exam=exam))
                    self.exams += 1
                self._bus.serve()
