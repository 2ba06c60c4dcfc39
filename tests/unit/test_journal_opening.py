"""What a start says where the journal cannot be used."""

import stat
from pathlib import Path

import pytest

from edge.journal.chain import key_path
from edge.journal.errors import JournalError
from edge.journal.head import head_path
from tests.unit.journal_world import World

NAME = "journal.db"


def test_all_files_are_for_the_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    world = World(folder)
    world.frame(5.0)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    world.kill()

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {f"{NAME}-wal", NAME, f"{NAME}.key", f"{NAME}.head"} < modes.keys()
    assert set(modes.values()) == {0o600}


def test_without_its_key_it_is_refused_and_not_begun_anew(tmp_path: Path) -> None:
    World(tmp_path).kill()
    key_path(tmp_path / NAME).unlink()

    with pytest.raises(JournalError, match=r"journal\.db\.key: .*bring it back from a backup"):
        World(tmp_path)
    assert not key_path(tmp_path / NAME).exists()


def test_a_file_that_is_no_database_is_refused_with_the_remedy(tmp_path: Path) -> None:
    World(tmp_path).kill()
    (tmp_path / NAME).write_bytes(b"no database" * 1000)

    with pytest.raises(JournalError, match=r"journal\.db: .*opened: damaged .*move it away"):
        World(tmp_path)


def test_a_folder_that_cannot_be_made_is_refused_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(JournalError, match=r"file: the journal's folder .*\[journal\] path"):
        World(tmp_path / "file")


def test_a_refusal_leaves_nothing_locked(tmp_path: Path) -> None:
    World(tmp_path).kill()
    whole = (tmp_path / NAME).read_bytes()
    (tmp_path / NAME).write_bytes(b"no database" * 1000)
    with pytest.raises(JournalError):
        World(tmp_path)
    (tmp_path / NAME).write_bytes(whole)

    World(tmp_path).kill()


@pytest.mark.parametrize("torn", [0, 4096])
def test_one_torn_place_of_the_head_leaves_the_other(tmp_path: Path, torn: int) -> None:
    world = World(tmp_path)
    world.frame(5.0)
    world.kill()
    head = bytearray(head_path(tmp_path / NAME).read_bytes())
    head[torn] ^= 1
    head_path(tmp_path / NAME).write_bytes(head)

    again = World(tmp_path, away_ns=world.now_ns)

    assert again.summaries() == world.summaries()
    again.kill()
