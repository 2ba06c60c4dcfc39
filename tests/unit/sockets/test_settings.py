from pathlib import Path

import zmq

import edge
from edge.sockets.authenticator import DOMAIN
from edge.sockets.keys import KeyPair, secure_server
from edge.sockets.settings import BUS, LINK, SCANNER, VIEWER

FORBIDDEN = (
    "CONFLATE",
    "import pickle",
    "allow_pickle=True",
    "recv_pyobj",
    "send_pyobj",
    "eval(",
    "exec(",
    "yaml.load",
)


def test_the_socket_settings_are_frozen() -> None:
    assert {zmq.SocketOption(option).name: value for option, value in LINK.items()} == {
        "LINGER": 0,
        "HANDSHAKE_IVL": 1000,
        "HEARTBEAT_IVL": 250,
        "HEARTBEAT_TIMEOUT": 750,
        "HEARTBEAT_TTL": 1000,
        "RCVHWM": 4,
        "RCVBUF": 4 * 2**20,
        "MAXMSGSIZE": 8 * 2**20,
        "CONNECT_TIMEOUT": 1000,
        "RECONNECT_IVL": 50,
        "RECONNECT_IVL_MAX": 500,
    }
    assert {zmq.SocketOption(option).name: value for option, value in BUS.items()} == {
        "LINGER": 0,
        "HANDSHAKE_IVL": 1000,
        "SNDHWM": 256,
        "RCVHWM": 2,
        "MAXMSGSIZE": 512,
        "HEARTBEAT_IVL": 500,
        "HEARTBEAT_TIMEOUT": 1000,
        "XPUB_VERBOSE": 1,
    }


def test_the_other_ends_settings_are_frozen() -> None:
    assert {zmq.SocketOption(option).name: value for option, value in SCANNER.items()} == {
        "LINGER": 0,
        "HANDSHAKE_IVL": 1000,
        "SNDHWM": 8,
        "SNDBUF": 4 * 2**20,
        "RCVHWM": 2,
        "MAXMSGSIZE": 512,
        "HEARTBEAT_IVL": 500,
        "HEARTBEAT_TIMEOUT": 1000,
        "XPUB_VERBOSE": 1,
        "XPUB_NODROP": 1,
        "SNDTIMEO": 1000,
    }
    assert {zmq.SocketOption(option).name: value for option, value in VIEWER.items()} == {
        "LINGER": 0,
        "HANDSHAKE_IVL": 1000,
        "RCVHWM": 1000,
        "MAXMSGSIZE": 65536,
        "HEARTBEAT_IVL": 500,
        "HEARTBEAT_TIMEOUT": 1000,
        "RECONNECT_IVL": 50,
        "RECONNECT_IVL_MAX": 500,
    }


def test_a_server_with_keys_is_closed_where_nobody_answers_for_it() -> None:
    with zmq.Context() as context, context.socket(zmq.XPUB) as socket:
        secure_server(socket, KeyPair.draw(), DOMAIN)
        options = (zmq.CURVE_SERVER, zmq.ZAP_DOMAIN, zmq.ZAP_ENFORCE_DOMAIN, zmq.MECHANISM)
        found = [socket.getsockopt(option) for option in options]

    assert found == [1, b"steatoscope", 1, zmq.CURVE]


def test_nothing_that_a_peer_could_abort_or_run_code_with_is_in_the_source() -> None:
    root = Path(edge.__file__).parent
    found = [
        (path.name, word)
        for path in root.rglob("*.py")
        for word in FORBIDDEN
        if any(
            word in line and "never" not in line.lower() and '"""' not in line
            for line in path.read_text().splitlines()
        )
    ]

    assert not found
