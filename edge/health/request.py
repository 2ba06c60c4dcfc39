"""The part of HTTP/1.1 (RFC 9112) that a probe and Prometheus speak."""

import re
from collections.abc import Mapping
from http import HTTPStatus

from edge.health.pages import Page, Source
from edge.sockets.addresses import is_loopback

MAX_HEAD_BYTES = 8192

_REQUEST = re.compile(rb"(?P<method>[A-Z]{1,16}) (?P<path>/[!-~]{0,1024}) HTTP/1\.[01]")
_HOST = re.compile(rb"\nhost:[ \t]*([!-~]{1,255})", re.IGNORECASE)

TEXT = "text/plain; charset=utf-8"


def reply(head: bytes, pages: Mapping[str, Source]) -> bytes:
    """The whole answer to a request's head (all before the empty line)."""
    first, _, rest = head.partition(b"\r\n")
    request = _REQUEST.fullmatch(first)
    if request is None:
        return _encode(_plain(HTTPStatus.BAD_REQUEST, "not a request"))
    if request["method"] not in (b"GET", b"HEAD"):
        return _encode(_plain(HTTPStatus.METHOD_NOT_ALLOWED, "GET and HEAD alone"))
    if not _meant_for_us(b"\n" + rest):
        return _encode(_plain(HTTPStatus.FORBIDDEN, "by an address of this host alone"))
    source = pages.get(request["path"].partition(b"?")[0].decode())
    page = source() if source else _plain(HTTPStatus.NOT_FOUND, " ".join(sorted(pages)))
    return _encode(page, head_only=request["method"] == b"HEAD")


def _meant_for_us(headers: bytes) -> bool:
    """Whether the request names this host: a web page elsewhere must not read it by DNS tricks."""
    found = _HOST.search(headers)
    if found is None:
        return True
    host = re.sub(r":\d{1,5}\Z", "", found[1].decode())
    return is_loopback(host.removeprefix("[").removesuffix("]"))


def _plain(status: HTTPStatus, words: str) -> Page:
    return Page(status, TEXT, f"{words}\n".encode())


def _encode(page: Page, *, head_only: bool = False) -> bytes:
    head = (
        f"HTTP/1.1 {int(page.status)} {HTTPStatus(page.status).phrase}\r\n"
        f"Content-Type: {page.kind}\r\n"
        f"Content-Length: {len(page.body)}\r\n"
        "Cache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + (b"" if head_only else page.body)
