"""G15: nothing is on the wire that is not on disk, and that costs little time."""

import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from edge.journal import rows
from edge.journal.connection import open_reader
from edge.journal.outlet import Direct, Journal
from edge.journal.store import Store
from edge.journal.writer import Writer
from tests.goals import Record
from tests.system.bare_scanner import BareScanner
from tests.system.conftest import Place
from tests.unit.journal_world import World

FRAMES = 150
FPS = 30
ADDED_MS = 25.0


def committed(journal: Path, last: int = 40) -> set[tuple[int, str]]:
    """(seq, view) of the last frames and pairs that another connection sees."""
    connection = open_reader(journal)
    query = "SELECT data FROM rows ORDER BY id DESC LIMIT ?"
    found = [rows.decode(data) for (data,) in connection.execute(query, (last,))][::-1]
    connection.close()
    seen, seq = set(), -1
    for row in found:
        if isinstance(row, rows.Frame):
            seq = row.seq
            seen.add((seq, row.view or "?"))
        elif isinstance(row, rows.Stray):  # of the greeting, whose frames name no view
            seen.add((row.frame.seq, row.frame.view or "?"))
        elif isinstance(row, rows.Pair):
            seen.add((seq, "AR+HR"))
    return seen


def play(place: Place, journal: Path | None = None) -> tuple[list[dict[str, Any]], int]:
    """Frames at their pace; what came, and how much of it was not in the journal as it came."""
    said, early = [], 0
    place.viewer.messages.clear()
    for number in range(FRAMES):
        place.scanner.frame(40 + number % 100, view=("AR", "HR")[number // 10 % 2])
        due_s = time.monotonic() + 1 / FPS
        while (left_s := due_s - time.monotonic()) > 0:
            message = place.viewer.receive(left_s)
            if message is not None and message.kind == "fat":
                key = (message.fields["seq"], message.fields["view"] or "?")
                early += journal is not None and key not in committed(journal)
                said.append(message.fields)
    return said, early


def test_no_estimate_is_on_the_wire_before_its_commit(
    room: Callable[..., Place], tmp_path: Path, goal: Record
) -> None:
    place = room(BareScanner())
    place.meet()

    said, early = play(place, tmp_path / "state" / "journal.db")
    undisturbed, _ = play(place)

    waited_ms = [fields["stage_ms"]["journal"] for fields in undisturbed]
    p95_ms = float(np.percentile(waited_ms, 95))
    goal(
        "G15",
        f"{early} of {len(said)} estimates out before their commit; the journal adds "
        f"{statistics.median(waited_ms):.1f} ms, p95 {p95_ms:.1f} ms",
    )
    assert early == 0
    assert len(said) >= FRAMES
    assert p95_ms <= ADDED_MS


class Trace:
    """A bus and a store that note in which order things are done to them."""

    def __init__(self) -> None:
        self.done: list[tuple[str, int]] = []

    def publish(self, _topic: str, message: Any, _received_ns: int | None = None) -> None:
        self.done.append(("published", message.seq))

    def watch(self, store: Store) -> None:
        append = store.append

        def noted(entries: Any, partners: Any = ()) -> Any:
            tip = append(entries, partners)
            frames = [entry.stream.seq for entry in entries if entry.stream]
            self.done.extend(("committed", seq) for seq in frames)
            return tip

        store.append = noted  # type: ignore[method-assign]

    def early(self) -> int:
        """Published before they were committed."""
        committed_ = set()
        early = 0
        for what, seq in self.done:
            if what == "committed":
                committed_.add(seq)
            else:
                early += seq not in committed_
        return early


def read(world: World, outlet: Journal | Direct) -> None:
    """Frames through the pipeline and the outlet, as the loop does it, all at once."""
    world.commit = lambda: None  # type: ignore[method-assign]
    for _ in range(FRAMES):
        for estimate in world.frame(8.0):
            outlet.put(world.pipeline.diary, "fat/room/AR", estimate)
        outlet.publish()


def test_the_trace_has_every_commit_before_its_message_and_in_order(
    tmp_path: Path, goal: Record
) -> None:
    world, trace = World(tmp_path), Trace()
    trace.watch(world.opened.store)
    writer = Writer(world.opened.files, world.opened.store, threading.Condition())
    outlet = Journal(trace, writer, world.opened.files)
    outlet.start()
    read(world, outlet)
    outlet.flush()
    outlet.close()

    published = [seq for what, seq in trace.done if what == "published"]
    goal("G15", f"{trace.early()} of {len(published)} published before their commit in the trace")
    assert trace.early() == 0
    assert published == list(range(FRAMES))


def test_the_trace_would_tell_of_a_message_that_goes_straight_out(
    tmp_path: Path, goal: Record
) -> None:
    """The control: the same loop, its messages published at once and committed afterwards."""
    world, trace = World(tmp_path), Trace()
    trace.watch(world.opened.store)
    read(world, Direct(trace))
    notes = world.opened.diaries["room"].take()
    world.opened.store.append(notes.entries, notes.partners)

    goal("G15", "", control=f"published at once: {trace.early()} of {FRAMES} seen before a commit")
    assert trace.early() == FRAMES
    world.kill()
