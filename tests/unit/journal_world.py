"""A scanner, its pipeline and a journal in a folder, without a socket or a thread."""

import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.contract.crop import CropSpec
from edge.contract.grading import VIEWS
from edge.contract.heads import Heads
from edge.contract.interval import IntervalTable
from edge.contract.messages import Estimate, FrameHeader, ModelInfo, Reading, Summary
from edge.inbox import Arrival, Freeze, Inbox, Taken
from edge.journal.boot import boot_id
from edge.journal.opening import Now, OpenedJournal, open_journal
from edge.journal.store import Limits
from edge.pipeline import Pipeline
from edge.reading import DEFAULT_RULE, RuleId

SIDE_PX = 32
FRAME_NS = 120_000_000
LIMITS = Limits(days=30, max_bytes=2**30)
MODEL = ModelInfo(name="t", version="0", sha256="0" * 64, provider="cpu", precision="fp32")
START_UTC_NS = 1_800_000_000_000_000_000


class Network:
    """Says of each frame what it is told; of two, something of both."""

    crop = CropSpec(size=SIDE_PX)
    views = VIEWS
    pairs = True
    heads: Heads | None = None
    intervals: ClassVar[dict[str, IntervalTable]] = {}

    def __init__(self, info: ModelInfo = MODEL) -> None:
        self.info = info
        self.says_pct = 0.0

    def infer(self, *_: object) -> tuple[float, NDArray[Any]]:
        return self.says_pct, np.array([[self.says_pct, 1.0]], np.float32)

    def infer_pair(self, ar: NDArray[Any], hr: NDArray[Any]) -> float:
        return float(ar[0, 0] * 0.25 + hr[0, 0] * 0.75)


class World:
    """What one start of the daemon has; `again` is the next start, as after a kill.

    Attributes:
        said: the estimates, in order, each committed before it was given.
    """

    def __init__(
        self,
        folder: Path,
        *,
        info: ModelInfo = MODEL,
        rule: RuleId = DEFAULT_RULE,
        idle_s: float = 600.0,
        away_ns: int = 0,
        boot: str | None = None,
        durability: str = "normal",
    ) -> None:
        """`away_ns`: how much later than the world's own time this start is."""
        self.folder = folder
        self.now_ns = away_ns
        self.network = Network(info)
        self.said: list[Estimate] = []
        self.readings: list[Reading] = []
        at = Now(
            info,
            {},
            rule,
            round(idle_s * 1e9),
            boot_id() if boot is None else boot,
            self.now_ns,
            START_UTC_NS + self.now_ns,
        )
        self.opened: OpenedJournal = open_journal(
            folder / "journal.db", durability, LIMITS, ["room"], at
        )
        diary = self.opened.diaries["room"]
        diary._utc = lambda: START_UTC_NS + self.now_ns
        self.restored = self.opened.restored["room"]
        self.pipeline = Pipeline(
            "room",
            self.network,  # type: ignore[arg-type]
            lambda: self.now_ns,
            rule,
            diary,
        )
        self.pipeline.adopt(self.restored)
        self.inbox = Inbox(threading.Condition(), ledger=self.restored.ledger)
        self.epoch, self.seq = 7, 0

    def frame(self, fat_pct: float, **changes: Any) -> list[Estimate]:
        """Read a frame of which the network says `fat_pct`, and commit what came of it."""
        self.now_ns += FRAME_NS
        self.network.says_pct = fat_pct
        fields: dict[str, Any] = {
            "v": 1,
            "epoch": self.epoch,
            "seq": self.seq,
            "capture_ns": self.now_ns,
            "exam": "e1",
            "view": "AR",
            "width": SIDE_PX,
            "height": SIDE_PX,
            "format": "gray8",
            "spacing_mm": None,
        }
        header = FrameHeader(**(fields | changes))
        self.seq = max(self.seq, header.seq + 1)
        self.inbox.put_frame(Arrival(header, _pixels(header.seq), self.now_ns))
        taken = self.inbox.take()
        said = list(self.pipeline.read(taken)) if isinstance(taken, Taken) else []
        self.commit()
        self.said += said
        return said

    def freeze(self, *, frozen: bool) -> None:
        self.pipeline.freeze(Freeze(self.epoch, frozen))
        self.commit()

    def reload(self, version: str) -> None:
        """Go on with another model, as after a reload of the settings."""
        info = msgspec.structs.replace(self.network.info, version=version)
        self.network = Network(info)
        self.pipeline.runner = self.network  # type: ignore[assignment]

    def end(self, exam: str = "e1") -> Reading | None:
        reading = self.pipeline.end(exam)
        self.commit()
        if reading:
            self.readings.append(reading)
        return reading

    def commit(self) -> None:
        """As the writer does, one commit for each message."""
        assert self.pipeline.diary is not None
        notes = self.pipeline.diary.take()
        store = self.opened.store
        self.opened.files.head.write(store.append(notes.entries, notes.partners))

    def summaries(self, exam: str = "e1") -> dict[str, Summary]:
        state = self.pipeline._exams.get(exam)
        return state.reading.summaries() if state else {}

    def kill(self) -> None:
        """End without a word: what is on disk is what was committed."""
        self.opened.store.connection.close()
        self.opened.files.close()

    def again(self, **how: Any) -> "World":
        """Kill it and start once more, in the same boot and at the same moment unless told."""
        self.kill()
        how.setdefault("away_ns", self.now_ns)
        how.setdefault("info", self.network.info)
        world = World(self.folder, **how)
        world.epoch, world.seq = self.epoch, self.seq
        return world


def _pixels(number: int) -> bytes:
    noise = np.random.default_rng(number).integers(60, 200, (SIDE_PX, SIDE_PX))
    return noise.astype(np.uint8).tobytes()


ODD_PCT = (float("nan"), -5.01, -0.3, 100.0, 100.01, 2.675)


def play(world: World, random_: random.Random, steps: int) -> Iterator[int]:
    """Frames, freezes, new epochs, odd setups, other models and ends, one step at a time."""
    level = random_.uniform(2, 30)
    for step in range(steps):
        what = random_.random()
        if what < 0.02:
            world.freeze(frozen=random_.random() < 0.3)
        elif what < 0.03:
            world.epoch, world.seq = world.epoch + 1, 0
        elif what < 0.04:
            world.end(random_.choice(["e1", "e2"]))
        elif what < 0.05:
            world.reload(str(random_.randrange(2)))
        elif what < 0.08:
            world.now_ns += random_.choice([2_000_000_000, 500_000_000])
        else:
            _one(world, random_, level)
        yield step


def _one(world: World, random_: random.Random, level: float) -> None:
    view = random_.choice(["AR"] * 5 + ["HR"] * 4 + [None])
    odd = random_.random() < 0.08
    world.frame(
        random_.choice(ODD_PCT) if odd else level + random_.gauss(0, 1),
        view=view,
        exam=random_.choice(["e1"] * 6 + ["e2"]),
        spacing_mm=random_.choice([None] * 20 + [(0.3, 0.3)]),
        seq=world.seq + (random_.random() < 0.05) * random_.randrange(5),
    )


def plain(estimate: Estimate) -> dict[str, Any]:
    """What a restart must not change of an estimate."""
    fields = msgspec.to_builtins(estimate)
    return {key: fields[key] for key in fields if key not in ("stage_ms", "age_ms")}
