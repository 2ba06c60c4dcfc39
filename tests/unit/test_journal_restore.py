import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

from edge.journal.opening import now, open_journal
from tests.unit.journal_world import LIMITS, MODEL, World, plain, play

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


OTHER = msgspec.structs.replace(MODEL, version="1", sha256="1" * 64)


def with_frames(folder: Path) -> World:
    """An exam of 12 frames of 5 %."""
    world = World(folder)
    for _ in range(12):
        world.frame(5.0)
    return world


def test_an_exam_goes_on_after_a_reboot_though_the_monotonic_clock_begins_anew(
    tmp_path: Path,
) -> None:
    again = with_frames(tmp_path).again(boot="another", away_ns=30_000_000_000)

    (estimate,) = again.frame(7.0)

    assert (estimate.frames, estimate.median_pct, estimate.flags) == (13, 5.0, [])
    again.kill()


@pytest.mark.parametrize("how", [{"info": OTHER}, {"rule": "n3-iqr15"}], ids=["model", "rule"])
def test_under_another_model_or_rule_an_exam_begins_afresh_and_says_so(
    tmp_path: Path, how: dict[str, Any]
) -> None:
    again = with_frames(tmp_path).again(**how)
    (estimate,) = again.frame(7.0)
    third = again.again(**how)

    assert (estimate.frames, estimate.median_pct, estimate.flags) == (1, 7.0, ["restarted"])
    assert estimate.rule == how.get("rule", "n5-iqr30")
    assert third.summaries() == again.summaries()
    third.kill()


def test_an_exam_idle_for_too_long_is_ended_with_the_reading_and_the_model_that_it_had(
    tmp_path: Path,
) -> None:
    world = with_frames(tmp_path)
    again = world.again(away_ns=world.now_ns + HOUR_NS, info=OTHER)

    (reading,) = again.pipeline.end_idle(again.now_ns - 600_000_000_000)
    again.commit()

    assert (reading.views["AR"].frames, reading.views["AR"].median_pct) == (12, 5.0)
    assert reading.model == MODEL
    third = again.again()
    assert third.restored.exams == []
    third.kill()


def test_frames_seen_before_a_kill_are_known_after_it(tmp_path: Path) -> None:
    again = with_frames(tmp_path).again()

    again.frame(50.0, seq=3)
    (estimate,) = again.frame(5.0)

    assert (estimate.ledger.duplicate, estimate.ledger.read, estimate.frames) == (1, 13, 13)
    again.kill()


def test_what_came_while_nobody_was_there_is_missing(tmp_path: Path) -> None:
    again = with_frames(tmp_path).again()

    (estimate,) = again.frame(5.0, seq=20)

    counts = estimate.ledger
    assert (counts.sent, counts.read, counts.missing) == (21, 13, 8)
    again.kill()


def test_an_exam_of_a_scanner_that_is_set_no_more_is_given_up(tmp_path: Path) -> None:
    world = with_frames(tmp_path)
    world.kill()
    at = now(MODEL, {}, "n5-iqr30", 600)
    gone = open_journal(tmp_path / "journal.db", "normal", LIMITS, ["other"], at)
    gone.store.close()
    gone.files.close()

    again = World(tmp_path, away_ns=world.now_ns)

    assert again.restored.exams == []
    again.kill()
