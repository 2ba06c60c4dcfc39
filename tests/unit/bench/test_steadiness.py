"""How steady a machine is, told from the times of the same work."""

import numpy as np
import pytest

from bench import steadiness
from bench.commands.limit import _steadiness


def test_it_works_for_as_long_as_it_is_asked_to():
    found = steadiness.laps_ms(0.2)

    assert found.shape == (found.size,)
    assert found.size >= 2
    assert found.min() > 0


def test_more_work_takes_longer(monkeypatch: pytest.MonkeyPatch):
    usual = steadiness.laps_ms(0.5).min()
    monkeypatch.setattr(steadiness, "WORK", bytes(16 * len(steadiness.WORK)))

    assert steadiness.laps_ms(0.5).min() > 4 * usual


def test_slow_stretches_are_told():
    steady, shaken = np.full(1000, 0.25), np.full(1000, 0.25)
    shaken[500:520] = 2.0

    assert "one in a hundred takes 1.0 times as long as most" in _steadiness(steady).note
    told = _steadiness(shaken)
    assert "one in a hundred takes 8.0 times as long as most, the longest 8.0 times" in told.note
    assert told.infer_ms is not None
    assert told.infer_ms.p50 == 0.25
