import random
from pathlib import Path

import pytest

from tests.unit.journal_world import World, plain, play

STEPS = 400
HOUR_NS = 3_600_000_000_000


@pytest.mark.parametrize("seed", range(6))
def test_a_kill_at_any_point_changes_nothing_of_what_is_said_afterwards(
    tmp_path: Path, seed: int
) -> None:
    """The same frames through a world that is never killed and one that is killed 8 times."""
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    kills = set(random.Random(seed).sample(range(20, STEPS), 8))
    (whole,) = _play(tmp_path / "whole", seed, set())

    runs = _play(tmp_path / "killed", seed, kills)

    said = [plain(estimate) for world in runs for estimate in world.said]
    assert said == [plain(each) for each in whole.said]
    assert [reading for world in runs for reading in world.readings] == whole.readings
    assert runs[-1].summaries() == whole.summaries()
    assert len(runs) == 9
    runs[-1].kill()
    whole.kill()


def _play(folder: Path, seed: int, kills: set[int]) -> list[World]:
    """All the worlds that it took; the dice roll on as if nothing had happened."""
    runs = [World(folder)]
    for step in play(_Latest(runs), random.Random(seed), STEPS):  # type: ignore[arg-type]
        if step in kills:
            runs.append(runs[-1].again())
    return runs


class _Latest:
    """The world that runs, whichever that is."""

    def __init__(self, runs: list[World]) -> None:
        object.__setattr__(self, "runs", runs)

    def __getattr__(self, name: str) -> object:
        return getattr(self.runs[-1], name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self.runs[-1], name, value)
