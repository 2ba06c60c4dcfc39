"""Whom a flood of topics is laid to."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zmq

from edge.sockets import requests
from edge.sockets.authenticator import DOMAIN, Authenticator
from edge.sockets.enrolment import Enrolment
from edge.sockets.keyring import Keyring
from edge.sockets.keys import KeyPair, secure_client, secure_server
from edge.sockets.requests import FloodError, Requests

Ask = Callable[[str, int], None]


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[tuple[Requests, Ask]]:
    """A socket's requests, and what has a viewer ask for so many topics of 100 bytes each."""
    keyring = Keyring(tmp_path)
    server = keyring.create().public
    pairs = {name: KeyPair.draw() for name in ("greedy", "honest")}
    for name, pair in pairs.items():
        keyring.enrol(name, pair.public)
    with Authenticator(Enrolment(tmp_path)) as door, door.context.socket(zmq.XPUB) as port:
        secure_server(port, door.enrolment.own, DOMAIN)
        port.xpub_verbose = True
        address = f"tcp://127.0.0.1:{port.bind_to_random_port('tcp://127.0.0.1')}"
        with zmq.Context() as context:
            viewers = {}
            for name, pair in pairs.items():
                viewers[name] = context.socket(zmq.SUB)
                viewers[name].linger = 0
                secure_client(viewers[name], pair, server)
                viewers[name].connect(address)

            def ask(name: str, topics: int) -> None:
                for number in range(topics):
                    viewers[name].subscribe(f"{name}{number}".ljust(99))
                assert port.poll(5000)

            yield Requests(port), ask
            for viewer in viewers.values():
                viewer.close()


def told(taken: Requests, topics: int) -> int:
    """How many are told within a while, and no fewer than these if they come at all."""
    found: set[bytes] = set()
    ends_s = time.monotonic() + 10
    while len(found) < topics and time.monotonic() < ends_s:
        found |= taken.take()
        time.sleep(0.01)
    return len(found)


def test_it_is_laid_to_who_asked_for_most(
    asked: tuple[Requests, Ask], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not to whose topic was one too many: else a viewer could have another one shut out."""
    monkeypatch.setattr(requests, "MOST_BYTES", 1050)
    taken, ask = asked
    ask("greedy", 10)
    assert told(taken, 10) == 10

    ask("honest", 1)

    with pytest.raises(FloodError) as flood:
        told(taken, 1)
    assert flood.value.name == "greedy"


def test_so_it_is_where_they_come_at_once(
    asked: tuple[Requests, Ask], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "MOST_AT_ONCE", 10)
    taken, ask = asked
    ask("greedy", 9)
    ask("honest", 1)
    time.sleep(1)  # until all wait

    with pytest.raises(FloodError) as flood:
        taken.take()
    assert flood.value.name == "greedy"


def test_below_the_limits_all_are_told(asked: tuple[Requests, Ask]) -> None:
    """The control."""
    taken, ask = asked
    ask("greedy", 9)
    ask("honest", 1)

    assert told(taken, 10) == 10
    assert taken.take() == set()
