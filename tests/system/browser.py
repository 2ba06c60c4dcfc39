"""A real headless Chromium, and what a page in it must never do."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

SIZE = {"width": 1920, "height": 1080}
LONGEST_MS = 30_000


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser; skips the test where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium is installed")
    with sync_api.sync_playwright() as playwright:
        # As root, and in a container, Chromium's own sandbox cannot be set up.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def opened(browser: Any, url: str) -> Iterator[Any]:
    """A page on `url`; a word on its console or a request to another host fails the test."""
    context = browser.new_context(viewport=SIZE)
    context.set_default_timeout(LONGEST_MS)
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: faults.append(f"error: {error}"))
    host = urlsplit(url).netloc

    def check(request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("blob", "data") and parts.netloc != host:
            faults.append(f"request to {request.url}")

    page.on("request", check)
    page.goto(url)
    yield page
    context.close()
    # A socket that breaks because its server was ended is no fault of the page.
    assert [fault for fault in faults if "WebSocket connection" not in fault] == []
