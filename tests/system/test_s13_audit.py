"""S13: each event leaves one record, and what is done to the trail afterwards is found."""

import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge.__main__ import main
from edge.audit import records, verify
from edge.audit.trail import files
from edge.sockets.keys import KeyPair
from tests.bundles import make_bundle
from tests.goals import Record
from tests.system import odd_daemon
from tests.system.bare_viewer import BareViewer
from tests.system.daemon_process import DaemonProcess
from tests.system.keyed_room import KeyedRoom

LONGEST_S = 10.0
KNOCKS_S = 2.5
"""A refused peer knocks once a second."""


def until(state: Path, event: str, **fields: Any) -> dict[str, Any]:
    """The first record of this kind with these particulars."""
    ends_s = time.monotonic() + LONGEST_S
    while time.monotonic() < ends_s:
        for record in records(state):
            if record["event"] == event and fields.items() <= record.items():
                return record
        time.sleep(0.05)
    raise AssertionError(f"no {event} with {fields} in {list(records(state))}")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory, small_bundle: Path) -> Path:
    """Folder of a daemon that has lived through one event of each kind; to be copied."""
    folder = tmp_path_factory.mktemp("lived")
    live_through(folder, small_bundle)
    return folder


@pytest.fixture
def folder(tmp_path: Path, lived: Path) -> Path:
    """A copy of that folder, for one test."""
    return Path(shutil.copytree(lived, tmp_path / "copy"))


def live_through(folder: Path, bundle: Path) -> None:
    """A daemon's life with one event of each kind."""
    odd = odd_daemon.program(odd_daemon.wall_stepped)
    with KeyedRoom(folder, bundle, odd) as room:
        room.meet()
        keys, state = ["--dir", str(room.keyring.folder)], ["--state-dir", str(room.state)]
        assert main(["keys", "enrol", "late", KeyPair.draw().public, *keys, *state]) == 0
        until(room.state, "admits", name="late")
        assert main(["keys", "revoke", "late", *keys, *state]) == 0
        until(room.state, "admits_no_longer", name="late")
        keyless = BareViewer(room.address)
        until(room.state, "connections_refused")
        keyless.close()
        with room.viewer_with_an_unknown_key():
            until(room.state, "peer_refused")
            time.sleep(KNOCKS_S)
        room.odd.write_text("3600")
        until(room.state, "clock_step")
        room.daemon.signal(signal.SIGTERM)
        room.daemon.wait()


def start_with(folder: Path, bundle: Path) -> int:
    """Start a daemon in the same state folder with another bundle, and stop it."""
    flags = ("--bundle", bundle, "--state-dir", folder / "state")
    daemon = DaemonProcess("--config", folder / "edge.toml", *flags)
    if bundle.name != "spoilt":
        daemon.estimates_address()
        daemon.signal(signal.SIGTERM)
    code = daemon.wait()
    daemon.end()
    return code


def test_each_event_leaves_one_record(folder: Path, tmp_path: Path, goal: Record) -> None:
    state = folder / "state"
    other = make_bundle(tmp_path / "other", serial=1)
    spoilt = make_bundle(tmp_path / "spoilt", serial=2)
    (spoilt / "AR.onnx").write_bytes(b"spoilt")
    codes = [start_with(folder, other), start_with(folder, spoilt)]

    found = Counter(record["event"] for record in records(state))
    expected = {
        "start": 2,
        "stop": 2,
        "enrolled": 1,
        "revoked": 1,
        "admits": 1,
        "admits_no_longer": 1,
        "connections_refused": 1,
        "peer_refused": 1,
        "clock_step": 1,
        "bundle_changed": 1,
        "bundle_refused": 1,
    }
    goal("S13", f"{len(expected)} kinds of events: {found.total()} records, one for each")
    assert codes == [0, 2]
    assert found == expected
    assert verify(state).whole
    step = until(state, "clock_step")["seconds"]
    assert step == pytest.approx(3600, abs=1)
    assert until(state, "bundle_refused")["reason"] == "hash"


Harm = Callable[[list[bytes]], list[bytes]]

HARMS: dict[str, Harm] = {
    "edited": lambda lines: [lines[0].replace(b"start", b"stoop"), *lines[1:]],
    "removed": lambda lines: [*lines[:2], *lines[3:]],
    "cut off": lambda lines: lines[:-1],
    "swapped": lambda lines: [lines[1], lines[0], *lines[2:]],
}


def test_what_is_done_to_the_trail_is_found_by_the_command(
    folder: Path, goal: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    state = folder / "state"
    command = ["audit", "verify", "--state-dir", str(state)]
    (path,) = files(state / "audit")
    lines = path.read_bytes().splitlines(keepends=True)
    untouched = main(command)
    codes = []
    for place in range(len(lines)):
        path.write_bytes(b"".join([*lines[:place], *lines[place + 1 :]]))
        codes.append(main(command))
    for harm in HARMS.values():
        path.write_bytes(b"".join(harm(lines)))
        codes.append(main(command))

    goal(
        "S13",
        f"{len(lines)} records removed one at a time, one edited, two swapped, the last cut off: "
        f"{sum(codes)} of {len(codes)} found",
        control="the trail as it was written passes",
    )
    assert (untouched, set(codes)) == (0, {1})
    assert "NOT whole" in " ".join(capsys.readouterr().out.split())
