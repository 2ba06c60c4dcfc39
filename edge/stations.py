"""All that the daemon has for each scanner, as the settings of the moment name them."""

import logging
import threading
import time
from dataclasses import dataclass

from edge.config import MEBIBYTE, ScannerSettings, Settings
from edge.daemon import Scanner
from edge.inbox import Inbox
from edge.journal.opening import OpenedJournal
from edge.journal.restored import Restored
from edge.pipeline import Pipeline
from edge.runner import Runner
from edge.sockets.enrolment import Enrolment
from edge.sockets.keys import ClientKeys, pinned
from edge.sockets.link import Link
from edge.sockets.receiver import Post

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Station:
    """One scanner's link and inbox, its pipeline, and the settings behind its link."""

    post: Post
    scanner: Scanner
    settings: ScannerSettings
    max_message_mib: int


class Stations:
    """The stations in use; none before the first `follow`."""

    def __init__(
        self,
        ready: threading.Condition,
        enrolment: Enrolment | None,
        journal: OpenedJournal | None = None,
    ) -> None:
        """`ready`: what their inboxes notify. `enrolment`: keys of their links, where there are.

        `journal`: what each goes on with, and is written down in; None: nothing is.
        """
        self._ready = ready
        self._enrolment = enrolment
        self._journal = journal
        self._present: dict[str, Station] = {}

    @property
    def posts(self) -> list[Post]:
        """For the receiver, in the settings' order."""
        return [station.post for station in self._present.values()]

    @property
    def pairs(self) -> list[tuple[Post, Scanner]]:
        """Both of each, as they are at one moment; any thread may ask."""
        return [(station.post, station.scanner) for station in self._present.values()]

    @property
    def scanners(self) -> list[Scanner]:
        """For the loop, in the same order."""
        return [station.scanner for station in self._present.values()]

    def follow(self, settings: Settings, runner: Runner) -> None:
        """Have a station for each scanner of the settings, reading with `runner`.

        One that is there already keeps its exams, and its link while address, key and size do.
        Of a link that is left out or replaced it is the receiver who lets go.
        """
        self._present = {
            scanner.name: self._station(scanner, settings, runner) for scanner in settings.scanner
        }

    def _station(self, scanner: ScannerSettings, settings: Settings, runner: Runner) -> Station:
        size_mib = settings.max_message_mib
        present = self._present.get(scanner.name)
        if present is None:
            diary, left = self._journal.place(scanner.name) if self._journal else (None, Restored())
            inbox = Inbox(self._ready, ledger=left.ledger)
            pipeline = Pipeline(scanner.name, runner, time.monotonic_ns, settings.rule, diary)
            pipeline.adopt(left)
            reading = Scanner(scanner.name, inbox, pipeline)
            return Station(self._post(scanner, size_mib, reading), reading, scanner, size_mib)
        present.scanner.pipeline.runner = runner
        present.scanner.pipeline.judge_by(settings.rule)
        if (present.settings, present.max_message_mib) == (scanner, size_mib):
            return present
        post = self._post(scanner, size_mib, present.scanner)
        return Station(post, present.scanner, scanner, size_mib)

    def _post(self, scanner: ScannerSettings, size_mib: int, reading: Scanner) -> Post:
        link = Link(
            scanner.frames,
            time.monotonic(),
            keys=_link_keys(scanner, self._enrolment),
            max_message_bytes=size_mib * MEBIBYTE,
        )
        return Post(scanner.name, link, reading.inbox, reading.pipeline.prepare)


def _link_keys(scanner: ScannerSettings, enrolment: Enrolment | None) -> ClientKeys | None:
    """Keys of the link to a scanner: enrolled, or its own from the settings, or none."""
    if enrolment is not None:
        if scanner.name not in enrolment.enrolled():
            log.warning("scanner %s: not enrolled yet, so nothing is connected", scanner.name)
        return enrolment.client(scanner.name)
    return pinned(scanner.server_key)
