"""A daemon and its scanners as a viewer sees them, playing whatever scene a test sets up."""

import math
import threading
import time
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from edge.client import ScannerPublisher
from edge.contract.grading import grade
from edge.contract.messages import LedgerCounts, Summary
from edge.scanner.virtual_source import VirtualSource
from edge.sockets.bus import Bus
from tests.daemon_messages import estimate, reading, status

FPS = 30.0
CLIP_FRAMES = 8
"""Rendered once and played to and fro: rendering as it goes would take a core."""

MEDIANS_PCT = {"AR": 10.42, "HR": 12.17, "AR+HR": 11.3}
HALF_INTERVAL_PCT = 4.1


@dataclass(frozen=True)
class Scene:
    """What one scanner shows; `view` None: the frames stop, `silent`: the statuses too."""

    view: str | None = "AR"
    state: str = "ready"
    reason: str | None = None
    verdict: str = "collecting"
    rule: str = "n5-iqr30"
    holds: int = 0
    flags: tuple[str, ...] = ()
    journal: str = "ok"
    exam: str = "exam-1"
    spread_pct: float = 0.3


class Actor:
    """One scanner: its frames, and what the daemon says of them."""

    def __init__(self, name: str, bus: Bus, clips: dict[str, list[NDArray[np.uint8]]]) -> None:
        self.name, self.scene = name, Scene()
        self.seq = 0
        self.frames = dict.fromkeys(MEDIANS_PCT, 0)
        self.publisher = ScannerPublisher("tcp://127.0.0.1:*", exam="exam-1")
        self._bus, self._clips = bus, clips
        self._random = np.random.default_rng(len(name))

    def frame(self) -> None:
        """One frame and its estimates."""
        scene = self.scene
        if scene.view is None:
            return
        clip = self._clips[scene.view]
        index = self.seq % (2 * len(clip) - 2)
        pixels = clip[min(index, 2 * len(clip) - 2 - index)]
        self.publisher.frame(pixels, view=scene.view, spacing_mm=(0.34, 0.34))
        self._estimate(scene, scene.view)
        if scene.reason is None and self.frames["AR"] and self.frames["HR"]:
            self._estimate(scene, "AR+HR")
        self.seq += 1

    def status(self) -> None:
        """The second's status."""
        scene = self.scene
        said = status(0, scene.state, scanner=self.name, journal=scene.journal, fps=FPS)  # type: ignore[arg-type]
        self._bus.publish(*said)

    def end_exam(self) -> None:
        """The final reading."""
        views = {view: self._summary(view) for view, count in self.frames.items() if count}
        counts = LedgerCounts(sent=self.seq, read=self.seq)
        said = reading(0, scanner=self.name, exam=self.scene.exam, views=views, ledger=counts)
        self._bus.publish(*said)

    def _estimate(self, scene: Scene, view: str) -> None:
        read = scene.reason is None
        self.frames[view] += read
        noise = self._random.normal(0, scene.spread_pct) + math.sin(self.seq / 20) * 0.4
        counts = LedgerCounts(sent=self.seq + 1, read=self.seq + 1)
        fields: dict[str, Any] = {
            **{name: getattr(self._summary(view), name) for name in Summary.__struct_fields__},
            "scanner": self.name,
            "exam": scene.exam,
            "view": view,
            "fat_pct": round(float(MEDIANS_PCT[view] + noise), 2) if read else None,
            "reason": scene.reason,
            "flags": list(scene.flags),
            "ledger": counts,
        }
        self._bus.publish(*estimate(self.seq, **fields), time.monotonic_ns() - 8_000_000)

    def _summary(self, view: str) -> Summary:
        scene, median_pct = self.scene, MEDIANS_PCT[view]
        settled = round(median_pct + 1.5 * math.exp(-self.frames[view] / 40), 2)
        nothing = self.frames[view] == 0
        low = max(0.0, settled - HALF_INTERVAL_PCT)
        return Summary(
            median_pct=None if nothing else settled,
            iqr_pct=None if nothing else round(1.35 * scene.spread_pct, 2),
            frames=self.frames[view],
            holds=scene.holds,
            hold_median_pct=settled if scene.holds else None,
            hold_iqr_pct=round(scene.spread_pct, 2) if scene.holds else None,
            interval_pct=None if nothing else (round(low, 2), settled + HALF_INTERVAL_PCT),
            grade=None if nothing else grade(settled),
            verdict=scene.verdict,  # type: ignore[arg-type]
            rule=scene.rule,
        )


class Stage(threading.Thread):
    """Scanners played 30 times a second, from entry to exit."""

    def __init__(self, *names: str, address: str = "tcp://127.0.0.1:*") -> None:
        super().__init__(daemon=True)
        self._bus = Bus(address)
        self.address = self._bus.endpoint
        clips = {view: _clip(view) for view in ("AR", "HR")}
        self.actors = {name: Actor(name, self._bus, clips) for name in names or ("room1",)}
        self._lock = threading.Lock()
        self._ending = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self.join()
        for actor in self.actors.values():
            actor.publisher.close(0)

    @property
    def frames(self) -> list[str]:
        """Arguments of `edge view` for the images."""
        pairs = (f"{name}={actor.publisher.endpoint}" for name, actor in self.actors.items())
        return [word for pair in pairs for word in ("--frames", pair)]

    def play(self, name: str = "room1", **changes: Any) -> None:
        """Change a scanner's scene."""
        with self._lock:
            actor = self.actors[name]
            actor.scene = replace(actor.scene, **changes)

    def restart(self, name: str, exam: str) -> None:
        """Begin another exam in a scene as at the start."""
        with self._lock:
            actor = self.actors[name]
            actor.scene = Scene(exam=exam)
            actor.frames = dict.fromkeys(MEDIANS_PCT, 0)

    def end_exam(self, name: str = "room1") -> None:
        """Let a scanner's exam end, and its frames with it."""
        with self._lock:
            self.actors[name].scene = replace(self.actors[name].scene, view=None)
            self.actors[name].end_exam()

    def run(self) -> None:
        due_s = time.monotonic()
        turn = 0
        with self._bus:
            while not self._ending.wait(max(0.0, due_s - time.monotonic())):
                due_s += 1 / FPS
                with self._lock:
                    for actor in self.actors.values():
                        if turn % round(FPS) == 0:
                            actor.status()
                        actor.frame()
                    self._bus.serve()
                turn += 1


def _clip(view: str) -> list[NDArray[np.uint8]]:
    source = VirtualSource(f"virtual:fat=12,view={view},seed=7,preset=single,frames={CLIP_FRAMES}")
    return [shot.pixels for shot in source.shots()]
