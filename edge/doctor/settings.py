"""The settings and the keys that they name."""

from collections.abc import Iterator

from edge.config import Settings
from edge.doctor.finding import Finding, split
from edge.sockets.certificate import KeyringError
from edge.sockets.keyring import Keyring


def keys(settings: Settings) -> Iterator[Finding]:
    """Own pair, modes of the files, and who is enrolled."""
    if settings.keys.folder is None:
        yield Finding("keys", "ok", "none are set: everything stays on the loopback interface")
        return
    keyring = Keyring(settings.keys.folder)
    try:
        keyring.own()
        enrolled, faults = keyring.enrolled()
    except KeyringError as error:
        yield split("keys", "fail", error)
        return
    for fault in faults:
        yield split("keys", "fail", KeyringError(fault))
    if not faults:
        yield Finding("keys", "ok", f"a pair of its own, and {len(enrolled)} enrolled")
    for scanner in settings.scanner:
        if scanner.name not in enrolled:
            yield Finding(
                "keys",
                "warn",
                f"scanner {scanner.name} is not enrolled, so it will not be connected",
                f"python -m edge keys enrol {scanner.name} KEY --dir {keyring.folder}",
            )
