"""Serves the pages on a thread of its own; slow, silent and countless clients change nothing."""

import asyncio
import logging
import socket
import threading
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

from edge.health.address import Place
from edge.health.pages import Source
from edge.health.request import MAX_HEAD_BYTES, reply

MAX_CLIENTS = 64
"""Connections at once; one more, and the oldest is closed, so that the newest is served."""

LIMIT_S = 2.0
"""For a whole exchange."""

log = logging.getLogger(__name__)


class HealthError(ValueError):
    """Health cannot be served; names the address and the remedy."""


class HealthServer:
    """Serves from `start` on; bound from the beginning.

    Attributes:
        place: where, with the port that 0 was given.
    """

    def __init__(self, place: Place) -> None:
        """Bind; HealthError where the address cannot be had."""
        self._pages: Mapping[str, Source] = {}
        self._clients: OrderedDict[asyncio.Task[None], None] = OrderedDict()
        self._socket = _bind(place)
        self.place = Place(place.host, self._socket.getsockname()[1])
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="health", daemon=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def start(self, pages: Mapping[str, Source]) -> None:
        """Serve these pages, by path; whoever has connected before has waited."""
        self._pages = pages
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
        self._loop.close()
        self._socket.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(
            self._accept, sock=self._socket, limit=MAX_HEAD_BYTES, backlog=MAX_CLIENTS
        )
        await self._stopping.wait()
        server.close()
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = asyncio.current_task()
        if client is None:
            return
        self._clients[client] = None
        if len(self._clients) > MAX_CLIENTS:
            next(iter(self._clients)).cancel()
        try:
            with suppress(TimeoutError, OSError, asyncio.CancelledError):
                async with asyncio.timeout(LIMIT_S):
                    await self._answer(reader, writer)
        finally:
            self._clients.pop(client, None)
            writer.transport.abort() if writer.transport.get_write_buffer_size() else writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as error:
            if not error.partial:
                return
            head = b""
        except asyncio.LimitOverrunError:
            head = b""
        writer.write(reply(head.removesuffix(b"\r\n\r\n"), self._pages))
        await writer.drain()
        writer.write_eof()


def _bind(place: Place) -> socket.socket:
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        # Else a new start within a minute of the last one finds the address taken (Unix).
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(place)
        bound.listen(MAX_CLIENTS)
    except OSError as error:
        bound.close()
        raise HealthError(
            f"health: bind: {place}: {error.strerror}; set [health] bind (or --health) to another "
            'port of this host, or to "" for none'
        ) from error
    bound.setblocking(False)
    return bound
