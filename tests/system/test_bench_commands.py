"""The commands of `python -m bench` beside `latency`, each from end to end in a short run."""

import subprocess
import sys
from pathlib import Path

from bench.result import Report, read


def bench(path: Path, *words: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "bench", *map(str, words), "--json", str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)


def done(path: Path, *words: str | Path) -> tuple[str, Report]:
    """What a run that must succeed prints and writes."""
    found = bench(path, *words)
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout, read(path)


def test_two_scanners_are_read_by_one_daemon(tmp_path, tiny_bundle):
    path, page = tmp_path / "run.json", tmp_path / "run.html"
    words = ("--scanners", "2", "--seconds", "1", "--fps", "5", "--bundle", tiny_bundle)
    # Whether they are carried is the machine's affair at the moment; that they are read is not.
    assert bench(path, "streams", *words, "--html", page).returncode in (0, 1)
    (row,) = read(path).rows
    assert (row.kind, row.streams, row.frames.sent) == ("streams", 2, 10)
    assert row.frames.estimates > 5
    assert row.verdict in ("carried", "not carried")
    assert "Scanners at once" in page.read_text()


def test_peers_answer_the_same_frames_as_the_daemon(tmp_path):
    words = ("--rounds", "2", "--peer", "echo", "--peer", "plain", "--peer", "keras")
    told, found = done(tmp_path / "run.json", "peers", *words)
    ours, echo, plain, keras = found.rows
    assert [row.frames.sent for row in (ours, echo, plain)] == [60] * 3
    assert min(row.frames.estimates for row in (ours, echo, plain)) > 40
    assert echo.infer_ms.p50 == 0 < plain.infer_ms.p50
    assert plain.ratio is not None
    assert plain.ratio_to == "the daemon's"
    assert "give --run DIR" in keras.problem
    assert "give --run DIR" in told


def test_the_budget_measures_what_it_can_and_names_the_rest(tmp_path):
    words = ("--no-streams", "--rounds", "5")
    found = bench(tmp_path / "run.json", "budget", *words)
    rows = read(tmp_path / "run.json").rows
    measured = {row.case for row in rows if row.ratio}
    assert {"end to end over inference, fp32", "largest frame rate times inference, fp32"} <= (
        measured
    )
    assert all(row.ratio or row.problem for row in rows)
    assert measured - {row.case for row in rows if row.plain} == {
        "end to end of the daemon over a bare echo's, both without inference"
    }
    broken = [row.case for row in rows if row.verdict == "broken"]
    assert found.returncode == int(bool(broken))
    for case in broken:
        assert f"broken: {case}" in found.stderr


def test_a_soak_tells_what_memory_and_cpu_did(tmp_path, tiny_bundle):
    words = ("--minutes", "0.1", "--bundle", tiny_bundle)
    told, found = done(tmp_path / "run.json", "soak", *words)
    (row,) = found.rows
    assert (row.kind, len(row.trend.at_s)) == ("soak", 6)
    assert min(row.trend.rss_mib) > 20
    assert max(row.trend.cpu_pct) > 0
    assert row.trend.gpu_mhz is None or min(row.trend.gpu_mhz) > 0
    assert "MiB a minute" in told


def test_the_most_frames_a_second_are_told_where_answers_set_the_pace(tmp_path, tiny_bundle):
    words = ("--fps", "fast", "--frames", "200", "--bundle", tiny_bundle)
    _, found = done(tmp_path / "run.json", "latency", *words)
    (row,) = found.rows
    assert row.fps == "fast"
    assert row.frames.lost < 20
    assert row.max_fps > 20
