"""A viewer in Node.js (zeromq, @msgpack/msgpack) reads what the one in Python reads."""

import json
import os
import re
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import zmq

from tests.system.bare_viewer import LONGEST_S, topics_of
from tests.system.conftest import Place
from tests.system.keyed_bus import EXACT_NS, keyed_bus
from tests.system.npm import installed

Node = subprocess.Popen[str]

FOLDER = Path(__file__).resolve().parents[1] / "node"


@pytest.fixture(scope="module")
def node_viewer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The viewer, installed by its lock file in a copy of its folder; skips where it cannot be."""
    copy = installed(FOLDER, tmp_path_factory.mktemp("node") / "viewer")
    return copy / "subscriber.mjs"


@contextmanager
def started(viewer: Path, address: str, keys: dict[str, str], *prefixes: str) -> Iterator[Node]:
    """The viewer at work."""
    process = subprocess.Popen(
        ["node", viewer, address, *prefixes],
        env={**os.environ, **keys},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=LONGEST_S)
        finally:
            process.kill()


@pytest.fixture
def node(node_viewer: Path, place: Place) -> Iterator[Node]:
    """The viewer at work on the topics of the test's scanner."""
    with started(node_viewer, place.address, {}, *topics_of(place.name)) as process:
        yield process


def exact(text: str) -> tuple[str, dict[str, Any]]:
    """A printed line with its 64-bit integers restored."""
    topic, fields = json.loads(text, object_hook=_restore)
    return topic, fields


def _restore(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        key: int(value[:-1]) if isinstance(value, str) and re.fullmatch(r"-?\d+n", value) else value
        for key, value in fields.items()
    }


def test_node_reads_every_message_as_python_does(node: Node, place: Place) -> None:
    assert node.stdout is not None
    first = exact(node.stdout.readline())  # the latest of a topic: it has joined
    assert first[0].endswith(f"/{place.name}/?") or first[0] == f"status/{place.name}"

    exact_ns = 2**62 + 1  # no double holds it
    for view in ("AR", "HR", "AR"):
        place.scanner.frame(view=view, capture_ns=exact_ns)
        place.viewer.estimate(place.scanner.seq - 1, view)
    place.scanner.frame(view=None, capture_ns=-exact_ns)
    place.scanner.event("exam_end")
    place.viewer.until(lambda message: message.kind == "reading")

    heard = {}
    while "reading" not in {topic.partition("/")[0] for topic, _ in heard}:
        topic, fields = exact(node.stdout.readline())
        heard[topic, fields["pub_seq"]] = fields
    here = {
        (message.topic, message.fields["pub_seq"]): message.fields
        for message in place.viewer.messages
    }

    assert {key: here[key] for key in heard} == heard
    times = {fields["capture_ns"] for fields in heard.values() if "capture_ns" in fields}
    assert times >= {exact_ns, -exact_ns}
    assert {topic.split("/")[-1] for topic, _ in heard} >= {"AR", "HR", "AR+HR", "?", place.name}


def test_node_reads_a_stream_with_keys_and_its_times_exactly(node_viewer: Path) -> None:
    server, viewer = zmq.curve_keypair(), zmq.curve_keypair()
    keys = {
        "STEATOSCOPE_SERVER_KEY": server[0].decode(),
        "STEATOSCOPE_PUBLIC_KEY": viewer[0].decode(),
        "STEATOSCOPE_SECRET_KEY": viewer[1].decode(),
    }
    with keyed_bus(server, {viewer[0]}) as address, started(node_viewer, address, keys) as process:
        assert process.stdout is not None
        topic, fields = exact(process.stdout.readline())

    assert topic == "fat/room1/AR"
    assert fields["capture_ns"] == EXACT_NS


def test_node_with_a_key_that_is_not_enrolled_hears_nothing(node_viewer: Path) -> None:
    server, viewer = zmq.curve_keypair(), zmq.curve_keypair()
    keys = {
        "STEATOSCOPE_SERVER_KEY": server[0].decode(),
        "STEATOSCOPE_PUBLIC_KEY": viewer[0].decode(),
        "STEATOSCOPE_SECRET_KEY": viewer[1].decode(),
    }
    with keyed_bus(server, set()) as address, started(node_viewer, address, keys) as process:
        assert process.stdout is not None
        assert not select.select([process.stdout], [], [], 2.0)[0]


def test_the_lock_file_names_no_download_address() -> None:
    lock = (FOLDER / "package-lock.json").read_text()

    assert "integrity" in lock
    assert "resolved" not in lock
    assert "://" not in lock
