"""The Dockerfile, which cannot be built everywhere: its instructions, one by one, held to rules."""

import fnmatch
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
IGNORED = ROOT / "deploy" / "Dockerfile.dockerignore"
KNOWN = frozenset(
    (
        *("FROM", "ARG", "RUN", "COPY", "ENV", "USER", "WORKDIR", "VOLUME"),
        *("STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"),
    )
)
HADOLINT = shutil.which("hadolint")


class Instruction(NamedTuple):
    name: str
    text: str


def instructions(dockerfile: str) -> list[Instruction]:
    """Every instruction, its continuation lines joined."""
    lines = re.sub(r"^\s*#.*\n", "", dockerfile, flags=re.MULTILINE)
    joined = re.sub(r"\\\n\s*", " ", lines)
    return [Instruction(*line.split(maxsplit=1)) for line in joined.splitlines() if line.strip()]


def stages(found: list[Instruction]) -> list[list[Instruction]]:
    """Instructions of each stage, its FROM first."""
    starts = [number for number, each in enumerate(found) if each.name == "FROM"]
    return [found[a:b] for a, b in zip(starts, [*starts[1:], len(found)], strict=True)]


def texts(stage: list[Instruction], name: str) -> list[str]:
    return [each.text for each in stage if each.name == name]


def is_sent(path: str) -> bool:
    """Whether the build is given a path: the last pattern that fits decides."""
    sent = True
    for line in IGNORED.read_text().split():
        pattern = line.removeprefix("!")
        parents = [path, *(str(parent) for parent in Path(path).parents)]
        if any(fnmatch.fnmatch(parent, pattern) for parent in parents):
            sent = line.startswith("!")
    return sent


FOUND = instructions(DOCKERFILE.read_text())
BUILD, RUNTIME = stages(FOUND)


def test_every_instruction_is_known() -> None:
    assert {each.name for each in FOUND} <= KNOWN


def test_the_images_are_named_with_a_version() -> None:
    for stage in (BUILD, RUNTIME):
        image = stage[0].text.split()[0]
        assert re.fullmatch(r"python:3\.11-slim-\w+", image), image


def test_what_is_installed_is_held_to_the_locks_hashes() -> None:
    installs = [text for text in texts(BUILD, "RUN") if "pip install" in text]

    assert "--require-hashes" in installs[0]
    assert "--only-binary :all:" in installs[0]
    assert all("--no-deps" in text for text in installs[1:]), "the project alone, and no more"


@pytest.mark.parametrize("lock", ["cpu", "gpu"])
def test_what_is_copied_is_there_and_sent_to_the_build(lock: str) -> None:
    for text in texts(BUILD, "COPY") + texts(RUNTIME, "COPY"):
        words = shlex.split(text.replace("${LOCK}", lock))
        if words[0].startswith("--from=build"):
            continue
        for path in words[:-1]:
            assert (ROOT / path).exists(), path
            assert is_sent(path), path


@pytest.mark.parametrize("path", [".git", "tests", "runs", "docs", "deploy/Dockerfile", ".venv"])
def test_nothing_else_is_sent(path: str) -> None:
    assert not is_sent(path)


def test_the_last_stage_has_the_runtime_alone() -> None:
    assert texts(RUNTIME, "COPY")[0].startswith("--from=build /opt/steatoscope")
    assert not any(re.search(r"\b(pip|apt-get|curl|gcc)\b", text) for text in texts(RUNTIME, "RUN"))


def test_it_runs_as_a_user_without_rights_from_before_its_command() -> None:
    names = [each.name for each in RUNTIME]
    (user,) = texts(RUNTIME, "USER")

    assert int(user) >= 1000
    assert f"--uid {user} " in texts(RUNTIME, "RUN")[0]
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert not any(each.name in {"RUN", "COPY"} for each in RUNTIME[names.index("USER") :])


def test_it_tells_its_health_and_is_stopped_as_the_daemon_wants() -> None:
    (check,) = texts(RUNTIME, "HEALTHCHECK")

    assert "http://127.0.0.1:9108/healthz" in check
    assert texts(RUNTIME, "STOPSIGNAL") == ["SIGTERM"]
    assert texts(RUNTIME, "ENTRYPOINT") == ['["python", "-m", "edge"]']
    assert '"run"' in texts(RUNTIME, "CMD")[0]


def test_no_secret_and_no_key_is_in_it() -> None:
    assert not re.search(r"secret|password|token|\.key", DOCKERFILE.read_text(), re.IGNORECASE)


@pytest.mark.skipif(HADOLINT is None, reason="hadolint is not installed")
def test_hadolint_finds_nothing() -> None:
    assert HADOLINT is not None
    found = subprocess.run([HADOLINT, DOCKERFILE], capture_output=True, text=True, check=False)

    assert found.returncode == 0, found.stdout
