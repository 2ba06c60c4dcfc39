"""The daemon's promises: what each is, how good it has to be, and what the tests found.

A test that measures one asks for the fixture `goal` and tells its figure; one that has none to tell
is marked `@pytest.mark.goal(id, what holds)`, or `control=what it shows`. With `--goals FILE` a run
keeps the figures there, beside those of earlier runs; `python -m tests.goals FILE` makes the page
docs/reliability.md of it.
"""

import functools
import json
import os
import platform
import sys
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

Record = Callable[..., None]
"""(id of the goal, figure in words, control=what the test's control showed) -> None."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One promise. `target`: what its tests ask for."""

    id: str
    promise: str
    target: str


GOALS = tuple(
    Goal(*row)
    for row in (
        ("G1", "load held", "4 streams with keys at 30 fps: 99.5 % read, the rest counted"),
        ("G2", "fresh under overload", "reading slowed to 100 ms: age p95 <= 50 ms, max <= 150"),
        ("G3", "accounting", "every frame sent is read, flagged or counted, the tail too"),
        ("G4", "soak", "a day of frames: memory +<= 5 MiB after a tenth, descriptors, threads +0"),
        ("G5", "long counters", "10,000 exams, sequences past 2^32 and 2^53: medians right"),
        ("G6", "scanner killed and restarted", "fresh frame <= 0.5 s p95, <= 1 s max"),
        ("G7", "black hole, frozen peer", "stale <= 1.0 s, frames <= 1.5 s after it heals"),
        ("G8", "zombie endpoint", "true scanner read <= 1 s after each of 6 impostors"),
        ("G9", "daemon restarted", "first estimate <= 3 s after the start, viewers <= 1 s later"),
        ("G10", "late viewer", "all open medians <= 200 ms after it subscribes"),
        ("G11", "slow viewers", "8 stalled: memory +<= 5 MiB, a good one misses nothing"),
        ("G12", "hang", "watchdog fed by progress alone; overdue inference ended and flagged"),
        ("G13", "kill -9", "0 published estimates missing, every median restored bit for bit"),
        ("G14", "power cut", "0 committed estimates lost, 0 corrupt; synchronous=NORMAL loses"),
        ("G15", "publish after commit", "0 estimates out before their commit; p95 +<= 25 ms"),
        ("G16", "rot", "every flipped bit found or harmless; the exam is marked damaged"),
        ("G17", "disk full, I/O error", "withheld and told <= 1 s, recovered <= 2 s, 0 corrupt"),
        ("G18", "bounded journal", "WAL <= 16 MiB beside a long reader; purge keeps its size"),
        ("S1", "unauthorised peers", "7 kinds x both ports x 20: 0 messages through"),
        ("S2", "fail closed", "authenticator dead: 0 admitted, health red <= 2 s"),
        ("S3", "revoke and enrol", "in force <= 5 s on live sessions, without a restart"),
        ("S4", "parser fuzz", "500,000 mutated messages: no crash, each counted"),
        ("S5", "decoding bounded", "any message decided <= 1 ms"),
        ("S6", "raw sockets abused", "3,000 garbage, 400 idle connections: viewer served <= 2 s"),
        ("S7", "no remote abort", "no message of any shape ends the process"),
        (
            "S8",
            "model bundle",
            "500 corruptions refused before any parser; old model serves",
        ),
        ("S9", "checked bytes are the bytes used", "file swapped between: 0 unverified loads"),
        ("S10", "golden check", "known frames within tolerance, or the model is refused"),
        ("S11", "sandbox", "systemd's exposure <= 1.5"),
        (
            "S12",
            "health data",
            "a canary in every field: 0 hits in logs, metrics, argv",
        ),
        ("S13", "audit trail", "1 chained record of each event; edits and gaps found"),
        ("C1", "bad output of the model", "all flagged, none in a median"),
        ("C2", "bad frames", "10,000 flagged, none in a median; clean ones <= 0.1 % refused"),
        (
            "C3",
            "duplicates, reordering, replay",
            "counted once; an old stream refused after restart",
        ),
        ("C4", "identity", "exams of two scanners never mix"),
        ("C5", "exact median", "equal to sorting, bit for bit"),
        ("C6", "staleness", "told <= 1.0 s after the last frame"),
        ("C7", "provenance", "model on every estimate; another model starts a new median"),
        ("C8", "too little data", "the reading says so"),
        ("K1", "clock step", "no effect on order, time limits, medians; audited once"),
        ("K2", "clock health", "an unsynchronised clock is flagged"),
        ("O1", "log budget", "<= 1 line a second of a kind, <= 1 MB an hour under any attack"),
        ("O2", "honest health", "live is not ready; ready means frames become readings"),
        ("O3", "restart storm", "20 crashes in a row still end running"),
    )
)

IDS = {goal.id for goal in GOALS}


@dataclass(frozen=True, slots=True)
class Measured:
    """What one test found of one goal. `passed`: of the whole test; `on`: date, UTC."""

    goal: str
    test: str
    figure: str
    control: str
    passed: bool
    on: str


def read(path: Path) -> list[Measured]:
    """What runs have kept; nothing where there is no file."""
    if not path.exists():
        return []
    return [Measured(**row) for row in json.loads(path.read_text())]


def keep(path: Path, found: Iterable[Measured], collected: Collection[str] = ()) -> None:
    """Add to what earlier runs have kept; a test told anew replaces what it told before.

    `collected`: every test of some files; what else was kept of those files is of tests that are
    gone, and so is what was kept of files that are.
    """
    files = {_file(test) for test in collected}

    def still_there(test: str) -> bool:
        file = _file(test)
        return test in collected or (file not in files and Path(file).exists())

    kept = (row for row in read(path) if still_there(row.test))
    merged = {(row.goal, row.test): row for row in (*kept, *found)}
    rows = [asdict(merged[key]) for key in sorted(merged)]
    path.write_text(json.dumps(rows, indent=1) + "\n")


def _file(test: str) -> str:
    return test.partition("::")[0]


class GoalKeeper:
    """The plugin: gathers what the tests tell and keeps what the session found."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._told: dict[str, list[tuple[str, str, str]]] = {}
        self._found: list[Measured] = []
        self._collected: set[str] = set()

    @pytest.fixture
    def goal(self, request: pytest.FixtureRequest) -> Record:
        """Tell what a test found: goal("G6", "p95 0.21 s, max 0.30 s of 10", control="…")."""

        return functools.partial(self._tell, request.node)

    def _tell(self, test: pytest.Item, goal: str, figure: str = "", *, control: str = "") -> None:
        assert goal in IDS, f"{goal} is not a goal of tests/goals.py"
        self._told.setdefault(test.nodeid, []).append((goal, figure, control))

    @pytest.hookimpl(tryfirst=True)  # before any is left out
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Mark the tests that measure a goal, so that `-m goal` picks them."""
        if not any("::" in arg for arg in config.args):  # whole files
            self._collected = {item.nodeid for item in items}
        for item in items:
            if "goal" in getattr(item, "fixturenames", ()):
                item.add_marker("goal")

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """What a test's mark says of it."""
        for mark in item.iter_markers("goal"):
            if mark.args:
                self._tell(item, *mark.args, **mark.kwargs)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A goal is met where the body of the test that measured it has passed."""
        if report.when == "call":
            on = datetime.now(UTC).date().isoformat()
            for goal, figure, control in self._told.pop(report.nodeid, ()):
                self._found.append(
                    Measured(goal, report.nodeid, figure, control, report.passed, on)
                )

    def pytest_sessionfinish(self) -> None:
        """Keep the figures where the run was asked to."""
        if self._path and self._found:
            keep(self._path, self._found, self._collected)


def page(rows: list[Measured]) -> str:
    """docs/reliability.md: a line for each goal and figure; goals without one say so."""
    lines = []
    for goal in GOALS:
        mine = [row for row in rows if row.goal == goal.id] or [None]
        for number, row in enumerate(mine):
            first = (goal.id, goal.promise, goal.target) if number == 0 else ("", "", "")
            lines.append("| " + " | ".join((*first, *_cells(row))) + " |")
    measured = len({row.goal for row in rows if row.passed})
    head = _HEAD.format(measured=measured, goals=len(GOALS), machine=_machine())
    return head + "\n".join(lines) + "\n"


def _cells(row: Measured | None) -> tuple[str, str, str]:
    if row is None:
        return "not measured", "", ""
    test = row.test.rpartition("/")[2].replace("|", "\\|")
    figure = row.figure if row.passed else f"**missed**: {row.figure}"
    return figure, row.control, f"`{test}`, {row.on}"


def _machine() -> str:
    return f"{os.cpu_count()} CPUs, {platform.machine()}, {platform.system()}"


_HEAD = """\
# Reliability: what is promised and what was measured

This page is made by the tests (`make reliability`), not typed. Each row is a promise of the
daemon, the bound that its test asks for, the figure that the test last found, and what its control
showed: a variant that has to fail, so that the test is known to see the fault. Figures are of the
machine that ran them ({machine}); times there are upper bounds of a busy host.

{measured} of {goals} goals have a passing measurement.

| goal | promise | target | measured | control | test and date |
|---|---|---|---|---|---|
"""

if __name__ == "__main__":
    Path("docs/reliability.md").write_text(page(read(Path(sys.argv[1]))))
