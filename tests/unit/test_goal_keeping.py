"""What runs have kept of the daemon's promises, and when it is forgotten."""

from pathlib import Path

from tests.goals import Measured, keep, read

HERE = "tests/unit/test_goal_keeping.py"


def measured(test: str, figure: str = "old") -> Measured:
    return Measured("G4", test, figure, "", True, "2026-01-01")


def test_a_test_told_anew_replaces_itself_and_leaves_the_others(tmp_path: Path) -> None:
    kept = tmp_path / "goals.json"
    keep(kept, [measured(f"{HERE}::test_a"), measured(f"{HERE}::test_b")])

    keep(kept, [measured(f"{HERE}::test_a", "new")])

    assert [row.figure for row in read(kept)] == ["new", "old"]


def test_tests_and_files_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    kept = tmp_path / "goals.json"
    gone = [f"{HERE}::test_gone", "tests/unit/gone.py::test_a"]
    there = [f"{HERE}::test_b", "tests/goals.py::elsewhere"]
    keep(kept, map(measured, (*gone, *there)))

    keep(kept, [measured(f"{HERE}::test_a")], collected={f"{HERE}::test_a", f"{HERE}::test_b"})

    assert {row.test for row in read(kept)} == {f"{HERE}::test_a", *there}
