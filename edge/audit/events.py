"""The one table of what is recorded."""

from typing import Literal, Protocol

Value = str | int | float | bool | None

Event = Literal[
    "start",
    "stop",
    "enrolled",
    "revoked",
    "admits",
    "admits_no_longer",
    "peer_refused",
    "connections_refused",
    "peer_expelled",
    "bundle_refused",
    "bundle_changed",
    "settings_refused",
    "settings_reloaded",
    "provider_degraded",
    "clock_step",
    "journal_fault",
    "journal_recovered",
    "records_lost",
    "trail_mended",
]

EVENTS: dict[Event, str] = {
    "start": "The daemon began to serve.",
    "stop": "The daemon ended.",
    "enrolled": "Somebody enrolled a peer (python -m edge keys enrol).",
    "revoked": "Somebody revoked a peer (python -m edge keys revoke).",
    "admits": "The daemon that runs has taken a new key in.",
    "admits_no_longer": "The daemon that runs has shut a key out.",
    "peer_refused": "A peer with a key that is not enrolled, or not for this port, was refused.",
    "connections_refused": "Connections that showed no key at all were refused.",
    "peer_expelled": "An enrolled peer flooded a port, was cut off and is kept out for a minute.",
    "bundle_refused": "A model bundle was refused, and why.",
    "bundle_changed": "Another model bundle runs than the last time.",
    "settings_refused": "Settings were refused at a start or reload.",
    "settings_reloaded": "Settings, keys or bundle were loaded anew.",
    "provider_degraded": "The model runs on a slower provider than asked for.",
    "clock_step": "The wall clock jumped by more than a second.",
    "journal_fault": "The journal cannot be written; estimates are withheld.",
    "journal_recovered": "The journal can be written again.",
    "records_lost": "So many records could not be written before this one.",
    "trail_mended": "A crash had cut a record short while it was written; the stump was removed.",
}
"""Every kind of record, in words for whoever reads the trail."""


class Recorder(Protocol):
    """Takes what is to be recorded. Never a peer's words, an exam's id or a secret."""

    def __call__(self, event: Event, **fields: Value) -> None:
        """Record an event with its particulars."""


def unrecorded(event: Event, **fields: Value) -> None:
    """A recorder that keeps nothing, for parts that run without a trail."""
