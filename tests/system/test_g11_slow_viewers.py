"""G11: viewers that do not read cost the others nothing, and little memory."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import zmq

from edge.sockets.authenticator import Authenticator
from edge.sockets.bus import Bus
from edge.sockets.enrolment import Enrolment
from edge.sockets.keyring import Keyring
from edge.sockets.settings import BUS
from edge.sockets.subscriber import EstimateSubscriber
from tests.daemon_messages import estimate
from tests.goals import Record
from tests.system.daemon_process import ROOT
from tests.system.footprint import footprint

STALLED = 8
MESSAGES = 20_000
BATCH = 50
GROWTH_MIB = 5
CUT_S = 2.0


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Keys of a daemon and of a viewer that know each other."""
    daemon, viewer = Keyring(tmp_path / "daemon"), Keyring(tmp_path / "viewer")
    keys = daemon.create(), viewer.create()
    viewer.enrol("daemon", keys[0].public)
    daemon.enrol("ward", keys[1].public)
    return daemon.folder, viewer.folder


@contextmanager
def stalled_viewers(bus: Bus, folder: Path) -> Iterator[int]:
    """The process id of viewers that never read, all connected."""
    command = [sys.executable, "-m", "tests.system.stalled_viewers", str(folder), bus.endpoint]
    with subprocess.Popen([*command, str(STALLED)], cwd=ROOT, stdout=subprocess.PIPE) as viewers:
        assert viewers.stdout is not None
        os.set_blocking(viewers.stdout.fileno(), False)
        try:
            while not viewers.stdout.readline():
                bus.publish(*estimate())
                bus.serve()
                time.sleep(0.01)
            yield viewers.pid
        finally:
            viewers.kill()


class Outcome(NamedTuple):
    """What came of a run.

    got: messages that the good viewer received. send_p99_ms: of one publish. growth_mib: of
    resident memory, at most.
    """

    got: int
    send_p99_ms: float
    growth_mib: float


def load(folders: tuple[Path, Path], high_water_mark: int) -> Outcome:
    """Publish to stalled viewers and to a good one, which reads after each batch."""
    BUS[zmq.SNDHWM] = high_water_mark
    daemon, viewer = folders
    keys = Enrolment(viewer).client("daemon")
    with (
        Authenticator(Enrolment(daemon)) as door,
        Bus("tcp://127.0.0.1:*", door) as bus,
        stalled_viewers(bus, viewer),
        EstimateSubscriber(bus.endpoint, keys=keys) as good,
    ):
        while not good.receive(10):
            bus.publish(*estimate())
        while good.receive(100):
            pass
        before = footprint(os.getpid())
        got, growth_mib, took_ms = 0, 0.0, np.zeros(MESSAGES)
        for number in range(MESSAGES):
            started_s = time.perf_counter()
            bus.publish(*estimate(number))
            took_ms[number] = (time.perf_counter() - started_s) * 1e3
            if number % BATCH == BATCH - 1:
                got += sum(good.receive(1000) is not None for _ in range(BATCH))
                # On the way: who does not even answer heartbeats is cut off in the end.
                now_mib = footprint(os.getpid()).resident_mib
                growth_mib = max(growth_mib, now_mib - before.resident_mib)
    return Outcome(got, float(np.percentile(took_ms, 99)), growth_mib)


def in_a_process_of_its_own(folders: tuple[Path, Path], high_water_mark: int) -> Outcome:
    """`load` where no memory lies about that others have used and given back."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(load, (folders, high_water_mark))


def test_stalled_viewers_cost_the_others_nothing(folders: tuple[Path, Path], goal: Record) -> None:
    outcome = in_a_process_of_its_own(folders, BUS[zmq.SNDHWM])
    goal(
        "G11",
        f"{STALLED} stalled: a good viewer got {outcome.got:,} of {MESSAGES:,}, memory "
        f"{outcome.growth_mib:+.1f} MiB, send p99 {outcome.send_p99_ms:.2f} ms",
    )

    assert outcome.got == MESSAGES
    assert outcome.growth_mib <= GROWTH_MIB
    assert outcome.send_p99_ms <= 1


def test_without_a_high_water_mark_they_would_cost_memory(
    folders: tuple[Path, Path], goal: Record
) -> None:
    """The control."""
    outcome = in_a_process_of_its_own(folders, 0)
    goal("G11", control=f"without a high-water mark: memory {outcome.growth_mib:+.1f} MiB")
    assert outcome.growth_mib > GROWTH_MIB


def test_viewers_that_are_halted_are_cut_off(folders: tuple[Path, Path], goal: Record) -> None:
    daemon, viewer = folders
    with (
        Authenticator(Enrolment(daemon)) as door,
        Bus("tcp://127.0.0.1:*", door) as bus,
        stalled_viewers(bus, viewer) as process,
    ):
        before = bus.port.counts.get("DISCONNECTED", 0)
        os.kill(process, signal.SIGSTOP)
        started_s = time.monotonic()
        while bus.port.counts.get("DISCONNECTED", 0) < STALLED:
            bus.publish(*estimate())
            bus.serve()
            time.sleep(0.01)
            assert time.monotonic() - started_s < 3 * CUT_S, bus.port.counts
        cut_s = time.monotonic() - started_s

    goal("G11", f"viewers halted by SIGSTOP: cut off after {cut_s:.2f} s")
    assert before == 0
    assert cut_s <= CUT_S
