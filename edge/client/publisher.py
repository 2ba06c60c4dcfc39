"""The scanner's side of the wire, for those who write bridges to a scanner."""

from __future__ import annotations

import re
import secrets
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import msgpack
import zmq

from edge.client.image import Image, from_array
from edge.sockets.addresses import check_address
from edge.sockets.settings import SCANNER, bind, configure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STATUS_S = 1.0
"""A scanner says every second that it is there; the daemon takes silence for a fault."""

VIEWS = ("AR", "HR")
_EXAM = re.compile(r"[A-Za-z0-9._-]{1,64}")
_MAX_SPACING_MM = 100.0


class ScannerPublisher:
    """Frames and events of a scanner; a thread of its own sends the status each second.

    Epoch and sequence numbers are its business: a frame that the receiver was too slow for keeps
    its number, so that the daemon counts it as missing. May be used from several threads.

    Attributes:
        endpoint: the address bound to, with the port that a `*` was given.
        epoch: drawn at random for this process.
        dropped: frames left out because the receiver did not keep up.
    """

    def __init__(self, address: str, *, exam: str) -> None:
        """Bind to `address`, on this host; ValueError where it or `exam` cannot be used.

        `exam`: opaque id, 1-64 of A-Z a-z 0-9 . _ -; never a name, number or date of a person.
        """
        self._exam = _checked_exam(exam)
        check_address(address)
        self.epoch = secrets.randbits(63)
        self.dropped = 0
        self._last_seq = -1
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.XPUB)
        configure(self._socket, SCANNER, address)
        self.endpoint = bind(self._socket, address)
        self._status = threading.Thread(target=self._say_status, name="status", daemon=True)
        self._status.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def frame(
        self,
        image: Image | NDArray[np.uint8],
        *,
        view: str | None,
        spacing_mm: tuple[float, float] | None,
        capture_ns: int | None = None,
        hold: int | None = None,
    ) -> int:
        """Send one frame and return its `seq`.

        Args:
            image: gray pixels (height, width) uint8, or what `edge.client.image` makes.
            view: "AR", "HR", or None where the scanner does not say.
            spacing_mm: mm per pixel, down and across; None where it is not known.
            capture_ns: ns since the Unix epoch, scanner's clock; None: now.
            hold: number of the acquisition, where the scanner counts them itself.

        Raises:
            ValueError: an argument is not what the protocol allows; nothing was sent.
        """
        made = image if isinstance(image, Image) else from_array(image)
        header = {
            "capture_ns": time.time_ns() if capture_ns is None else capture_ns,
            "view": _checked_view(view),
            "width": made.width,
            "height": made.height,
            "format": made.format,
            "spacing_mm": _checked_spacing(spacing_mm),
            "hold": hold,
        }
        with self._lock:
            self._last_seq += 1
            seq = self._last_seq
            # In this order the daemon reads a header in a fifth of the time.
            self._send("frame", {**header, **self._identity(seq=seq)}, made.data)
        return seq

    def freeze(self) -> None:
        """The sonographer has frozen the image."""
        self._event("freeze")

    def unfreeze(self) -> None:
        """The image is live again."""
        self._event("unfreeze")

    def end_exam(self, next_exam: str | None = None) -> None:
        """The exam is over, and its reading may be given; `next_exam`: id of the one to come."""
        checked = _checked_exam(next_exam) if next_exam is not None else self._exam
        self._event("exam_end")
        with self._lock:
            self._exam = checked

    def close(self, linger_ms: int = 1000) -> None:
        """Close after at most `linger_ms` for what is still to be sent."""
        self._closing.set()
        self._status.join()
        with self._lock:
            self._socket.close(linger=linger_ms)

    def _say_status(self) -> None:
        while not self._closing.wait(STATUS_S):
            self._event("status")

    def _event(self, kind: str) -> None:
        with self._lock:
            fields = {"event": kind, "last_seq": self._last_seq, "time_ns": time.time_ns()}
            self._send("event", {**self._identity(), **fields})

    def _identity(self, **place: int) -> dict[str, Any]:
        return {"v": 1, "epoch": self.epoch, **place, "exam": self._exam}

    def _send(self, topic: str, fields: dict[str, Any], *pixels: bytes | memoryview) -> None:
        parts = (topic.encode(), msgpack.packb(fields), *pixels)
        try:
            self._socket.send_multipart(parts, flags=zmq.NOBLOCK if pixels else 0, copy=False)
        except zmq.Again:
            self.dropped += bool(pixels)


def _checked_exam(exam: str) -> str:
    if not _EXAM.fullmatch(exam):
        # What was given may name a person: it is not repeated.
        raise ValueError("exam: must be 1 to 64 of A-Z a-z 0-9 . _ -, and no name of a person")
    return exam


def _checked_view(view: str | None) -> str | None:
    if view is not None and view not in VIEWS:
        raise ValueError(f"view: {view!r}; allowed: {', '.join(VIEWS)} or None")
    return view


def _checked_spacing(spacing_mm: tuple[float, float] | None) -> list[float] | None:
    if spacing_mm is None:
        return None
    spacing = [float(each) for each in spacing_mm]
    if len(spacing) != 2 or not all(0 < each <= _MAX_SPACING_MM for each in spacing):
        raise ValueError(
            f"spacing_mm: {spacing_mm}: expected (down, across), each above 0 and up to "
            f"{_MAX_SPACING_MM:g} mm"
        )
    return spacing
