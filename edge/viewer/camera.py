"""A thread that listens to one scanner's frames and makes pictures of the newest for the page."""

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from edge.client import Overlay
from edge.contract import topics
from edge.contract.codec import RefusedError, decode_event, decode_frame
from edge.contract.pixels import PixelError, decode
from edge.sockets.link import Link, Parts
from edge.viewer.outline import Outline
from edge.viewer.picture import PictureSettings, encode

POLL_MS = 50

EARLY = 0.3
"""A frame may come earlier by this share of the period: scanners are not exact either."""

_FRAME, _EVENT = topics.FRAME.name.encode(), topics.EVENT.name.encode()


class Reports(NamedTuple):
    """Where a camera's findings go; called from its thread.

    `wanted`: whether somebody looks; `picture` and `event`: one has come.
    """

    wanted: Callable[[], bool]
    picture: Callable[[bytes], None]
    event: Callable[[str], None]


class Camera(threading.Thread):
    """Pictures of one scanner, at most `settings.fps` a second, until stopped."""

    def __init__(
        self,
        connect: Callable[[], Link],
        overlay: Callable[[], Overlay | None],
        settings: PictureSettings,
        reports: Reports,
    ) -> None:
        """`connect`: makes the link, when somebody first looks.

        `overlay`: where the daemon last looked, asked from the camera's thread.
        """
        super().__init__(name="camera", daemon=True)
        self._connect, self._overlay = connect, overlay
        self._settings, self._reports = settings, reports
        self._link: Link | None = None
        self._outline = Outline()
        self._due_s = float("-inf")
        self._stopping = threading.Event()

    def run(self) -> None:
        """Serve until `stop`."""
        try:
            while not self._stopping.wait(0 if self._link else POLL_MS / 1000):
                # Not sooner: to a scanner that waits for its first receiver, that is the daemon.
                if self._link is None and self._reports.wanted():
                    self._link = self._connect()
                if self._link is not None:
                    self._turn(self._link)
        finally:
            if self._link is not None:
                self._link.close()

    def stop(self) -> None:
        """Ask the thread to end, and wait for it."""
        self._stopping.set()
        self.join()

    def _turn(self, link: Link) -> None:
        if link.socket is None:
            time.sleep(POLL_MS / 1000)
        else:
            link.socket.poll(POLL_MS)
        newest = self._newest(link)
        now_s = time.monotonic()
        link.supervise(now_s)
        if newest is not None and self._is_due(now_s) and self._reports.wanted():
            self._make(newest)

    def _newest(self, link: Link) -> Parts | None:
        """The newest frame that waits; events on the way are told."""
        newest = None
        while (parts := link.receive(time.monotonic())) is not None:
            if len(parts) == topics.FRAME.parts and parts[0].bytes == _FRAME:
                newest = parts
            elif len(parts) == topics.EVENT.parts and parts[0].bytes == _EVENT:
                self._tell_event(parts[1].bytes)
        return newest

    def _is_due(self, now_s: float) -> bool:
        period_s = 1 / self._settings.fps
        if now_s < self._due_s - EARLY * period_s:
            return False
        self._due_s = max(self._due_s + period_s, now_s - period_s)
        return True

    def _make(self, parts: Parts) -> None:
        try:
            header = decode_frame(parts[1].bytes)
            gray = decode(parts[2].buffer, header.format, header.width, header.height)
        except (RefusedError, PixelError):
            return  # the daemon counts and reports it
        self._outline.add(gray)
        outline, side_px = self._outline.polygon, self._settings.side_px
        picture = encode(gray, header, self._overlay(), outline, side_px)
        self._reports.picture(picture)

    def _tell_event(self, data: bytes) -> None:
        try:
            self._reports.event(decode_event(data).event)
        except RefusedError:
            return  # the daemon counts and reports it
