"""Engines in processes of their own: who is timed, who is refused, who is missing."""

import sys
import time

import numpy as np
import psutil
import pytest

from bench.commands.limit import rate_gmac_s
from bench.engines import ENGINES, GEMM_SIDE, GEMMS, Engine
from bench.race import BURST, COLD, Course, Result, race
from edge.contract.bundle import Bundle, read_bundle
from tests.bundles import Line, make_bundle


def course(bundle: Bundle, **changed: object) -> Course:
    fields = {"bundle": bundle, "view": "AR", "keras": None, "threads": 1, "provider": "cpu"}
    return Course(**{**fields, **changed})


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """Its int8 network says something else than its golden outputs."""
    path = tmp_path_factory.mktemp("race") / "bundle"
    return read_bundle(make_bundle(path, int8=Line(0.1, 2.0)))


def engines(*names: str) -> list[Engine]:
    return [engine for engine in (*ENGINES, *GEMMS) if engine.name in names]


def test_engines_are_timed_in_turns_and_a_wrong_one_is_not(bundle):
    told: list[int] = []
    asked = engines("ONNX Runtime fp32", "ONNX Runtime int8", GEMMS[1].name)
    fp32, int8, gemm = race(course(bundle), asked, 3, lambda _, count: told.append(count))
    assert [len(turn) for turn in fp32.turns] == [BURST + COLD - COLD] * 3
    assert min(fp32.all_ms) > 0
    assert gemm.medians_ms[0] > fp32.medians_ms[0]
    assert (int8.turns, told[-1]) == ([], 3)
    assert "computes something else: 2.00 percentage points off" in int8.problem


def test_an_engine_that_ends_midway_does_not_cost_the_others_their_readings(bundle):
    asked = engines("ONNX Runtime fp32", GEMMS[1].name)

    def kill_the_first(part: str, count: int) -> None:
        if (part, count) == ("in turns", 1):
            words = ["bench.engines", asked[0].module]
            children = psutil.Process().children()
            (engine,) = [one for one in children if one.cmdline()[2:4] == words]
            engine.kill()
            while engine.status() != psutil.STATUS_ZOMBIE:  # left for its parent to find
                time.sleep(0.01)

    fp32, gemm = race(course(bundle), asked, 3, kill_the_first)
    assert (len(gemm.turns), gemm.problem) == (3, "")
    assert (fp32.turns, fp32.problem) == ([], "ended, exit code -9: ")


def test_what_is_not_there_is_named_with_how_to_get_it(bundle):
    asked = engines("Keras model(x)", "ONNX Runtime fp16")
    keras, fp16 = race(course(bundle), asked, 1, lambda *_: None)
    assert "give --run DIR" in (keras.problem + fp16.problem)
    assert "the bundle has no fp16 networks" in (keras.problem + fp16.problem)


def test_a_library_that_is_missing_is_looked_for_in_the_other_interpreters(bundle):
    absent = Engine("absent", "no_such_engine", "fp32", "bundle", "pip install absent")
    pythons = (sys.executable, sys.executable)
    (found,) = race(course(bundle, pythons=pythons), [absent], 1, lambda *_: None)
    assert found.problem.startswith("missing: No module named")
    assert "pip install absent, here or where --python says" in found.problem


def test_the_rate_is_that_of_the_fast_turns():
    result = Result(GEMMS[0], [[10.0] * 8, [10.0] * 8, [90.0] * 8])
    assert rate_gmac_s(result) == pytest.approx(GEMM_SIDE**3 / 10 / 1e6)
    assert np.isclose(rate_gmac_s(result), 45.3, atol=0.1)
