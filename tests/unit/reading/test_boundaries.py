import itertools
from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from edge.contract.bundle import builtin_path, read_bundle
from edge.contract.crop import Gray, crop
from edge.reading.boundaries import GAP_NS, LOOK_NS, Boundaries, Moment
from edge.scanner.virtual import VirtualClip, draw_subject

START = Moment(epoch=1, capture_ns=0)
FRAME_NS = 33_333_333


def moments(step_ns: int = FRAME_NS) -> Iterator[Moment]:
    """Of frames that follow each other evenly."""
    return (START._replace(capture_ns=capture_ns) for capture_ns in itertools.count(0, step_ns))


def scene(seed: int, shift: int = 0) -> Gray:
    gray = np.random.default_rng(seed).integers(0, 255, (36, 72)).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(gray, (0, 0), 1.5)[:, shift : shift + 36])


def begins(*moments: Moment) -> list[bool]:
    boundaries = Boundaries()
    return [boundaries.begins(moment) for moment in moments]


def begins_at(*pictures: Gray) -> list[bool]:
    """Of the frames that follow each picture once it has been looked at, whether one begins."""
    boundaries, frames = Boundaries(), moments()
    found = [boundaries.begins(next(frames))]
    for picture in pictures:
        boundaries.see(picture)
        found.append(boundaries.begins(next(frames)))
        for _ in range(0 if found[-1] else LOOK_NS // FRAME_NS):
            boundaries.see(picture)
            assert not boundaries.begins(next(frames))
    return found[:-1]


def test_the_first_frame_begins_a_hold_and_the_next_goes_on() -> None:
    assert begins(START, START._replace(capture_ns=33_000_000)) == [True, False]


@pytest.mark.parametrize(
    "change",
    [{"capture_ns": GAP_NS + 1}, {"epoch": 2}, {"hold": 1}],
    ids=["pause", "another process", "the scanner's own count"],
)
def test_a_hold_ends_with(change: dict[str, int]) -> None:
    assert begins(START, START._replace(**change)) == [True, True]


def test_a_clock_set_back_is_no_pause() -> None:
    assert begins(START, START._replace(capture_ns=-(10**15))) == [True, False]


def test_another_place_ends_a_hold_and_the_same_place_does_not() -> None:
    here, there = scene(1), scene(2)

    assert begins_at(here, here, here, here) == [True, False, False, False]
    # The first frame from there is seen once it is out: it ends the hold, and the next begins one.
    assert begins_at(here, here, there, there, there) == [True, False, False, True, False]


def looks(step_ns: int) -> list[int]:
    """Frames before the first from elsewhere, at 0, and those after it until a hold begins."""
    found = []
    for before in range(1, 8):
        boundaries, frames = Boundaries(), moments(step_ns)
        for _ in range(before):
            boundaries.begins(next(frames))
            boundaries.see(scene(1))
        after = 0
        while not boundaries.begins(next(frames)):
            boundaries.see(scene(2))
            after += 1
        found.append(after)
    return found


def test_it_is_looked_every_tenth_of_a_second_at_any_frame_rate() -> None:
    assert looks(FRAME_NS) == [3, 2, 1, 3, 2, 1, 3]  # the fourth is looked at, the seventh, ...
    assert set(looks(10 * FRAME_NS // 4)) == {1}  # 12 frames a second: each
    assert max(looks(FRAME_NS // 8)) == 20  # 240: every twentieth


def test_a_clock_that_is_set_back_is_looked_at() -> None:
    boundaries = Boundaries()
    for moment in (START, START._replace(capture_ns=-(10**15))):
        boundaries.begins(moment)
        boundaries.see(scene(1 if moment is START else 2))

    assert boundaries.begins(START._replace(capture_ns=FRAME_NS - 10**15))


def test_a_small_shift_is_the_same_place_though_it_may_add_up_to_another() -> None:
    found = begins_at(*[scene(1, shift) for shift in range(12)])

    assert found[:2] == [True, False]
    assert any(found[2:])


def test_brightness_alone_is_no_motion() -> None:
    darker = (scene(1) // 2).astype(np.uint8)

    assert begins_at(scene(1), darker, darker) == [True, False, False]


def test_an_end_from_outside_begins_the_next() -> None:
    boundaries = Boundaries()
    boundaries.begins(START)
    boundaries.end()

    assert boundaries.begins(START)


@pytest.mark.parametrize("view", ["AR", "HR"])
def test_speckle_and_breathing_do_not_end_a_hold_of_the_virtual_cohort(view: str) -> None:
    spec = read_bundle(builtin_path()).manifest.crop
    for seed in (2, 5):
        clip = VirtualClip(draw_subject("realistic", seed), view)  # type: ignore[arg-type]
        boundaries = Boundaries()
        steady = [n for n in range(clip.count) if clip.motion.hold[n] == 0][:90:6]
        found = []
        for number, moment in zip(steady, moments(6 * FRAME_NS), strict=False):
            window = crop(clip.frame(number), spec, clip.spacing_mm)
            found.append(boundaries.begins(moment))
            boundaries.see(window)
        assert found == [True] + [False] * (len(steady) - 1)


def test_a_picture_without_structure_says_nothing_of_the_place() -> None:
    flat = [np.full((36, 36), 80, np.uint8) for _ in range(3)]
    flat[1][5, 9] = 81
    flat[2][30, 20] = 79

    assert begins_at(*flat) == [True, False, False]
