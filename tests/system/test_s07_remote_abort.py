"""S7: no shape of a message stops or kills the receiver."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from edge.contract import topics
from edge.sockets.link import Link
from tests.system.bare_scanner import BareScanner
from tests.system.daemon_process import ROOT
from tests.system.zmtp import greeting, ready

PATIENCE_S = 10.0
GREETING, READY = greeting(b"NULL"), ready(b"PUB")
"""A publisher's first words without keys."""

MORE = b"\x01\x05frame"
"""The topic, with the mark that another part follows."""

CONFLATING = """
import sys, zmq
socket = zmq.Context().socket(zmq.SUB)
socket.setsockopt(zmq.CONFLATE, 1)
socket.subscribe("frame")
socket.connect(sys.argv[1])
while True:
    socket.recv()
"""


UNREAD = """
import sys, threading, time, zmq
from edge.sockets.link import Link
from edge.sockets.settings import LINK, configure

def send():
    while True:
        publisher.send_multipart([b"frame", b"header", bytes(100_000)])
        time.sleep(0.02)

publisher = zmq.Context.instance().socket(zmq.PUB)
address = f"tcp://127.0.0.1:{publisher.bind_to_random_port('tcp://127.0.0.1')}"
threading.Thread(target=send, daemon=True).start()
link = Link(address, time.monotonic())
if sys.argv[1] == "plain":
    socket = zmq.Context.instance().socket(zmq.SUB)
    configure(socket, LINK, address)
    socket.subscribe("frame")
    socket.connect(address)
got = 0
for _ in range(4):
    ends_s = time.monotonic() + 0.4
    while time.monotonic() < ends_s:
        if sys.argv[1] == "plain":
            got += socket.poll(0) and bool(socket.recv_multipart())
        else:
            link.supervise(time.monotonic())
            got += link.receive(time.monotonic()) is not None
        time.sleep(0.002)
    time.sleep(1.3)  # a busy host, a suspended laptop
print(got)
"""
"""A receiver that four times gets no time for longer than heartbeats wait."""


def next_parts(link: Link, scanner: BareScanner | None = None) -> int | None:
    """Number of parts of the next message as it is handed on; None where none comes."""
    ends_s = time.monotonic() + (PATIENCE_S if scanner else 0.5)
    while (now_s := time.monotonic()) < ends_s:
        link.supervise(now_s)
        if parts := link.receive(now_s):
            return len(parts)
        if scanner:
            scanner.frame()
        time.sleep(0.01)
    return None


@contextmanager
def stalling(address: str) -> Iterator[None]:
    """A publisher that speaks ZMTP by hand, begins a message, and never ends it."""
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    with socket.create_server((host, int(port))) as server:
        server.settimeout(PATIENCE_S)
        peer, _ = server.accept()
        with peer:
            peer.settimeout(PATIENCE_S)
            peer.sendall(GREETING + READY)
            heard = b""
            while b"\x01frame" not in heard:  # the subscription: the handshake is done
                heard += peer.recv(4096)
            peer.sendall(MORE)
            yield


@pytest.fixture
def scanner() -> Iterator[BareScanner]:
    scanner = BareScanner()
    yield scanner
    scanner.close()


@pytest.mark.goal("S7", "a message begun and never ended: the next scanner is read")
def test_a_message_that_is_begun_and_never_ended_halts_nothing(scanner: BareScanner) -> None:
    scanner.close()
    link = Link(scanner.endpoint, time.monotonic())
    with stalling(scanner.endpoint):
        stalled = next_parts(link)
    scanner.open_again()
    parts = next_parts(link, scanner)
    link.close()

    assert stalled is None
    assert parts == topics.FRAME.parts


@pytest.mark.goal("S7", "1 to 10,000 parts, empty or not: cut, and the next frame is read")
@pytest.mark.parametrize("parts", [1, 2, 3, 10_000])
@pytest.mark.parametrize("content", [b"", b"x"], ids=["empty", "not empty"])
def test_any_number_of_parts_is_taken_in_and_cut_to_one_too_many(
    scanner: BareScanner, parts: int, content: bytes
) -> None:
    link = Link(scanner.endpoint, time.monotonic())
    assert next_parts(link, scanner)
    while next_parts(link):
        pass  # what was sent meanwhile

    scanner.send(b"frame", *[content] * (parts - 1))
    scanner.frame()
    found = [next_parts(link), next_parts(link)]
    link.close()

    assert found == [min(parts, topics.FRAME.parts + 1), topics.FRAME.parts]


@pytest.mark.goal("S7", control="with ZMQ_CONFLATE the process is aborted")
def test_a_socket_that_conflates_is_killed_by_it(scanner: BareScanner) -> None:
    """The control, and why CONFLATE is set nowhere: libzmq aborts."""
    scanner.close()
    command = [sys.executable, "-c", CONFLATING, scanner.endpoint]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as receiver:
        try:
            with stalling(scanner.endpoint):
                code = receiver.wait(PATIENCE_S)
        finally:
            receiver.kill()

    assert code == -signal.SIGABRT


def after_standing_still(kind: str) -> tuple[int, str]:
    """Exit code and output of a receiver of this kind."""
    command = [sys.executable, "-c", UNREAD, kind]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=60, cwd=ROOT
    )
    return done.returncode, done.stdout


@pytest.mark.goal("S7", "a receiver that stood still for longer than heartbeats wait reads on")
def test_a_receiver_that_stood_still_reads_on() -> None:
    code, told = after_standing_still("link")

    assert code == 0
    assert int(told) > 20


@pytest.mark.goal("S7", control="a socket that is just read on is aborted (libzmq issue 3937)")
def test_a_socket_that_is_just_read_on_is_aborted() -> None:
    """The control: the same settings without supervision."""
    assert after_standing_still("plain")[0] == -signal.SIGABRT
