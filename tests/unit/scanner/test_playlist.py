from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest

from edge.contract.grading import View
from edge.scanner.playlist import Overrides, play_all, total
from edge.scanner.source import Shot

PLAIN = Overrides()


class Clip:
    """Frames at 10 a second in one view."""

    name, fps = "clip", 10.0

    def __init__(self, count: int, view: View | None = None) -> None:
        self.count: int | None = count
        self._view = view

    def shots(self) -> Iterator[Shot]:
        for frame in range(self.count or 0):
            pixels = np.zeros((16, 16), np.uint8)
            yield Shot(pixels, "gray8", frame / self.fps, self._view, (0.3, 0.3))


def test_sources_follow_each_other_at_a_frame_s_distance() -> None:
    shots = list(play_all([Clip(3, "AR"), Clip(2, "HR")], loop=False, overrides=PLAIN))
    assert [shot.time_s for shot in shots] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    assert [shot.view for shot in shots] == ["AR", "AR", "AR", "HR", "HR"]


def test_a_loop_goes_on_without_end_and_without_a_jump() -> None:
    shots = list(islice(play_all([Clip(2)], loop=True, overrides=PLAIN), 1001))
    assert [shot.time_s for shot in shots] == pytest.approx([0.1 * n for n in range(1001)])


@pytest.mark.parametrize(
    ("overrides", "view", "spacing_mm"),
    [
        (Overrides(), "AR", (0.3, 0.3)),
        (Overrides(view="HR"), "HR", (0.3, 0.3)),
        (Overrides(no_view=True), None, (0.3, 0.3)),
        (Overrides(spacing_mm=(0.5, 0.6)), "AR", (0.5, 0.6)),
    ],
)
def test_what_the_user_says_wins(
    overrides: Overrides, view: str | None, spacing_mm: tuple[float, float]
) -> None:
    (shot,) = play_all([Clip(1, "AR")], loop=False, overrides=overrides)
    assert (shot.view, shot.spacing_mm) == (view, spacing_mm)


def test_the_total_is_known_only_where_every_count_is_and_it_ends() -> None:
    endless = Clip(1)
    endless.count = None
    assert total([Clip(3), Clip(2)], loop=False) == 5
    assert total([Clip(3), Clip(2)], loop=True) is None
    assert total([Clip(3), endless], loop=False) is None
