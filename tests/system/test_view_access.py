"""Who may look at the viewer's page, and who may not."""

import asyncio
import http.client
import json
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import zmq
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.system.bare_viewer import LONGEST_S
from tests.system.keyed_bus import keyed_bus
from tests.system.speaker import Speaker
from tests.system.view_process import ROOT, viewing

TOKEN = "a1b2c3d4e5f60718"


@pytest.fixture(scope="module")
def speaker() -> Iterator[Speaker]:
    with Speaker() as speaker:
        yield speaker


@pytest.fixture(scope="module")
def open_url(speaker: Speaker) -> Iterator[str]:
    """A viewer on this host, as it is without options."""
    with viewing(speaker.address) as view:
        yield view.url


@pytest.fixture(scope="module")
def guarded_url(speaker: Speaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A viewer with a token and TLS."""
    folder = tmp_path_factory.mktemp("guarded")
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed, which makes the certificate")
    make = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext"
    subprocess.run(
        [*make.split(), "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    token = folder / "token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    tls = ("--tls-cert", folder / "cert.pem", "--tls-key", folder / "key.pem")
    with viewing(speaker.address, "--token-file", token, *tls) as view:
        yield view.url


def get(url: str, path: str = "/", **headers: str) -> tuple[int, dict[str, str]]:
    """Status and headers."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    if parts.scheme == "https":
        context = ssl._create_unverified_context()
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            parts.hostname, parts.port, context=context
        )
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}


def live(url: str, origin: str | None, **headers: str) -> dict[str, object]:
    """First message of the WebSocket."""
    return asyncio.run(_live(url, origin, headers))


async def _live(url: str, origin: str | None, headers: dict[str, str]) -> dict[str, object]:
    # Not the client with threads: one reads while another writes, which OpenSSL does not allow of
    # one connection, and one in a thousand hangs.
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    context = ssl._create_unverified_context() if secure else None
    address = f"{'wss' if secure else 'ws'}://{parts.netloc}/live"
    async with connect_async(
        address, origin=origin, additional_headers=headers, ssl=context, proxy=None
    ) as socket:
        first: dict[str, object] = json.loads(await asyncio.wait_for(socket.recv(), 10))[0]
        return first


def test_this_host_may_look_and_the_page_may_load_nothing_from_elsewhere(open_url: str) -> None:
    status, headers = get(open_url)

    assert status == 200
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers


def test_a_foreign_name_that_leads_here_is_not_answered(open_url: str) -> None:
    assert get(open_url, Host="evil.example:80")[0] == 403
    assert get(open_url, Host="localhost:1")[0] == 200, "control: a name of this host"


def test_only_this_servers_own_page_may_connect(open_url: str) -> None:
    own = open_url.rstrip("/")

    assert live(open_url, own)["kind"] == "hello"
    for origin in ("http://evil.example", None):
        with pytest.raises(InvalidStatus):
            live(open_url, origin)


def test_with_a_token_nothing_is_answered_without_it(guarded_url: str) -> None:
    own = guarded_url.rstrip("/")
    for path in ("/", "/page/main.js", "/reading/room1", f"/?token={TOKEN[:-1]}0", "/?token="):
        assert get(guarded_url, path)[0] == 401, path
    assert get(guarded_url, Cookie="steatoscope=wrong")[0] == 401
    with pytest.raises(InvalidStatus):
        live(guarded_url, own)


def test_the_token_is_asked_for_once_and_leaves_the_address(guarded_url: str) -> None:
    status, headers = get(guarded_url, f"/?token={TOKEN}")
    cookie = headers["set-cookie"]
    pair = cookie.partition(";")[0]

    assert (status, headers["location"]) == (303, "/")
    for word in ("HttpOnly", "Secure", "SameSite=strict"):
        assert word.lower() in cookie.lower()
    assert get(guarded_url, Cookie=pair)[0] == 200
    assert live(guarded_url, guarded_url.rstrip("/"), Cookie=pair)["kind"] == "hello"


def test_a_path_that_leaves_the_page_folder_leads_nowhere(open_url: str) -> None:
    for path in ("/page/../app.py", "/page/%2e%2e/app.py", "/page/..%2fapp.py"):
        assert get(open_url, path)[0] == 404


def test_what_a_browser_says_cannot_break_the_viewer(open_url: str) -> None:
    own = open_url.rstrip("/")
    address = f"ws://{urlsplit(open_url).netloc}/live"
    said = ("", "{", "[1]", '{"select": 5}', '{"drawn": "x"}', "null", "x" * 5000, b"\x00")
    for word in said:
        with connect(address, origin=own, proxy=None) as socket:  # type: ignore[arg-type]
            socket.send(word)
            socket.recv(10)

    assert live(open_url, own)["kind"] == "hello"


def test_a_key_that_the_daemon_refuses_is_told_on_the_page(tmp_path: Path) -> None:
    server, viewer = zmq.curve_keypair(), zmq.curve_keypair()
    files = {}
    for name, key in (("server", server[0]), ("public", viewer[0]), ("secret", viewer[1])):
        files[name] = tmp_path / f"{name}.key"
        files[name].write_bytes(key)
    keys = [word for name, file in files.items() for word in (f"--{name}-key", file)]
    with keyed_bus(server, set()) as address, viewing(address, *keys) as view:
        own = view.url.rstrip("/")
        parts = urlsplit(view.url)
        with connect(f"ws://{parts.netloc}/live", origin=own, proxy=None) as socket:  # type: ignore[arg-type]
            problem = None
            while problem is None:
                for message in json.loads(socket.recv(LONGEST_S)):
                    problem = message.get("problem") or message.get("link", {}).get("problem")

    assert "refused this viewer's key" in problem


def test_a_port_that_is_taken_is_told_with_a_remedy(open_url: str) -> None:
    port = str(urlsplit(open_url).port)
    command = [sys.executable, "-m", "edge", "view", "--port", port]

    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert ended.returncode == 3
    assert "cannot bind" in ended.stderr
    assert "choose another --port" in ended.stderr
