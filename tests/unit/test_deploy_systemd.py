"""S11: the systemd unit, by systemd's own checkers, and the daemon under its strictest rule."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edge.watchdog import FEED_S, HUNG_S
from tests.goals import Record

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"
UNIT = UNITS / "steatoscope.service"
ANALYZE = shutil.which("systemd-analyze")
MOST = {"cpu": 1.5, "cuda": 2.0}

needs_systemd = pytest.mark.skipif(
    ANALYZE is None, reason="systemd-analyze is not installed (Debian: apt install systemd)"
)


def exposure(folder: Path, unit: str, drop_in: str = "") -> float:
    """systemd's figure for a unit, 0 (safest) to 10."""
    assert ANALYZE is not None
    path = folder / "steatoscope.service"
    path.write_text(unit)
    if drop_in:
        drop_ins = folder / "steatoscope.service.d"
        drop_ins.mkdir()
        (drop_ins / "drop-in.conf").write_text(drop_in)
    found = subprocess.run(
        [ANALYZE, "security", "--offline=true", "--no-pager", path],
        capture_output=True,
        text=True,
        check=False,
    )
    told = re.search(r"Overall exposure level for \S+: ([0-9.]+)", found.stdout)
    assert told, found.stdout + found.stderr
    return float(told[1])


@needs_systemd
def test_the_unit_exposes_little(tmp_path: Path, goal: Record) -> None:
    found = exposure(tmp_path, UNIT.read_text())

    goal("S11", f"exposure {found} of the unit for a CPU")
    assert found <= MOST["cpu"]


@needs_systemd
def test_the_drop_in_for_a_gpu_opens_no_more_than_it_must(tmp_path: Path, goal: Record) -> None:
    found = exposure(tmp_path, UNIT.read_text(), (UNITS / "cuda.conf").read_text())

    goal("S11", f"exposure {found} with the drop-in for CUDA")
    assert found <= MOST["cuda"]


@needs_systemd
def test_a_unit_without_its_rules_is_told_apart(tmp_path: Path, goal: Record) -> None:
    """The control."""
    rules = ("Protect", "Private", "Restrict", "SystemCall", "Capability", "IPAddress")
    bare = [line for line in UNIT.read_text().splitlines() if not line.startswith(rules)]
    found = exposure(tmp_path, "\n".join(bare))

    goal("S11", "", control=f"without its rules the same unit has {found}")
    assert found > 5


@needs_systemd
def test_systemd_knows_every_line_of_the_unit(tmp_path: Path) -> None:
    assert ANALYZE is not None
    here = UNIT.read_text().replace("/opt/steatoscope/venv/bin/python", sys.executable)
    path = tmp_path / "steatoscope.service"
    path.write_text(here)

    found = subprocess.run([ANALYZE, "verify", path], capture_output=True, text=True, check=False)

    assert (found.returncode, found.stderr) == (0, "")


def settings_of(unit: str) -> dict[str, str]:
    return dict(re.findall(r"^(\w+)=(.*)$", unit, re.MULTILINE))


def test_the_unit_keeps_its_promises_of_life() -> None:
    told = settings_of(UNIT.read_text())

    assert (told["Type"], told["Restart"]) == ("notify", "on-failure")
    assert told["StartLimitIntervalSec"] == "0", "no number of crashes leaves it down for good"
    watchdog_s = float(told["WatchdogSec"].removesuffix("s"))
    assert FEED_S * 3 <= watchdog_s <= HUNG_S
    assert told["RestartPreventExitStatus"] == "2"
    assert told["LimitCORE"] == "0", "a core dump would hold pictures"
    assert "-HUP" in told["ExecReload"]


def test_the_drop_in_of_newer_systemds_waits_for_the_reload() -> None:
    """systemd here may be older than what it is for, so it is read as text."""
    told = settings_of((UNITS / "systemd-254.conf").read_text())

    assert told == {
        "Type": "notify-reload",
        "ExecReload": "",
        "RestartSteps": "8",
        "RestartMaxDelaySec": "10s",
    }


UNDER_MDWE = """
import ctypes, mmap, sys
PR_SET_MDWE, REFUSE_EXEC_GAIN = 65, 1
if ctypes.CDLL(None).prctl(PR_SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0):
    sys.exit("this kernel has no such rule")
try:
    mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)
    print("memory was given that can be written and run")
except PermissionError:
    pass
import numpy
from edge.contract.bundle import builtin_path, read_bundle
from edge.runner import Runner
print(Runner(read_bundle(builtin_path()), "cpu").infer("AR", numpy.full((360, 360), 80, "u1")))
"""


def test_the_networks_run_where_no_memory_is_both_written_and_run(goal: Record) -> None:
    """MemoryDenyWriteExecute=, as the kernel itself has it (Linux 6.3)."""
    found = subprocess.run(
        [sys.executable, "-c", UNDER_MDWE], capture_output=True, text=True, check=False
    )
    if "no such rule" in found.stderr:
        pytest.skip("the kernel is older than 6.3 and has no PR_SET_MDWE")

    goal("S11", "the networks run with no memory that is both written and run")
    assert found.stdout.startswith("Inference(fat_pct="), found.stderr
