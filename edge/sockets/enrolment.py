"""Who is enrolled at present: a keyring's folder, looked at again every second by its readers."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from edge.audit import Event, Recorder, unrecorded
from edge.sockets.certificate import KeyringBusyError, KeyringError
from edge.sockets.keyring import Keyring
from edge.sockets.keys import ClientKeys, KeyPair, fingerprint

REFRESH_S = 1.0
"""How old the answer may be; with the pause of a link that is down, well within 5 s."""

log = logging.getLogger(__name__)


class Enrolment:
    """Own keys and enrolled ones; any thread may ask.

    Attributes:
        own: one's own pair.
        faults: what is wrong with key files that are left out, in words.
        record: keeps the audit trail of who was admitted and turned away.
    """

    def __init__(
        self,
        folder: Path,
        clock_s: Callable[[], float] = time.monotonic,
        record: Recorder = unrecorded,
    ) -> None:
        """Read the folder; KeyringError where there is no usable pair of its own."""
        self._keyring = Keyring(folder)
        self.own: KeyPair = self._keyring.own()
        self.faults: tuple[str, ...] = ()
        self.record = record
        self._clock_s = clock_s
        self._lock = threading.Lock()
        self._keys: dict[str, str] = {}
        self._known = False
        self._due_s = float("-inf")

    def enrolled(self) -> dict[str, str]:
        """Public keys by name, at most REFRESH_S old; not to be changed."""
        with self._lock:
            now_s = self._clock_s()
            if now_s >= self._due_s:
                self._due_s = now_s + REFRESH_S
                self._refresh()
            return self._keys

    def name_of(self, key: str) -> str | None:
        """Who has this public key."""
        return next((name for name, held in self.enrolled().items() if held == key), None)

    def client(self, name: str) -> ClientKeys:
        """Keys for connecting to the enrolled peer of this name, as long as it is enrolled."""
        return ClientKeys(self.own, lambda: self.enrolled().get(name, ""))

    def check_own(self) -> None:
        """Refuse one's own pair where it is no longer the one in use.

        Raises:
            KeyringError: it has changed or cannot be used.
        """
        if self._keyring.own() != self.own:
            raise KeyringError(
                f"{self._keyring.folder}: its own pair is another than the one in use, which "
                "cannot change while the daemon runs; start it again for that"
            )

    def _refresh(self) -> None:
        try:
            keys, faults = self._keyring.enrolled()
        except KeyringBusyError as error:
            # Not a word about the keys: a flood of connections must not shut everybody out.
            keys, faults = self._keys, (str(error),)
        for fault in faults:
            if fault not in self.faults:
                log.error("%s", fault)
        self._tell(self._keys.items() - keys.items(), "enrolled no longer", "admits_no_longer")
        self._tell(keys.items() - self._keys.items(), "enrolled", "admits")
        self._keys, self.faults = keys, faults
        self._known = True

    def _tell(self, changed: set[tuple[str, str]], words: str, event: Event) -> None:
        for name, key in sorted(changed):
            log.info("%s is %s", name, words)
            if self._known:  # those of the start are told with it
                self.record(event, name=name, key=fingerprint(key))
