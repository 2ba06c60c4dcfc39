"""A cohort of virtual subjects, and what the daemon's frame path reads of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge.__main__ import main as edge
from tests.bundles import TRUSTED_KEY, make_bundle
from train.__main__ import main as train

Rows = list[dict[str, Any]]
Read = Callable[..., Path]

SUBJECTS = 6


@pytest.fixture(scope="session")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("measured") / "cohort"
    words = ["--subjects", str(SUBJECTS), "--frames", "2", "--seed", "77", "--workers", "1"]
    assert train(["cohort", *words, "--out", str(folder)]) == 0
    return folder


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("bundle") / "tiny")


@pytest.fixture(scope="session")
def read(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Read:
    """`edge read FOLDER --estimates`; gives back the sheet."""

    def run(folder: Path, *words: str) -> Path:
        out = tmp_path_factory.mktemp("sheet") / "estimates"
        trust = ["--bundle", str(bundle), "--trusted-key", TRUSTED_KEY]
        state = ["--state-dir", str(out.parent), "--provider", "cpu"]
        words = (*words, "--out", str(out))
        assert edge(["read", str(folder), "--estimates", *trust, *state, *words]) == 0
        return out

    return run


@pytest.fixture(scope="session")
def estimates(cohort: Path, read: Read) -> Path:
    return read(cohort)


@pytest.fixture
def rows(estimates: Path) -> Rows:
    return [json.loads(line) for line in estimates.read_text().splitlines()]


def save(rows: Rows, path: Path) -> Path:
    """Rows as JSON lines."""
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path
