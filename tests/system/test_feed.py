"""`python -m edge feed` as a process: what it sends, when, and how it ends."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import zmq
from numpy.typing import NDArray

from tests.system.feed_process import ROOT, Heard, start, write_stills

SWEEP = ROOT.parent / "shared" / "data" / "liver_sweep"
_VARYING = {"epoch", "seq", "capture_ns"}

Feed = Callable[..., Heard]


@pytest.fixture
def feed(tmp_path: Path) -> Iterator[Feed]:
    """Start a receiver and then a feed on an ipc address of its own."""
    running: list[tuple[subprocess.Popen[str], zmq.Socket[bytes]]] = []
    context = zmq.Context()

    def begin(*arguments: str | Path) -> Heard:
        address = f"ipc://{tmp_path}/{len(running)}"
        socket = context.socket(zmq.SUB)
        socket.setsockopt(zmq.RCVHWM, 100_000)
        socket.subscribe("")
        socket.connect(address)
        process = start(address, *arguments)
        running.append((process, socket))
        return Heard(process, socket)

    yield begin
    for process, socket in running:
        process.kill()
        process.communicate()
        socket.close(linger=0)
    context.term()


@pytest.fixture
def stills(tmp_path: Path) -> Path:
    """Folder of 45 gray images of which each has its number in every pixel."""
    return write_stills(tmp_path / "stills")


def numbers_and_capture_s(heard: Heard) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Of each frame that arrived: its number, and its capture time in seconds."""
    numbers = np.array([message.fields["seq"] for message in heard.frames])
    assert (np.diff(numbers) > 0).all()
    return numbers, np.array([message.fields["capture_ns"] for message in heard.frames]) / 1e9


def test_every_frame_arrives_whole_in_order_and_the_end_last(feed: Feed, stills: Path) -> None:
    # As fast as it can, a feed waits for its receiver; paced, it would rather lose a frame.
    options = ("--view", "HR", "--exam", "demo-1", "--spacing-mm", "0.3", "0.4", "--fps", "fast")
    heard = feed(stills, *options)
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
    assert "45 frames sent in " in printed


def test_the_pace_is_kept_on_the_median_and_never_drifts(feed: Feed, stills: Path) -> None:
    heard = feed(stills, "--fps", "30")
    printed = heard.until_the_end()
    numbers, capture_s = numbers_and_capture_s(heard)
    assert capture_s - capture_s[0] == pytest.approx((numbers - numbers[0]) / 30, abs=0.002)
    late_s = np.array([message.at_s for message in heard.frames]) - capture_s
    # Under a millisecond on a quiet machine; a crowded one may take a frame time.
    assert float(np.median(np.abs(late_s - np.median(late_s)))) < 1 / 30
    assert "45 frames sent in 1.4" in printed


def test_the_status_comes_every_second_with_the_last_number(feed: Feed, stills: Path) -> None:
    heard = feed(stills, "--fps", "12")
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
    heard.until(lambda message: message.fields.get("seq", 0) > 100)
    heard.process.send_signal(number)
    heard.until_the_end()
    numbers = [message.fields["seq"] for message in heard.frames]
    assert numbers == sorted(set(numbers))
    assert {message.fields["view"] for message in heard.frames} == {None}
    assert heard.messages[-1].fields["last_seq"] >= numbers[-1]


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
    assert heard.messages[-1].fields["last_seq"] == 139
    assert {message.fields["format"] for message in heard.frames} == {"gray8"}
    numbers, capture_s = numbers_and_capture_s(heard)
    expected_s = true_s[numbers] - true_s[numbers[0]]
    assert capture_s - capture_s[0] == pytest.approx(expected_s, abs=0.002)


def test_pydicom_s_clip_plays_at_thirty_and_the_region_is_spoken_of(feed: Feed) -> None:
    data = pytest.importorskip("pydicom.data", reason="needs the extra `dicom`")
    heard = feed(data.get_testdata_file("examples_ybr_color.dcm", download=False))
    printed = heard.until_the_end()
    assert heard.messages[-1].fields["last_seq"] == 29
    numbers, capture_s = numbers_and_capture_s(heard)
    assert capture_s - capture_s[0] == pytest.approx((numbers - numbers[0]) / 30, abs=0.002)
    assert "does not lie within the 320 x 240 px frame" in printed


def test_a_clip_that_breaks_off_ends_its_exam_and_says_where(feed: Feed, tmp_path: Path) -> None:
    pydicom = pytest.importorskip("pydicom", reason="needs the extra `dicom`")
    dataset = pydicom.dcmread(
        pydicom.data.get_testdata_file("examples_ybr_color.dcm", download=False)
    )
    frames = list(pydicom.encaps.generate_frames(dataset.PixelData, number_of_frames=30))
    frames[15] = frames[15][:100]
    dataset.PixelData = pydicom.encaps.encapsulate(frames)
    dataset.save_as(tmp_path / "broken.dcm")
    heard = feed(tmp_path / "broken.dcm", "--fps", "fast")
    printed = heard.until_the_end(code=1)
    assert len(heard.frames) == 15
    assert heard.messages[-1].fields["last_seq"] == 14
    assert "broken.dcm: its pixel data cannot be decoded" in printed
    assert "Traceback" not in printed
