import json
from pathlib import Path

import pytest

from edge.__main__ import main
from edge.audit import EVENTS, Trail, records
from edge.audit.trail import files
from edge.sockets.keyring import Keyring
from edge.sockets.keys import KeyPair

DOCS = Path(__file__).parents[3] / "docs" / "health.md"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    for number in range(5):
        Trail(tmp_path).append("clock_step", seconds=number)
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Exit code, and what was printed with its spaces closed up."""
    code = main(["audit", *map(str, arguments)])
    printed = capsys.readouterr()
    return code, " ".join(printed.out.split()), " ".join(printed.err.split())


def test_a_whole_trail_is_shown_and_verified(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verified = told(capsys, "verify", "--state-dir", state)
    _, shown, _ = told(capsys, "show", "--last", "2", "--state-dir", state)

    assert verified == (0, "the trail is whole: records 1 to 5", "")
    assert "seconds=4" in shown
    assert "seconds=2" not in shown


def test_records_are_printed_as_they_stand(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["audit", "show", "--last", "0", "--json", "--state-dir", str(state)])

    lines = capsys.readouterr().out.splitlines()
    assert (code, [json.loads(line)["n"] for line in lines]) == (0, [1, 2, 3, 4, 5])


def test_an_edit_is_told_by_both(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (path,) = files(state / "audit")
    path.write_bytes(path.read_bytes().replace(b'"seconds":2', b'"seconds":7'))

    code, out, _ = told(capsys, "verify", "--state-dir", state)
    shown_code, _, err = told(capsys, "show", "--state-dir", state)

    assert (code, shown_code) == (1, 1)
    assert "line 3: was edited" in out
    assert "NOT whole" in err


def test_where_there_is_none_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = told(capsys, "verify", "--state-dir", tmp_path)

    assert (code, "there is no audit trail yet" in err) == (2, True)


def test_who_is_enrolled_and_revoked_and_by_whom_is_recorded(tmp_path: Path) -> None:
    keys, state = ("--dir", str(tmp_path / "keys")), ("--state-dir", str(tmp_path))
    Keyring(tmp_path / "keys").create()
    pair = KeyPair.draw()

    assert main(["keys", "enrol", "ward-7", pair.public, *keys, *state]) == 0
    assert main(["keys", "revoke", "ward-7", *keys, *state]) == 0

    first, second = records(tmp_path)
    assert [first["event"], second["event"]] == ["enrolled", "revoked"]
    assert first["name"] == second["name"] == "ward-7"
    assert first["key"] == second["key"]
    assert first["by"]
    assert pair.public not in (tmp_path / "audit" / "000000000001.jsonl").read_text()


def test_every_kind_of_record_is_documented() -> None:
    text = DOCS.read_text()

    assert [event for event in EVENTS if f"`{event}`" not in text] == []
