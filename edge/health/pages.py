"""What is served under which path."""

import time
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from edge.health import metrics
from edge.health.checks import Check, checks, live, ready
from edge.health.exposition import CONTENT_TYPE
from edge.health.watched import Watched

JSON = "application/json"

KEPT_S = 0.25
"""A page is as old at most, however often it is asked for: askers cost the frames nothing."""


class Page(NamedTuple):
    """`status`: of HTTP."""

    status: int
    kind: str
    body: bytes


Source = Callable[[], Page]


def pages(watched: Watched) -> dict[str, Source]:
    """Pages by path."""
    return {
        "/healthz": _kept(lambda: _answer("live", live(watched, time.monotonic_ns()))),
        "/readyz": _kept(lambda: _answer("ready", checks(watched, time.monotonic_ns()))),
        "/metrics": _kept(lambda: Page(200, CONTENT_TYPE, metrics.page(watched).encode())),
    }


def _answer(word: str, found: list[Check]) -> Page:
    good = ready(found)
    body = msgspec.json.format(msgspec.json.encode({word: good, "checks": found}))
    return Page(200 if good else 503, JSON, body + b"\n")


def _kept(source: Source) -> Source:
    """The page made at most every KEPT_S; one thread asks."""
    made_s, page = float("-inf"), Page(503, JSON, b"")

    def kept() -> Page:
        nonlocal made_s, page
        if time.monotonic() - made_s >= KEPT_S:
            made_s, page = time.monotonic(), source()
        return page

    return kept
