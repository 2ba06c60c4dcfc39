"""New settings for a daemon that runs: read, checked and made ready whole, beside the loop."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from edge.config import ConfigError, Settings, check_crop
from edge.contract.bundle import Bundle, BundleError
from edge.contract.trust import UNSIGNED_FLAG
from edge.journal.errors import JournalError
from edge.log import LogFileError
from edge.opening import open_bundle, open_networks, remember_bundle
from edge.providers import DEGRADED_FLAG, ProviderError
from edge.runner import ModelError, RunError, Runner
from edge.sockets.certificate import KeyringError
from edge.sockets.enrolment import Enrolment

REFUSED = (
    ConfigError,
    BundleError,
    ProviderError,
    ModelError,
    RunError,
    KeyringError,
    JournalError,
    LogFileError,
)
"""Why settings, keys, bundle or provider are refused, at the start and at a reload."""

LIVE = frozenset(
    (
        "scanner",
        "bundle",
        "trusted_keys",
        "allow_unsigned",
        "provider",
        "precision",
        "engines",
        "threads",
        "deadline_ms",
        "exam_idle_s",
        "rule",
        "max_message_mib",
        "log_level",
        "crop",
    )
)
"""Settings that can change while the daemon runs; the others say what it has open."""

OF_RUNNER = ("provider", "precision", "engines", "threads")
"""Settings by which a bundle's networks are opened."""


class Source(NamedTuple):
    """Where settings come from, by name, and how they are read anew: as at the start."""

    name: str
    read: Callable[[], Settings]


@dataclass(frozen=True)
class Prepared:
    """What a reload has made ready. `runner`: None where the present one stays."""

    settings: Settings
    runner: Runner | None


class Reload(threading.Thread):
    """Prepares new settings; nothing of the daemon is changed meanwhile.

    Attributes:
        prepared: once it has ended well.
        refusal: why not, in words, once it has ended otherwise; kind: the same as a class's name.
    """

    def __init__(
        self, source: Source, settings: Settings, runner: Runner, enrolment: Enrolment | None
    ) -> None:
        """`settings`, `runner`, `enrolment`: those in force."""
        super().__init__(name="reload", daemon=True)
        self.prepared: Prepared | None = None
        self.refusal = self.kind = ""
        self._source = source
        self._settings = settings
        self._runner = runner
        self._enrolment = enrolment

    def run(self) -> None:
        """Prepare; a fault that nobody foresaw refuses too, for what serves must go on."""
        try:
            self.prepared = self._prepare()
        except REFUSED as error:
            self.refusal, self.kind = str(error), type(error).__name__
        except Exception as error:  # noqa: BLE001
            self.refusal = f"an internal fault: {type(error).__name__}"
            self.kind = type(error).__name__

    def _prepare(self) -> Prepared:
        name, read = self._source
        settings = read()
        check_live(name, self._settings, settings)
        if self._enrolment is not None:
            self._enrolment.check_own()
        bundle = open_bundle(settings)
        check_crop(name, settings, bundle.manifest.crop)
        if self._serves(settings, bundle):
            return Prepared(settings, None)
        runner = open_networks(settings, bundle, name)
        remember_bundle(settings, bundle)
        return Prepared(settings, runner)

    def _serves(self, settings: Settings, bundle: Bundle) -> bool:
        """Whether the present networks are those that would be opened."""
        present = self._runner.info
        same = all(getattr(settings, key) == getattr(self._settings, key) for key in OF_RUNNER)
        same = same and (bundle.origin == "unsigned") == (UNSIGNED_FLAG in present.flags)
        return same and present.sha256 == bundle.sha256 and DEGRADED_FLAG not in present.flags


def check_live(source: str, present: Settings, new: Settings) -> None:
    """Refuse settings that differ where a running daemon cannot follow.

    `source`: where the new ones come from.

    Raises:
        ConfigError: names the keys and the remedy.
    """
    fixed = [key for key in Settings.__struct_fields__ if key not in LIVE]
    changed = [name for key in fixed for name in _differing(key, present, new)]
    if changed:
        raise ConfigError(
            f"{source}: {', '.join(changed)}: cannot change while the daemon runs; start it again "
            "for that, or take the change back and reload"
        )


def _differing(key: str, present: Settings, new: Settings) -> list[str]:
    one, other = getattr(present, key), getattr(new, key)
    if one == other:
        return []
    if not isinstance(one, msgspec.Struct):
        return [key]
    fields = one.__struct_fields__
    return [f"{key}.{name}" for name in fields if getattr(one, name) != getattr(other, name)]
