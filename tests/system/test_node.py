"""A viewer in Node.js (zeromq, @msgpack/msgpack) reads what the one in Python reads."""

import json
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.system.bare_viewer import LONGEST_S, topics_of
from tests.system.conftest import Place

FOLDER = Path(__file__).resolve().parents[1] / "node"
INSTALL_S = 100


@pytest.fixture(scope="module")
def node_viewer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The viewer, installed by its lock file in a copy of its folder; skips where it cannot be."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node.js with npm is not installed")
    copy = tmp_path_factory.mktemp("node") / "viewer"
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("node_modules"))
    # The packages bring ready-made binaries, so that their build scripts are not needed.
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        subprocess.run(install, cwd=copy, capture_output=True, check=True, timeout=INSTALL_S)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        said = (error.stderr or b"").decode(errors="replace").strip()[-300:]
        pytest.skip(f"npm cannot install the viewer's packages here: {said or error}")
    return copy / "subscriber.mjs"


@pytest.fixture
def node(node_viewer: Path, place: Place) -> "Iterator[subprocess.Popen[str]]":
    """The viewer at work on the topics of the test's scanner."""
    process = subprocess.Popen(
        ["node", node_viewer, place.address, *topics_of(place.name)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.send_signal(signal.SIGTERM)
    try:
        process.communicate(timeout=LONGEST_S)
    finally:
        process.kill()


def exact(text: str) -> tuple[str, dict[str, Any]]:
    """A printed line with its 64-bit integers restored."""
    topic, fields = json.loads(text, object_hook=_restore)
    return topic, fields


def _restore(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        key: int(value[:-1]) if isinstance(value, str) and re.fullmatch(r"-?\d+n", value) else value
        for key, value in fields.items()
    }


def test_node_reads_every_message_as_python_does(
    node: "subprocess.Popen[str]", place: Place
) -> None:
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


def test_the_lock_file_names_no_download_address() -> None:
    lock = (FOLDER / "package-lock.json").read_text()

    assert "integrity" in lock
    assert "resolved" not in lock
    assert "://" not in lock
