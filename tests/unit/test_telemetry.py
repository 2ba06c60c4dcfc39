"""ONNX Runtime neither reports its use nor leaves a number of the machine behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

RUN = (
    "from edge.contract.bundle import builtin_path, read_bundle; from edge.runner import Runner; "
    "Runner(read_bundle(builtin_path()), 'cpu')"
)
EXPORT = (
    "import export.foreign.golden, onnxruntime; from edge.contract.bundle import *; "
    "onnxruntime.InferenceSession(read_bundle(builtin_path()).model('AR'))"
)


@pytest.mark.parametrize("code", [RUN, EXPORT])
def test_a_network_is_run_and_nothing_is_left_in_the_users_folder(
    tmp_path: Path, code: str
) -> None:
    without = ("CI", "ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME")
    surroundings = {name: value for name, value in os.environ.items() if name not in without}

    subprocess.run(
        [sys.executable, "-c", code], env={**surroundings, "HOME": str(tmp_path)}, check=True
    )

    assert list(tmp_path.rglob("*")) == []
