"""The examples of docs/viewers.md do what they say."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.daemon_messages import START_NS
from tests.system.bare_viewer import LONGEST_S
from tests.system.npm import installed
from tests.system.speaker import Speaker

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "viewers.md").read_text()

ESTIMATES, FRAMES = "tcp://127.0.0.1:5556", "tcp://127.0.0.1:5555"


def examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def follow(command: list[str | Path], folder: Path, speaker: Speaker) -> tuple[str, str]:
    """First line that it prints of an estimate, and of the silence after the daemon's end."""
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        estimate = next((line for line in process.stdout if "no number" not in line), "")
        speaker.fall_silent()
        silence = next((line for line in process.stdout if "no number" in line), "")
    finally:
        process.kill()
        _, said = process.communicate(timeout=LONGEST_S)
    assert estimate, said
    return estimate.strip(), silence.strip()


@pytest.mark.parametrize("number", [0, 1], ids=["loop", "asyncio"])
def test_the_python_viewers_show_the_median_and_blank_it(number: int, tmp_path: Path) -> None:
    with Speaker() as speaker:
        text = examples("python")[number].replace(ESTIMATES, speaker.address)
        (tmp_path / "viewer.py").write_text(text)
        command: list[str | Path] = [sys.executable, "-u", tmp_path / "viewer.py"]
        estimate, silence = follow(command, ROOT, speaker)

    assert estimate.startswith("AR 9.12")
    assert silence == "AR no number"


def test_the_python_bridge_sends_its_exam(tmp_path: Path) -> None:
    text = examples("python")[2].replace(FRAMES, "tcp://127.0.0.1:*")
    (tmp_path / "bridge.py").write_text(text)

    ended = subprocess.run(
        [sys.executable, tmp_path / "bridge.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )

    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_javascript_viewer_shows_the_median_and_blanks_it(tmp_path: Path) -> None:
    folder = installed(ROOT / "tests" / "node", tmp_path / "node")
    with Speaker() as speaker:
        text = examples("javascript")[0].replace(ESTIMATES, speaker.address)
        (folder / "viewer.mjs").write_text(text)
        estimate, silence = follow(["node", "viewer.mjs"], folder, speaker)

    assert estimate == f"AR 9.12 S2 {START_NS}n"
    assert silence == "no number"


def test_the_cpp_viewer_shows_the_median_and_blanks_it(tmp_path: Path) -> None:
    headers = [Path("/usr/include/zmq.hpp"), Path("/usr/include/msgpack.hpp")]
    if shutil.which("g++") is None or not all(path.exists() for path in headers):
        pytest.skip("g++, cppzmq or msgpack-c is not installed")
    with Speaker() as speaker:
        (tmp_path / "viewer.cpp").write_text(examples("cpp")[0].replace(ESTIMATES, speaker.address))
        build = ["g++", "-std=c++17", "-O0", "viewer.cpp", "-o", "viewer", "-lzmq"]
        # What msgpack-c does without: its other face needs Boost.
        build.append("-DMSGPACK_NO_BOOST")
        built = subprocess.run(build, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert built.returncode == 0, built.stderr[-2000:]
        estimate, silence = follow([tmp_path / "viewer"], tmp_path, speaker)

    assert estimate == f"fat/room1/AR 9.12 {START_NS}"
    assert silence == "no number"
