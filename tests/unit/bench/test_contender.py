"""How a daemon is wired up: settings that its own checker takes, and what a checkout lacks."""

from pathlib import Path

import pytest

from bench.case import Case
from bench.contender import Wiring, daemon
from bench.errors import BenchError, MissingError
from edge import config, processor

REPOSITORY = Path(__file__).parents[3]
GIVEN = str(min(processor.GIVEN))


def settings(case: Case, folder: Path, frames: list[str], keys: Path | None = None):
    wiring = Wiring(frames, "tcp://127.0.0.1:*", folder, keys)
    command = daemon(case).command(wiring)
    return config.load(Path(command[command.index("--config") + 1]), {})


def test_the_settings_written_are_those_of_the_case(tmp_path):
    case = Case(provider="cpu", precision="int8", threads=2, cpus=GIVEN, bundle=str(tmp_path))
    found = settings(case, tmp_path, ["tcp://127.0.0.1:5001", "tcp://127.0.0.1:5002"])
    assert (found.provider, found.precision, found.threads) == ("cpu", "int8", 2)
    assert (found.cpus, found.bundle_path) == (GIVEN, tmp_path)
    assert found.allow_unsigned
    assert [scanner.name for scanner in found.scanner] == ["scanner-0", "scanner-1"]


def test_keys_are_named_where_there_are_some(tmp_path):
    found = settings(Case(), tmp_path, ["tcp://127.0.0.1:5001"], tmp_path / "ring")
    assert found.keys.folder == tmp_path / "ring"


def test_a_folder_without_a_daemon_is_refused(tmp_path):
    with pytest.raises(BenchError, match="name a checkout"):
        daemon(Case(), tmp_path)


def test_a_journal_that_a_checkout_does_not_have_is_missing(tmp_path):
    (tmp_path / "edge").mkdir()
    (tmp_path / "edge" / "__init__.py").touch()
    (tmp_path / "edge" / "__main__.py").touch()
    program = "class Settings:\n    __struct_fields__ = ('scanner',)\n"
    (tmp_path / "edge" / "config.py").write_text(program)
    for case in (Case(journal="full"), Case(cpus=GIVEN)):
        with pytest.raises(MissingError, match="not in this version"):
            daemon(case, tmp_path)
    assert daemon(Case(), tmp_path).environment["PYTHONPATH"] == str(tmp_path)


def test_one_core_is_one_that_this_process_may_use():
    assert daemon(Case()).core is None
    assert daemon(Case(), REPOSITORY).on_one_core().core is not None
