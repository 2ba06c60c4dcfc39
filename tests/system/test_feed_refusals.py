"""What `python -m edge feed` refuses, and what it says of what it plays all the same."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import zmq

from tests.system.feed_process import refused, write_stills


@pytest.fixture
def stills(tmp_path: Path) -> Path:
    """Folder of 45 gray images of which each has its number in every pixel."""
    return write_stills(tmp_path / "stills")


def test_a_frame_beyond_the_daemon_s_usual_limit_is_spoken_of(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "large.png"), np.full((2000, 2000, 3), (1, 2, 3), np.uint8))
    code, said = refused(tmp_path / "large.png", "--wait", "0", "--bind", f"ipc://{tmp_path}/alone")
    assert code == 0
    assert "a frame of 11.4 MiB" in said
    assert "max_message_mib" in said


def test_without_a_receiver_it_says_so_and_plays_on(stills: Path, tmp_path: Path) -> None:
    code, said = refused(
        stills, "--fps", "fast", "--wait", "0.2", "--bind", f"ipc://{tmp_path}/alone"
    )
    assert code == 0
    assert "no receiver came in 0.2 s" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.mkv"], "none.mkv: not found"),
        (["pyproject.toml"], "pyproject.toml: not a video"),
        (["virtual:fatt=1"], "'fatt' is not a key; allowed: fat="),
        (["virtual:", "--bind", "tcp://0.0.0.0:5555"], "not on the loopback interface"),
        (["virtual:", "virtual:", "--timestamps", "x.csv"], "goes with one SOURCE, not 2"),
        (["virtual:", "--exam", "Jane Doe"], "'Jane Doe': 1 to 64 of"),
        (["virtual:", "--fps", "0"], "'0': expected a number of frames a second"),
        (["virtual:", "--spacing-mm", "0.3", "nan"], "'nan': expected mm per pixel"),
    ],
)
def test_what_cannot_be_played_ends_with_two_and_the_reason(
    arguments: list[str], said: str
) -> None:
    code, printed = refused(*arguments)
    assert code == 2
    assert said in printed
    assert "Traceback" not in printed


def test_times_for_another_number_of_frames_are_refused_with_both(
    stills: Path, tmp_path: Path
) -> None:
    table = tmp_path / "times.csv"
    table.write_text("time_s\n0\n1\n")
    code, said = refused(stills, "--timestamps", table)
    assert code == 2
    assert f"2 times, but {stills} has 45 frames" in said


def test_an_address_that_is_taken_ends_with_three_and_its_name(stills: Path) -> None:
    with zmq.Context() as context, context.socket(zmq.PUB) as taken:
        port = taken.bind_to_random_port("tcp://127.0.0.1")
        code, said = refused(stills, "--bind", f"tcp://127.0.0.1:{port}")
    assert code == 3
    assert f"tcp://127.0.0.1:{port}: cannot bind" in said
