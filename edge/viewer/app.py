"""The web application: the page, its WebSocket, and the reading for the printed page."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from edge.viewer.hub import Hub
from edge.viewer.outbox import Outbox

PAGE = Path(__file__).parent / "page"

MAX_WORD_CHARS = 256
"""Longest message of a browser that is looked at."""

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


def make_app(hub: Hub, lifespan: Lifespan) -> Starlette:
    """The application around a hub; `lifespan` runs what feeds the hub."""

    async def page(_request: Request) -> FileResponse:
        return FileResponse(PAGE / "index.html")

    async def printed(_request: Request) -> FileResponse:
        return FileResponse(PAGE / "print.html")

    async def reading(request: Request) -> JSONResponse:
        found = hub.reading(request.path_params["scanner"])
        return JSONResponse(found, status_code=200 if found else 404)

    async def live(socket: WebSocket) -> None:
        await socket.accept()
        await _serve(socket, hub)

    routes = [
        Route("/", page),
        Route("/print/{scanner}", printed),
        Route("/reading/{scanner}", reading),
        WebSocketRoute("/live", live),
        Mount("/page", StaticFiles(directory=PAGE)),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


async def _serve(socket: WebSocket, hub: Hub) -> None:
    """Send what the outbox holds and listen to the browser until it goes."""
    outbox = hub.join()
    try:
        async with asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(_send(socket, hub, outbox))
            await _listen(socket, outbox)
            sending.cancel()
    except* (WebSocketDisconnect, RuntimeError, OSError):
        pass  # the browser has gone, in whatever way
    finally:
        hub.leave(outbox)


async def _send(socket: WebSocket, hub: Hub, outbox: Outbox) -> None:
    while True:
        texts, picture = await outbox.take()
        if outbox.overrun:
            outbox.overrun = False
            texts = [hub.snapshot()]
        if texts:
            await socket.send_text(f"[{','.join(texts)}]")
        if picture:
            await socket.send_bytes(picture)


async def _listen(socket: WebSocket, outbox: Outbox) -> None:
    """`{"drawn": true}` after each picture; `{"select": NAME}` for another scanner's pictures."""
    while True:
        received = await socket.receive()
        if received["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(received.get("code", 1000))
        text = received.get("text") or ""
        word = _word(text) if len(text) <= MAX_WORD_CHARS else {}
        if word.get("drawn"):
            outbox.drawn()
        if isinstance(name := word.get("select"), str):
            outbox.select(name)


def _word(text: str) -> dict[str, object]:
    try:
        word = json.loads(text)
    except ValueError:
        return {}
    return word if isinstance(word, dict) else {}
