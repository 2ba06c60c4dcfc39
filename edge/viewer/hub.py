"""Between the daemon and the browsers: hands on what comes, and knows the present state."""

import json
from dataclasses import dataclass, field
from typing import Any

from edge.client import Estimate, Message, Overlay, Reading, Status
from edge.viewer.history import ExamHistory
from edge.viewer.outbox import Outbox
from edge.viewer.page_messages import as_json, of_daemon, reading_fields


@dataclass
class Room:
    """What is known of one scanner; the messages are in the page's JSON."""

    history: ExamHistory = field(default_factory=ExamHistory)
    estimates: dict[str, str] = field(default_factory=dict)
    status: str | None = None
    reading: str | None = None
    final: Reading | None = None
    overlay: Overlay | None = None


class Hub:
    """Every browser's outbox, and the state that a new browser starts from.

    The event loop's thread uses it; `wants` and `overlay` may be asked by any.
    """

    def __init__(self, facts: dict[str, Any], scanners: list[str]) -> None:
        """`facts`: what every page is told first. `scanners`: names known from the settings."""
        self._facts = facts
        self._rooms = {name: Room() for name in scanners}
        self._outboxes: set[Outbox] = set()
        self._connected = False
        self._link = as_json("link", connected=False, problem=None)

    def join(self) -> Outbox:
        """The outbox of a new browser, which holds the present state."""
        outbox = Outbox()
        outbox.add(self.snapshot())
        self._outboxes.add(outbox)
        return outbox

    def leave(self, outbox: Outbox) -> None:
        """A browser has gone."""
        self._outboxes.discard(outbox)

    def wants(self, scanner: str) -> bool:
        """Whether a browser looks at this scanner's pictures, beside a daemon that is there."""
        outboxes = tuple(self._outboxes)  # asked by the camera's thread: a copy in one step
        return self._connected and any(outbox.scanner == scanner for outbox in outboxes)

    def overlay(self, scanner: str) -> Overlay | None:
        """Where the daemon last looked in this scanner's frames."""
        room = self._rooms.get(scanner)
        return room.overlay if room else None

    def take(self, message: Message) -> None:
        """A message of the daemon's."""
        room = self._rooms.setdefault(message.scanner, Room())
        text = of_daemon(message)
        if isinstance(message, Estimate):
            self._take_estimate(room, message, text)
        elif isinstance(message, Status):
            room.status, room.overlay = text, message.overlay
        else:
            room.reading, room.final = text, message
        self._tell(text)

    def link(self, *, connected: bool, problem: str | None) -> None:
        """How the connection to the daemon is; also a sign that this process lives."""
        self._connected = connected
        self._link = as_json("link", connected=connected, problem=problem)
        self._tell(self._link)

    def beat(self) -> None:
        """A sign that this process lives."""
        self._tell(self._link)

    def event(self, scanner: str, event: str) -> None:
        """Something that the scanner itself said, such as that it is frozen."""
        self._tell(as_json("event", scanner=scanner, event=event))

    def picture(self, scanner: str, picture: bytes) -> None:
        """A picture for those who look at this scanner."""
        for outbox in self._outboxes:
            outbox.show(scanner, picture)

    def reading(self, scanner: str) -> dict[str, Any] | None:
        """Final reading of the scanner's last exam, for the printed page."""
        room = self._rooms.get(scanner)
        if room is None or room.final is None:
            return None
        known = self._facts["model"]
        is_same = room.final.model.sha256 == known["sha256"]
        measured_on = known["measured_on"] if is_same else None
        return {**reading_fields(room.final), "measured_on": measured_on}

    def snapshot(self) -> str:
        """All that a page needs to show the present state."""
        rooms = {
            name: {
                "messages": [
                    json.loads(text)
                    for text in (room.status, room.reading, *room.estimates.values())
                    if text
                ],
                "exam": room.history.exam,
                "history": room.history.columns(),
            }
            for name, room in self._rooms.items()
        }
        return as_json("hello", **self._facts, rooms=rooms, link=json.loads(self._link))

    def _take_estimate(self, room: Room, estimate: Estimate, text: str) -> None:
        if estimate.exam != room.history.exam:
            room.estimates.clear()
        room.history.add(estimate)
        room.estimates[estimate.view or "?"] = text

    def _tell(self, text: str) -> None:
        for outbox in self._outboxes:
            outbox.add(text)
