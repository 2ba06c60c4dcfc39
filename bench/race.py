"""Engines timed on the same windows in random turns, each in a process of its own."""

import io
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from bench.contender import HERE, package_path
from bench.engines import GEMMS, Engine
from bench.errors import BenchError, MissingError
from bench.whole_graph import whole_graph
from edge.contract.bundle import Bundle, BundleError
from edge.contract.grading import View

BURST = 8
"""Readings of one engine before it is another's turn."""
COLD = 2
"""Of these, the first, which find the caches of another, are not counted."""

OFF_PCT = {"fp32": 0.05, "fp16": 0.25, "int8": 0.5}
"""Further than this from the bundle's golden outputs, H-MRS %, an engine computes something else.

fp32: the bundle's own bound. The others: rounding of another engine's on top of it.
"""


@dataclass(frozen=True)
class Course:
    """What all engines read. `python`: interpreters to try in turn."""

    bundle: Bundle
    view: View
    keras: Path | None
    threads: int
    provider: str
    pythons: Sequence[str] = (sys.executable,)


@dataclass
class Result:
    """One engine's readings: ms of each by turn, or why there are none."""

    engine: Engine
    turns: list[list[float]] = field(default_factory=list)
    problem: str = ""

    @property
    def medians_ms(self) -> list[float]:
        """Of each turn."""
        return [float(np.median(turn)) for turn in self.turns]

    @property
    def all_ms(self) -> list[float]:
        """Every reading that counts."""
        return [ms for turn in self.turns for ms in turn]


def race(
    course: Course, engines: Sequence[Engine], rounds: int, told: Callable[[str, int], None]
) -> list[Result]:
    """Open every engine that can be had and time them in random turns; a result for each."""
    results = [Result(engine) for engine in engines]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="steatoscope-")))
        running: list[tuple[Result, _Worker]] = []
        for each in results:
            told(f"opening {each.engine.name}", 0)
            try:
                running.append((each, stack.enter_context(_open(course, each.engine, folder))))
            except BenchError as error:
                each.problem = str(error)
        shuffle = random.Random(0)
        for number in range(rounds):
            shuffle.shuffle(running)
            for each, worker in list(running):
                try:
                    each.turns.append(worker.time(BURST + COLD)[COLD:])
                except BenchError as error:
                    each.problem, each.turns = str(error), []
                    running.remove((each, worker))
            told("in turns", number + 1)
    return results


def _open(course: Course, engine: Engine, folder: Path) -> "_Worker":
    """The engine in the first interpreter that has it."""
    missing = MissingError("no interpreter")
    for python in course.pythons:
        worker = _Worker(python, _words(course, engine, folder), folder)
        try:
            said = worker.hear_ready()
            if engine not in GEMMS:
                _check(said, course, engine)
        except MissingError as error:
            worker.close()
            missing = error
        except BenchError:
            worker.close()
            raise
        else:
            return worker
    raise MissingError(f"missing: {missing}; {engine.get}, here or where --python says")


def _words(course: Course, engine: Engine, folder: Path) -> list[str]:
    """Files for the engine, and the flags that name them."""
    variant = course.bundle.manifest.variants.get(engine.precision)
    if variant is None:
        raise MissingError(f"missing: the bundle has no {engine.precision} networks")
    if engine.source == "keras" and course.keras is None:
        raise MissingError("missing: give --run DIR, the folder of `train fit` behind the bundle")
    graph = course.bundle.model if engine.module == "ort" else partial(whole_graph, course.bundle)
    model, windows = folder / f"{engine.module}.{engine.precision}.onnx", folder / "windows.npy"
    model.write_bytes(graph(course.view, engine.precision))
    np.save(windows, _golden(course.bundle, f"{course.view.lower()}_frames"))
    words = [engine.module, "--model", str(model), "--windows", str(windows)]
    words += ["--threads", str(course.threads), "--provider", course.provider]
    return words + (["--keras", str(course.keras)] if course.keras else [])


def _golden(bundle: Bundle, name: str) -> NDArray[Any]:
    with np.load(io.BytesIO(bundle.golden), allow_pickle=False) as golden:
        if name not in golden:
            raise BundleError(f"{bundle.manifest.golden}: holds no {name}; pack the bundle anew")
        return np.asarray(golden[name])


def _check(said: list[float], course: Course, engine: Engine) -> None:
    """Raise BenchError for an engine that computes something else."""
    plain = f"{course.view.lower()}_fat_pct"
    try:
        expected = _golden(course.bundle, f"{engine.precision}_{plain}")
    except BundleError:
        expected = _golden(course.bundle, plain)
    off = float(np.abs(np.asarray(said) - expected.ravel()).max())
    if not off <= OFF_PCT[engine.precision]:
        raise BenchError(
            f"computes something else: {off:.2f} percentage points off on the golden frames "
            f"({OFF_PCT[engine.precision]} allowed)"
            + ("; is --run the run of this bundle?" if engine.source == "keras" else "")
        )


class _Worker:
    """`python -m bench.engines` of one engine."""

    def __init__(self, python: str, words: list[str], folder: Path) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the worker
        self._process = subprocess.Popen(  # noqa: S603  # this package's own program
            [python, "-m", "bench.engines", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env={**package_path(HERE), **_ONE_THREAD},
            cwd=folder,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._log):
            if pipe:
                with suppress(BrokenPipeError):  # of what was written and never read
                    pipe.close()

    def hear_ready(self) -> list[float]:
        """What it makes of the windows; MissingError or BenchError where it cannot."""
        told = self._hear()
        if "missing" in told:
            raise MissingError(told["missing"])
        if "failed" in told:
            raise BenchError(told["failed"])
        return list(told["said"])

    def time(self, count: int) -> list[float]:
        """Times of so many readings, ms."""
        if self._process.stdin is None:
            raise BenchError("the engine has no input")
        with suppress(BrokenPipeError):  # it has ended; `_hear` says how
            self._process.stdin.write(f"{count}\n")
            self._process.stdin.flush()
        return list(self._hear()["ms"])

    def _hear(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            self._process.wait()
            self._log.seek(0)
            last = self._log.read().decode(errors="replace").strip().splitlines()[-3:]
            raise BenchError(
                f"ended, exit code {self._process.returncode}: {' '.join(last)[-400:]}"
            )
        return dict(json.loads(line))


_ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": os.environ.get("CUDA_VISIBLE_DEVICES", ""),
}
"""NumPy's BLAS takes every core unless told before it is loaded; TensorFlow talks less."""
