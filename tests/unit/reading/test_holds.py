import numpy as np

from edge.contract.messages import Acquisition
from edge.reading.holds import MAX_LISTED, MIN_FRAMES, MIN_NS, Holds

FRAME_NS = 120_000_000


def run(holds: Holds, *values: float, frame_ns: int = FRAME_NS) -> None:
    for number, value in enumerate(values):
        holds.add(value, number * frame_ns)
    holds.close()


def test_each_hold_has_its_median_and_the_exam_the_median_of_those() -> None:
    holds = Holds()
    medians = []
    for level in (5.0, 9.0, 6.0, 7.0):
        values = [level + step / 100 for step in range(MIN_FRAMES)]
        run(holds, *values)
        medians.append(float(np.median(values)))

    lower, upper = np.percentile(medians, (25, 75))
    assert holds.figures() == (4, np.median(medians), upper - lower)
    assert [hold.median_pct for hold in holds.listed] == medians


def test_frames_within_a_hold_are_not_repeats_however_many() -> None:
    holds = Holds()
    run(holds, *[5.0] * 1000)

    assert holds.figures() == (1, 5.0, 0.0)
    assert holds.listed == [Acquisition(median_pct=5.0, iqr_pct=0.0, frames=1000)]


def test_a_hold_of_a_few_frames_does_not_count() -> None:
    holds = Holds()
    run(holds, *[5.0] * (MIN_FRAMES - 1))

    assert holds.figures() == (0, None, None)


def test_a_hold_of_less_than_a_second_does_not_count_however_many_its_frames() -> None:
    holds = Holds()
    run(holds, *[5.0] * 100, frame_ns=MIN_NS // 100)

    assert holds.figures() == (0, None, None)


def test_a_clock_that_is_set_back_within_a_hold_does_not_shorten_it() -> None:
    holds = Holds()
    times_ns = [number * FRAME_NS - (number >= 9) * 10**15 for number in range(18)]
    for at_ns in times_ns:
        holds.add(5.0, at_ns)

    assert holds.figures()[0] == 1


def test_the_open_hold_counts_as_soon_as_it_is_long_enough() -> None:
    holds = Holds()
    run(holds, *[5.0] * MIN_FRAMES)
    counts = []
    for number in range(MIN_FRAMES):
        holds.add(7.0, number * FRAME_NS)
        counts.append(holds.figures()[0])

    assert counts == [1] * (MIN_FRAMES - 1) + [2]
    assert holds.figures() == (2, 6.0, 1.0)


def test_a_flood_of_holds_is_counted_but_not_listed_for_ever() -> None:
    holds = Holds()
    for _ in range(MAX_LISTED + 5):
        run(holds, *[5.0] * MIN_FRAMES)

    assert holds.figures()[0] == MAX_LISTED + 5
    assert len(holds.listed) == MAX_LISTED
