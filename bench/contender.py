"""Who can be measured: the daemon of a checkout, and anything else that answers frames."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import psutil

from bench.case import Case
from bench.errors import BenchError, MissingError

HERE = Path(__file__).resolve().parents[1]
"""The checkout, or site-packages, that this very program is in."""


class Wiring(NamedTuple):
    """What a contender is told when it is started.

    frames: addresses of the scanners. bind: where to publish. folder: its own. keys: folder of its
    key pair and of the keys enrolled; None: no keys.
    """

    frames: list[str]
    bind: str
    folder: Path
    keys: Path | None


@dataclass(frozen=True)
class Contender:
    """Something that answers frames.

    Attributes:
        name: for errors and tables.
        command: its command line, given how it is wired up.
        environment: its variables.
        core: the only one that it may use; None: every one.
    """

    name: str
    command: Callable[[Wiring], list[str]]
    environment: Mapping[str, str] = field(default_factory=lambda: package_path(HERE))
    core: int | None = None

    def on_one_core(self) -> "Contender":
        """The same on the last core alone, so that no library helps itself to all of them."""
        return replace(self, core=max(psutil.Process().cpu_affinity()))


def package_path(checkout: Path) -> dict[str, str]:
    """The present environment with the packages of `checkout` before all others."""
    return {**os.environ, "PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"}


def daemon(case: Case, checkout: Path = HERE, name: str = "daemon") -> Contender:
    """`python -m edge run` of a checkout.

    Raises:
        BenchError: the folder holds no daemon.
        MissingError: it cannot do what the case asks for.
    """
    if not (checkout / "edge" / "__main__.py").is_file():
        raise BenchError(f"{checkout}: holds no edge/__main__.py; name a checkout of this project")
    keeps = _settings(checkout)
    if case.journal != "off" and "journal" not in keeps:
        raise MissingError(f"journal {case.journal}: not in this version; take --journal off")
    if case.cpus and "cpus" not in keeps:
        raise MissingError(f"cpus {case.cpus}: not in this version; take --cpus away")

    def command(wiring: Wiring) -> list[str]:
        path = wiring.folder / "edge.toml"
        path.write_text(_toml(case, wiring, keeps))
        return [sys.executable, "-m", "edge", "run", "--config", str(path)]

    return Contender(name, command, package_path(checkout))


def _toml(case: Case, wiring: Wiring, keeps: frozenset[str]) -> str:
    """Settings of the daemon. The frames are the bench's own, so any bundle may run."""
    lines = [
        f'bundle = "{case.bundle_path.resolve()}"' if case.bundle else 'bundle = ""',
        "allow_unsigned = true",
        f'state_dir = "{wiring.folder}"',
        f'provider = "{case.provider}"',
        f'precision = "{case.precision}"',
        f"threads = {case.threads}",
        *([f'cpus = "{case.cpus}"'] if "cpus" in keeps else []),
        *[
            f'[[scanner]]\nname = "{scanner_name(number)}"\nframes = "{address}"'
            for number, address in enumerate(wiring.frames)
        ],
        f'[estimates]\nbind = "{wiring.bind}"',
        *([f'[keys]\ndir = "{wiring.keys}"'] if wiring.keys else []),
        *([f'[journal]\ndurability = "{case.journal}"'] if "journal" in keeps else []),
        *(['[health]\nbind = ""'] if "health" in keeps else []),
    ]
    return "\n".join(lines) + "\n"


def scanner_name(number: int) -> str:
    """Name of a scanner in the settings."""
    return f"scanner-{number}"


@lru_cache
def _settings(checkout: Path) -> frozenset[str]:
    """Keys that the settings of a checkout's daemon know."""
    if checkout == HERE:
        from edge.config import Settings

        return frozenset(Settings.__struct_fields__)
    asked = "from edge.config import Settings; print(*Settings.__struct_fields__)"
    done = subprocess.run(  # noqa: S603  # this interpreter, a fixed program
        [sys.executable, "-c", asked],
        env=package_path(checkout),
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if done.returncode:
        raise BenchError(f"{checkout}: its settings cannot be read:\n{done.stderr}")
    return frozenset(done.stdout.split())
