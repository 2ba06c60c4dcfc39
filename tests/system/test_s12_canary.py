"""S12: who is examined is told nowhere: a patient's name, number, birth date, UIDs and the exam's
id are put wherever a peer can put something, and looked for wherever the daemon writes.
"""

import http.client
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import msgpack
import pytest

from edge.serving import FAULT_EXIT_CODE
from tests.goals import Record
from tests.system import odd_daemon
from tests.system.daemon_process import PROGRAM
from tests.system.keyed_room import KeyedRoom
from tests.system.mutations import CANARY, messages
from tests.system.probe import ask
from tests.system.test_s06_raw_sockets import place_of

CANARIES = {
    "name": "Doe^Jane^Canary",
    "number": "MRN-0815-4711-CANARY",
    "birth date": "19700230",
    "UID": "1.2.826.0.1.3680043.8.498.70230",
    "exam": "exam-of-jane-doe.1970",
    "another": CANARY,
}
"""A date that no clock shows and a UID that nobody has given."""

LIVE_S = 1.5


def everywhere(room: KeyedRoom) -> None:
    """Put the canaries into every field, part, topic and port that a peer can reach."""
    scanner = room.scanner
    scanner.exam = CANARIES["exam"]
    _frames(room)
    for text in CANARIES.values():
        for topic in (b"frame", b"event", text.encode()):
            scanner.send(topic, text.encode(), text.encode())
        scanner.send(text.encode())
        with socket.create_connection(place_of(room.address)) as peer:
            peer.sendall(text.encode() * 20)
        with suppress(OSError, http.client.HTTPException):
            ask(room.daemon, "/" + text.replace(" ", ""), 2, Host=text, Cookie=text)
        room.viewer._socket.subscribe(text)
    for parts in islice(messages(Random(12), scanner), 400):
        scanner.send(*parts)
        scanner.seq += 1
    time.sleep(LIVE_S)


def _frames(room: KeyedRoom) -> None:
    """Good frames of the exam, bad ones with a canary in each field in turn, and its end."""
    scanner = room.scanner
    for gray in (80, 90, 100, 110, 120):
        scanner.frame(gray)
        room.viewer.estimate(scanner.seq - 1, exam=CANARIES["exam"])
    scanner.frame(pixels=bytes(64 * 64))
    scanner.frame(gray=200, view="HR")
    scanner.frame(format="png", pixels=b"\x89PNG" + CANARIES["name"].encode() * 9)
    for text in CANARIES.values():
        for field in scanner.header():
            header = msgpack.packb(scanner.header(**{field: text}))
            scanner.send(b"frame", header, scanner.pixels())
        scanner.send(b"frame", msgpack.packb(scanner.header(**{text: text})), scanner.pixels())
        scanner.event(text)
        scanner.event("status", exam=text)
    for kind in ("status", "freeze", "unfreeze", "exam_end"):
        scanner.event(kind)


def told(room: KeyedRoom, folder: Path) -> Iterator[tuple[str, str]]:
    """(place, text) of all that the daemon shows or writes."""
    process = Path(f"/proc/{room.daemon.pid}")
    for name in ("cmdline", "comm", "environ"):
        yield f"/proc/PID/{name}", (process / name).read_bytes().decode(errors="replace")
    for task in (process / "task").iterdir():
        yield "a thread's name", (task / "comm").read_text()
    for path in ("/healthz", "/readyz", "/metrics", "/nowhere"):
        yield path, ask(room.daemon, path).body.decode()
    yield from written(room, folder)


def written(room: KeyedRoom, folder: Path) -> Iterator[tuple[str, str]]:
    """(place, text) of what stays behind; not of the journal, which is for the exams."""
    yield "standard error", room.daemon.log
    yield "log file", "".join(path.read_text() for path in folder.glob("edge.log*"))
    for path in (room.state / "audit").iterdir():
        yield path.name, path.read_text()


def hits(texts: Iterator[tuple[str, str]]) -> list[str]:
    """Where a canary was found, and which."""
    return [
        f"{name} in {place}"
        for place, text in texts
        for name, canary in CANARIES.items()
        if canary.lower() in text.lower()
    ]


FLAGS = {
    "text": ("--log-level", "debug"),
    "JSON": ("--log-level", "debug", "--log-format", "json"),
}


@pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS.keys())
def test_nothing_of_a_patient_is_told_anywhere(
    tmp_path: Path, small_bundle: Path, flags: tuple[str, ...], goal: Record
) -> None:
    with KeyedRoom(tmp_path, small_bundle, PROGRAM, *flags) as room:
        room.meet()
        everywhere(room)
        room.viewer.until(lambda message: message.fields.get("exam") == CANARIES["exam"])
        room.viewer.find(lambda message: message.kind == "reading", LIVE_S)
        read = room.viewer.estimates(CANARIES["exam"])
        places = list(told(room, tmp_path))
        core, _ = resource.prlimit(room.daemon.pid, resource.RLIMIT_CORE)
    places += written(room, tmp_path)

    goal("S12", f"log {' '.join(flags)}: 0 of {len(CANARIES)} canaries in {len(places)} places")
    assert len([fields for fields in read if fields["fat_pct"] is not None]) >= 5
    assert core == 0
    assert hits(iter(places)) == []
    assert not any(secret in room.daemon.log for secret in _secrets(room))


def _secrets(room: KeyedRoom) -> list[str]:
    return [room.keyring.own().secret, room.keyring.own().public]


@pytest.mark.parametrize("kind", [odd_daemon.crashing, odd_daemon.receiver_crashing])
def test_not_even_a_crash_whose_text_tells_it_all_does(
    tmp_path: Path, small_bundle: Path, kind: Any, goal: Record
) -> None:
    program = odd_daemon.program(kind)
    with KeyedRoom(tmp_path, small_bundle, program, "--log-level", "debug") as room:
        room.meet()
        room.odd.touch()
        room.scanner.exam = CANARIES["exam"]
        room.scanner.frame()
        code = room.daemon.wait()

    goal("S12", f"crash ({kind.__name__}): its type and place are told, its text is not")
    assert code == FAULT_EXIT_CODE
    assert "LookupError" in room.daemon.log
    assert hits(written(room, tmp_path)) == []


def test_one_line_that_tells_it_would_be_found(
    tmp_path: Path, small_bundle: Path, goal: Record
) -> None:
    """The control."""
    program = odd_daemon.program(odd_daemon.leaking)
    with KeyedRoom(tmp_path, small_bundle, program) as room:
        room.meet()
        room.odd.touch()
        everywhere(room)
    found = hits(written(room, tmp_path))

    goal("S12", "", control=f"a daemon that logs the exam's id: found ({', '.join(found)})")
    assert found == ["exam in standard error"]
