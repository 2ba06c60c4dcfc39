"""Times taken in turns."""

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from export.timing import BURST, race


class Sleeper:
    """A network that takes so long."""

    def __init__(self, sleep_s: float) -> None:
        self._sleep_s = sleep_s
        self.runs = 0

    def run(self, names: list[str], inputs: dict[str, NDArray[Any]]) -> list[NDArray[Any]]:
        self.runs += 1
        time.sleep(self._sleep_s)
        return [inputs["frame"] for _ in names]

    def get_inputs(self) -> list[Any]:
        return []

    def get_outputs(self) -> list[Any]:
        return []


def test_every_candidate_has_as_many_turns_and_its_own_time() -> None:
    quick, slow = Sleeper(0.0005), Sleeper(0.005)
    rounds: list[None] = []

    found = race(
        {"quick": quick, "slow": slow}, np.zeros((4, 4), np.uint8), 4, lambda: rounds.append(None)
    )

    assert quick.runs == slow.runs == 4 * (BURST + 1)
    assert len(rounds) == 4
    assert found["slow"].p1_ms > 5 > found["quick"].p1_ms
    assert found["slow"].p1_ms <= found["slow"].p50_ms <= found["slow"].p99_ms
