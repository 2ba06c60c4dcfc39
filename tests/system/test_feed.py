"""`python -m edge feed` as a process, heard by a receiver that knows only pyzmq and msgpack."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import msgpack
import numpy as np
import pytest
import zmq

ROOT = Path(__file__).resolve().parents[2]
SWEEP = ROOT.parent / "shared" / "data" / "liver_sweep"
LONGEST_S = 60


class Message(NamedTuple):
    """`at_s`: on the monotonic clock; `pixels`: None for an event."""

    at_s: float
    fields: dict[str, Any]
    pixels: bytes | None


class Heard:
    """A SUB socket beside one feed process."""

    def __init__(self, process: "subprocess.Popen[str]", socket: "zmq.Socket[bytes]") -> None:
        self.process, self._socket = process, socket
        self.messages: list[Message] = []

    def until(self, done: Callable[[Message], bool]) -> None:
        """Receive until a message is what was waited for."""
        while self._socket.poll(LONGEST_S * 1000):
            topic, header, *pixels = self._socket.recv_multipart()
            message = Message(
                time.monotonic(), msgpack.unpackb(header), pixels[0] if pixels else None
            )
            assert topic == (b"frame" if pixels else b"event")
            self.messages.append(message)
            if done(message):
                return
        raise AssertionError("the feed fell silent")

    def until_the_end(self) -> str:
        """Receive until exam_end; returns what the feed printed."""
        self.until(lambda message: message.fields.get("event") == "exam_end")
        out, err = self.process.communicate(timeout=LONGEST_S)
        assert self.process.returncode == 0, err
        assert not self._socket.poll(100), "something came after exam_end"
        return out + err

    @property
    def frames(self) -> list[Message]:
        return [message for message in self.messages if message.pixels is not None]

    @property
    def events(self) -> list[Message]:
        return [message for message in self.messages if message.pixels is None]


Feed = Callable[..., Heard]


@pytest.fixture
def feed(tmp_path: Path) -> Iterator[Feed]:
    """Start a receiver and then a feed on an ipc address of its own."""
    running: list[tuple[subprocess.Popen[str], zmq.Socket[bytes]]] = []
    context = zmq.Context()

    def start(*arguments: str | Path) -> Heard:
        address = f"ipc://{tmp_path}/{len(running)}"
        socket = context.socket(zmq.SUB)
        socket.setsockopt(zmq.RCVHWM, 100_000)
        socket.subscribe("")
        socket.connect(address)
        process = subprocess.Popen(
            [sys.executable, "-m", "edge", "feed", *map(str, arguments), "--bind", address],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append((process, socket))
        return Heard(process, socket)

    yield start
    for process, socket in running:
        process.kill()
        process.communicate()
        socket.close(linger=0)
    context.term()


def refused(*arguments: str | Path) -> tuple[int, str]:
    """Exit code and standard error of a feed that is expected not to start."""
    ended = subprocess.run(
        [sys.executable, "-m", "edge", "feed", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    return ended.returncode, ended.stderr


@pytest.fixture
def stills(tmp_path: Path) -> Path:
    """Folder of 45 gray images of which each has its number in every pixel."""
    folder = tmp_path / "stills"
    folder.mkdir()
    for number in range(45):
        cv2.imwrite(str(folder / f"{number}.png"), np.full((40, 50), number, np.uint8))
    return folder


def test_every_frame_arrives_whole_in_order_and_the_end_last(feed: Feed, stills: Path) -> None:
    heard = feed(stills, "--view", "HR", "--exam", "demo-1", "--spacing-mm", "0.3", "0.4")
    printed = heard.until_the_end()
    assert [message.fields["seq"] for message in heard.frames] == list(range(45))
    assert len({message.fields["epoch"] for message in heard.messages}) == 1
    for number, message in enumerate(heard.frames):
        assert message.pixels == bytes([number]) * 2000
        fields = {key: value for key, value in message.fields.items() if key not in _VARYING}
        assert fields == {
            "v": 1,
            "exam": "demo-1",
            "view": "HR",
            "width": 50,
            "height": 40,
            "format": "gray8",
            "spacing_mm": [0.3, 0.4],
            "hold": None,
        }
    last = heard.messages[-1].fields
    assert (last["event"], last["last_seq"], last["exam"]) == ("exam_end", 44, "demo-1")
    assert "45 frames sent in 1.4" in printed


_VARYING = {"epoch", "seq", "capture_ns"}


def test_the_pace_is_kept_on_the_median_and_never_drifts(feed: Feed, stills: Path) -> None:
    heard = feed(stills, "--fps", "30")
    heard.until_the_end()
    sent_s = np.array([message.at_s for message in heard.frames])
    capture_s = np.array([message.fields["capture_ns"] for message in heard.frames]) / 1e9
    assert np.diff(capture_s) == pytest.approx([1 / 30] * 44, abs=0.002)
    late_s = sent_s - capture_s
    assert float(np.median(np.abs(late_s - np.median(late_s)))) < 0.01


def test_the_status_comes_every_second_with_the_last_number(feed: Feed, stills: Path) -> None:
    heard = feed(stills, "--fps", "15")
    heard.until_the_end()
    statuses = [message for message in heard.events if message.fields["event"] == "status"]
    assert len(statuses) >= 4
    # The last one is sent at the end, whenever that is.
    assert np.diff([message.at_s for message in statuses[:-1]]) == pytest.approx(
        [1.0] * (len(statuses) - 2), abs=0.3
    )
    for status in statuses:
        before = [message for message in heard.frames if message.at_s <= status.at_s]
        assert status.fields["last_seq"] == len(before) - 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_loop_with_exam_end_and_success(
    feed: Feed, stills: Path, number: signal.Signals
) -> None:
    heard = feed(stills, "--loop", "--fps", "200", "--view", "none")
    heard.until(lambda message: message.fields.get("seq") == 100)
    heard.process.send_signal(number)
    heard.until_the_end()
    numbers = [message.fields["seq"] for message in heard.frames]
    assert numbers == list(range(len(numbers)))
    assert {message.fields["view"] for message in heard.frames} == {None}
    assert heard.messages[-1].fields["last_seq"] == numbers[-1]


def test_two_virtual_views_make_one_exam(feed: Feed) -> None:
    heard = feed("virtual:seed=7,frames=5", "virtual:seed=7,view=HR,frames=5", "--fps", "10")
    heard.until_the_end()
    assert [message.fields["view"] for message in heard.frames] == ["AR"] * 5 + ["HR"] * 5
    assert len({message.fields["exam"] for message in heard.messages}) == 1


def test_the_real_sweep_plays_at_its_true_times(feed: Feed) -> None:
    if not SWEEP.exists():
        pytest.skip("the real liver clip is not on this machine (../shared/data/liver_sweep)")
    table = SWEEP / "liver_sweep_timestamps.csv"
    heard = feed(SWEEP / "liver_sweep.mkv", "--timestamps", table, "--view", "AR")
    heard.until_the_end()
    true_s = np.loadtxt(table, delimiter=",", skiprows=1)[:, 1]
    assert [message.fields["seq"] for message in heard.frames] == list(range(140))
    assert {message.fields["format"] for message in heard.frames} == {"gray8"}
    capture_s = np.array([message.fields["capture_ns"] for message in heard.frames]) / 1e9
    assert capture_s - capture_s[0] == pytest.approx(true_s - true_s[0], abs=0.002)


def test_pydicom_s_clip_plays_at_thirty_and_the_region_is_spoken_of(feed: Feed) -> None:
    data = pytest.importorskip("pydicom.data", reason="needs the extra `dicom`")
    heard = feed(data.get_testdata_file("examples_ybr_color.dcm", download=False))
    printed = heard.until_the_end()
    assert [message.fields["seq"] for message in heard.frames] == list(range(30))
    capture_s = np.array([message.fields["capture_ns"] for message in heard.frames]) / 1e9
    assert (capture_s[-1] - capture_s[0]) / 29 == pytest.approx(1 / 30, rel=0.01)
    assert "does not lie within the 320 x 240 px frame" in printed


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
