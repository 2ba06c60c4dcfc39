import csv
import json
import sqlite3
from pathlib import Path

import pytest

from edge.__main__ import main
from tests.unit.journal_world import World

NAME = "journal.db"


def told(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Exit code, standard output, and standard error with its spaces closed up."""
    code = main(["journal", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out, " ".join(err.split())


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Two exams that have ended and one that is open; its daemon still runs."""
    world = World(tmp_path)
    for exam in ("e1", "e2", "e3"):
        for number in range(6):
            world.frame(5.0 + number, view=("AR", "HR")[number % 2], exam=exam)
    world.end("e1")
    world.end("e2")
    return world


def test_a_journal_that_is_written_is_found_whole(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = told(capsys, "verify", "--journal", tmp_path / NAME)
    _, text, _ = told(capsys, "verify", "--json", "--journal", tmp_path / NAME)
    world.kill()

    assert code == 0
    assert "exams 3 begun, 1 open, 0 damaged" in " ".join(out.split())
    report = json.loads(text)
    assert (report["whole"], report["estimates"], report["readings"]) == (True, 33, 2)


def test_damage_is_told_row_by_row_with_exit_code_1(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world.kill()
    connection = sqlite3.connect(tmp_path / NAME)
    connection.execute("UPDATE rows SET data = x'00' WHERE id = 4")
    connection.commit()
    connection.close()

    code, out, _ = told(capsys, "verify", "--journal", tmp_path / NAME)

    assert code == 1
    assert "row 4: changed" in out
    assert "NOT WHOLE" in out


def test_estimates_are_exported_as_they_were_published(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = told(capsys, "export", "estimates", "--journal", tmp_path / NAME)
    world.kill()
    rows = [json.loads(line) for line in out.splitlines()]

    assert code == 0
    for row, said in zip(rows, world.said, strict=True):
        for name in ("exam", "view", "seq", "fat_pct", "median_pct", "frames", "verdict", "flags"):
            assert row[name] == getattr(said, name), name
        assert row["ledger"]["read"] == said.ledger.read


def test_readings_of_one_exam_are_exported_as_a_sheet(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "e2.csv"
    where = ("--journal", tmp_path / NAME, "--format", "csv", "--out", sheet)
    code, _, _ = told(capsys, "export", "readings", "--exam", "e2", *where)
    world.kill()
    rows = list(csv.DictReader(sheet.read_text().splitlines()))

    reading = world.readings[1]
    assert code == 0
    assert {row["view"]: float(row["median_pct"]) for row in rows} == {
        view: summary.median_pct for view, summary in reading.views.items()
    }
    assert {row["exam"] for row in rows} == {"e2"}


def test_a_purge_says_what_to_do_while_a_daemon_writes(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = told(capsys, "purge", "--journal", tmp_path / NAME)
    world.kill()

    assert code == 2
    assert "a daemon writes this journal, and purges it by itself" in err
    assert "keep_days" in err


def test_a_purge_of_a_stopped_daemons_journal_takes_out_what_is_old(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world.end("e3")
    world.kill()

    code, out, _ = told(capsys, "purge", "--mib", "0", "--journal", tmp_path / NAME)
    again, report, _ = told(capsys, "verify", "--json", "--journal", tmp_path / NAME)

    assert (code, again) == (0, 0)
    assert "42 rows taken out" in out
    assert json.loads(report)["rows"] == 0


def test_a_journal_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = told(capsys, "verify", "--journal", tmp_path / "none.db")

    assert code == 2
    assert "none.db: there is no journal; name one with --journal" in err
