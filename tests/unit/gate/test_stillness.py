import numpy as np

from edge.gate.limits import FROZEN_AFTER
from edge.gate.stillness import Stillness


def window(mark: int) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    image = np.full((36, 36), 80, np.uint8)
    image[5, 5] = mark
    return image


def test_a_picture_that_comes_again_is_repeated_and_after_a_while_frozen() -> None:
    stillness = Stillness()

    found = [stillness.check(window(1), 1) for _ in range(FROZEN_AFTER + 3)]

    assert found[0] is None
    assert found[1:FROZEN_AFTER] == ["repeated"] * (FROZEN_AFTER - 1)
    assert found[FROZEN_AFTER:] == ["frozen"] * 3


def test_one_pixel_that_differs_makes_another_picture() -> None:
    stillness = Stillness()

    assert [stillness.check(window(mark), 1) for mark in (1, 2, 1, 2)] == [None] * 4


def test_what_a_frozen_scanner_shows_is_not_read_though_it_moves() -> None:
    stillness = Stillness()
    stillness.freeze(1, frozen=True)
    moving = [stillness.check(window(mark), 1) for mark in range(3)]
    stillness.freeze(1, frozen=False)

    assert moving == ["frozen"] * 3
    assert stillness.check(window(9), 1) is None


def test_a_scanner_that_starts_again_is_not_frozen() -> None:
    stillness = Stillness()
    stillness.freeze(1, frozen=True)

    assert stillness.check(window(1), 2) is None
