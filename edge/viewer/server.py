"""Runs the viewer: the tasks that feed the hub, the cameras, and the web server around them."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

import uvicorn
from starlette.applications import Starlette

from edge import __version__
from edge.client import EstimateStream
from edge.contract.bundle import Bundle
from edge.contract.grading import GRADES, THRESHOLDS_PCT
from edge.sockets.keys import KeyPair, pinned
from edge.sockets.link import Link
from edge.viewer.access import Access
from edge.viewer.app import make_app
from edge.viewer.camera import Camera, Reports
from edge.viewer.follower import beat, follow
from edge.viewer.hub import Hub
from edge.viewer.page_messages import NOTICE
from edge.viewer.settings import Eye, ViewError, ViewSettings, Web

MAX_WORD_BYTES = 4096
"""Largest message taken from a browser."""

T = TypeVar("T")

END_S = 1
"""How long an open page may hold up the end."""


def bind(web: Web) -> socket.socket:
    """The listening socket; ViewError where the address is taken or not this host's."""
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((web.host, web.port))
        listening.listen()  # before the address is told: who asks at once waits and is answered
    except OSError as error:
        listening.close()
        raise ViewError(
            f"--host {web.host} --port {web.port}: cannot bind: {error.strerror}; "
            "choose another --port, or 0 for any that is free"
        ) from error
    return listening


def url(web: Web, listening: socket.socket) -> str:
    """Address of the page."""
    host = f"[{web.host}]" if ":" in web.host else web.host
    scheme = "https" if web.secure else "http"
    return f"{scheme}://{host}:{listening.getsockname()[1]}/"


def serve(settings: ViewSettings, bundle: Bundle, listening: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM."""
    hub = Hub(_facts(bundle, settings), list(settings.eyes))
    app = make_app(hub, partial(_lifespan, settings, hub))
    web = settings.web
    config = uvicorn.Config(
        Access(app, web.token, web.secure),
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=MAX_WORD_BYTES,
        ws_per_message_deflate=False,
        ssl_certfile=web.certificate,
        ssl_keyfile=web.key,
        timeout_graceful_shutdown=END_S,
    )
    uvicorn.Server(config).run(sockets=[listening])


def _facts(bundle: Bundle, settings: ViewSettings) -> dict[str, object]:
    manifest = bundle.manifest
    return {
        "version": __version__,
        "notice": NOTICE,
        "model": {
            "name": manifest.name,
            "version": manifest.version,
            "sha256": bundle.sha256,
            "measured_on": manifest.measured_on,
        },
        "grades": list(GRADES),
        "thresholds_pct": list(THRESHOLDS_PCT),
        "cameras": list(settings.eyes),
    }


@asynccontextmanager
async def _lifespan(settings: ViewSettings, hub: Hub, _app: Starlette) -> AsyncIterator[None]:
    loop = asyncio.get_running_loop()
    cameras = [_camera(name, eye, settings, (hub, loop)) for name, eye in settings.eyes.items()]
    with EstimateStream(settings.daemon, keys=settings.keys) as stream:
        tasks = [asyncio.create_task(each) for each in (follow(stream, hub), beat(hub))]
        for camera in cameras:
            camera.start()
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for camera in cameras:
                await asyncio.to_thread(camera.stop)


def _camera(
    name: str,
    eye: Eye,
    settings: ViewSettings,
    target: tuple[Hub, asyncio.AbstractEventLoop],
) -> Camera:
    hub, loop = target
    reports = Reports(
        wanted=partial(hub.wants, name),
        picture=_in_loop(loop, partial(hub.picture, name)),
        event=_in_loop(loop, partial(hub.event, name)),
    )

    own = KeyPair(*settings.keys.pair()) if settings.keys else None

    def connect() -> Link:
        return Link(eye.frames, time.monotonic(), keys=pinned(eye.server_key, own))

    return Camera(connect, partial(hub.overlay, name), settings.pictures, reports)


def _in_loop(loop: asyncio.AbstractEventLoop, call: Callable[[T], None]) -> Callable[[T], None]:
    """`call`, made from another thread to be carried out by the loop's."""

    def report(value: T) -> None:
        loop.call_soon_threadsafe(call, value)

    return report
