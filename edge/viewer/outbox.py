"""What one browser is still to get: bounded, newest wins, so that a slow one slows nobody."""

import asyncio
from collections import deque

MAX_TEXTS = 512
"""About 8 s of one scanner's messages; a browser that is further behind gets the state anew."""

MAX_IN_FLIGHT = 4
"""Pictures sent but not yet drawn: 30 a second over a link of 130 ms there and back, while a link
that is too thin lags by no more than these."""


class Outbox:
    """Messages for one browser; used by the event loop's thread alone.

    Attributes:
        scanner: whose pictures the browser wants; None before it has said so.
        overrun: it fell so far behind that its messages were thrown away; it needs a snapshot.
    """

    def __init__(self) -> None:
        self.scanner: str | None = None
        self.overrun = False
        self._texts: deque[str] = deque()
        self._picture: bytes | None = None
        self._in_flight = 0
        self._ready = asyncio.Event()

    def add(self, text: str) -> None:
        """A message in JSON; where there is no room for it, all are given up."""
        if len(self._texts) >= MAX_TEXTS:
            self._texts.clear()
            self.overrun = True
        if not self.overrun:
            self._texts.append(text)
        self._ready.set()

    def show(self, scanner: str, picture: bytes) -> None:
        """A picture; replaces one that waits. Another scanner's than the browser's is ignored."""
        if scanner == self.scanner:
            self._picture = picture
            self._ready.set()

    def select(self, scanner: str) -> None:
        """The browser wants the pictures of another scanner."""
        self.scanner, self._picture = scanner, None

    def drawn(self) -> None:
        """The browser has drawn a picture."""
        self._in_flight = max(0, self._in_flight - 1)
        self._ready.set()

    async def take(self) -> tuple[list[str], bytes | None]:
        """Wait for something to send, and give all of it."""
        while not (self._texts or self.overrun or self._may_send_picture()):
            self._ready.clear()
            await self._ready.wait()
        texts, picture = list(self._texts), None
        self._texts.clear()
        if self._may_send_picture():
            picture, self._picture = self._picture, None
            self._in_flight += 1
        return texts, picture

    def _may_send_picture(self) -> bool:
        return self._picture is not None and self._in_flight < MAX_IN_FLIGHT
