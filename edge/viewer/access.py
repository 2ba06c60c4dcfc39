"""Who may look: this host without further ado, others with a token; and no foreign page."""

import hmac
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "steatoscope"

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})

POLICY = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
"""Headers of every answer: the page loads and speaks to nothing but this server."""


@dataclass(frozen=True)
class Access:
    """ASGI middleware.

    Without a token only requests addressed to this host by a loopback name are answered, so that a
    web page elsewhere cannot reach in through a name of its own. With one, it is asked for once, as
    `?token=`, and kept in a cookie that scripts cannot read. A WebSocket must come from this
    server's own page.
    """

    app: ASGIApp
    token: str = ""
    secure: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass or answer it here."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if refusal := self._refusal(scope, headers):
            await _answer(refusal, scope, receive, send)
        elif self.token and self._given(scope):
            await _answer(self._remember(), scope, receive, send)
        else:
            await self.app(scope, receive, _with_policy(send))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if scope["type"] == "websocket":
            origin = headers.get("origin", "")
            if origin.partition("://")[2] != host:
                return PlainTextResponse("only this server's own page may connect", 403)
        if not self.token:
            if host.rpartition(":")[0] in LOOPBACK or host in LOOPBACK:
                return None
            return PlainTextResponse("ask for it as 127.0.0.1 or localhost", 403)
        if self._given(scope) or self._remembered(headers):
            return None
        return PlainTextResponse(
            "open the address with ?token=..., as the viewer's owner has it", 401
        )

    def _given(self, scope: Scope) -> bool:
        query = parse_qs(scope.get("query_string", b"").decode(errors="replace"))
        return self._is_token(query.get("token", [""])[0])

    def _remembered(self, headers: Headers) -> bool:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        return morsel is not None and self._is_token(morsel.value)

    def _is_token(self, text: str) -> bool:
        return hmac.compare_digest(text.encode(), self.token.encode())

    def _remember(self) -> Response:
        """The page without the token in its address, where it would stay in the history."""
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(
            COOKIE, self.token, httponly=True, secure=self.secure, samesite="strict"
        )
        return response


async def _answer(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    await response(scope, receive, _with_policy(send))


def _with_policy(send: Send) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(POLICY)
        await send(message)

    return sender
