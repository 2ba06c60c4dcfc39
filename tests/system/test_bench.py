"""`python -m bench latency` from end to end: short runs against a real daemon."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from bench import result

FRAMES = 60
WARM_UP = 15


def bench(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "bench", "latency", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


def short(bundle: Path, *words: str | Path) -> list[str | Path]:
    return ["--bundle", bundle, "--frames", str(FRAMES), "--warm-up", "0.5", *words]


@pytest.fixture(scope="module")
def measured(
    tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Path
) -> tuple[str, result.Report]:
    """What a run with the paper's window prints, and what it writes."""
    path = tmp_path_factory.mktemp("bench") / "run.json"
    done = bench(*short(tiny_bundle, "--json", path))
    assert done.returncode == 0, done.stderr
    return done.stdout, result.read(path)


def test_every_frame_is_accounted_for(measured):
    frames = measured[1].rows[0].frames
    assert frames.sent == FRAMES + WARM_UP
    assert frames.ledger.sent == frames.sent
    ledger = frames.ledger
    parts = ledger.read, ledger.gated, ledger.overwritten, ledger.invalid, ledger.missing
    assert sum(parts) == frames.sent
    assert frames.estimates == ledger.read + ledger.gated


def test_the_row_says_what_was_measured(measured):
    row = measured[1].rows[0]
    assert (row.provider, row.precision, row.journal, row.transport) == (
        "cpu",
        "fp32",
        "off",
        "tcp",
    )
    assert (row.fps, row.view, row.format, row.threads) == (30, "AR", "gray8", 1)
    assert row.e2e_ms.n <= FRAMES
    assert row.e2e_ms.p999 is None
    assert row.bare_ms.paced.n == row.bare_ms.back_to_back.n


def test_the_parts_are_positive_and_no_larger_than_the_whole(measured):
    row = measured[1].rows[0]
    way = row.way
    for part in (row.infer_ms, way.age_ms, way.to_daemon_ms, way.to_viewer_ms, row.overhead_ms):
        assert 0 < part.p50 < row.e2e_ms.p50
    assert row.cpu_ms_per_frame > 0
    assert row.rss_mib > 20
    assert row.cold.to_status_ms > row.cold.first_frame_ms > 0


def test_the_machine_and_the_versions_are_written_down(measured):
    found = measured[1]
    assert found.machine.cpu
    assert "onnxruntime" in found.versions


def test_the_table_shows_the_split_and_the_ledger(measured):
    for word in ("end to end", "overhead", "network alone", "p99.9", "ledger", "cores"):
        assert word in measured[0]


@pytest.mark.parametrize(("image_format", "transport"), [("jpeg", "ipc"), ("bgr8", "curve")])
def test_other_formats_and_transports_run_too(small_bundle, image_format, transport, tmp_path):
    path = tmp_path / "run.json"
    options = ("--transport", transport, "--format", image_format, "--view", "HR", "--json", path)
    done = bench(*short(small_bundle, *options))
    assert done.returncode == 0, done.stderr
    row = result.read(path).rows[0]
    assert (row.transport, row.format, row.view) == (transport, image_format, "HR")
    assert row.frames.estimates == row.frames.ledger.read + row.frames.ledger.gated


def test_sigterm_ends_it_with_all_of_its_processes(tiny_bundle):
    with long_run(tiny_bundle) as run:
        wait_for_daemon(run)
        children = run.children(recursive=True)
        run.terminate()
        assert run.wait(20) == 128 + signal.SIGTERM
    _, alive = psutil.wait_procs(children, 10)
    assert not alive


def test_a_daemon_that_dies_ends_the_run_with_its_last_words(tiny_bundle):
    with long_run(tiny_bundle) as run:
        wait_for_daemon(run).kill()
        _, errors = run.communicate(timeout=60)
        assert run.returncode == 1
    assert "the daemon ended, exit code -9" in errors


def long_run(bundle: Path) -> psutil.Popen:
    command = [sys.executable, "-m", "bench", "latency", "--seconds", "60", "--bundle", bundle]
    return psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def wait_for_daemon(run: psutil.Popen) -> psutil.Process:
    """The daemon of a run, once it has one."""
    while run.poll() is None:
        for child in run.children(recursive=True):
            try:
                if "edge" in child.cmdline():
                    return child
            except psutil.Error:
                continue
        time.sleep(0.02)
    raise AssertionError("it ended before it had a daemon")
