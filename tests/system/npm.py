"""Packages from npm by their lock file; a test that needs them skips where there are none."""

import shutil
import subprocess
from pathlib import Path

import pytest

INSTALL_S = 100


def installed(source: Path, copy: Path) -> Path:
    """A copy of the folder `source` with its packages in it."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node.js with npm is not installed")
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("node_modules"))
    # The packages bring ready-made binaries, so that their build scripts are not needed.
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        subprocess.run(install, cwd=copy, capture_output=True, check=True, timeout=INSTALL_S)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        said = (error.stderr or b"").decode(errors="replace").strip()[-300:]
        pytest.skip(f"npm cannot install the packages of {source.name} here: {said or error}")
    return copy
