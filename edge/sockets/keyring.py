"""A folder of keys: one's own pair, and the public keys of those who are enrolled.

own.key_secret       both own keys; its owner alone may read it (mode 0600)
own.key              the public one, to be given to others
enrolled/NAME.key    a peer's public key; the file's name is the peer's name
"""

import re
from pathlib import Path

from edge.durable import write_whole
from edge.sockets.certificate import (
    OTHERS_ANY,
    OTHERS_WRITE,
    KeyringBusyError,
    KeyringError,
    certificate_text,
    check_mode,
    read_pair,
    read_public,
    unreadable,
)
from edge.sockets.keys import KeyPair, is_public_key

SECRET, PUBLIC, ENROLLED, SUFFIX = "own.key_secret", "own.key", "enrolled", ".key"

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Keyring:
    """The keys of one folder, read and changed. Its errors hold no key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser()
        self._enrolled = self.folder / ENROLLED

    def create(self) -> KeyPair:
        """Draw one's own pair and write it.

        Raises:
            KeyringError: there is one already, or the folder cannot be written.
        """
        secret = self.folder / SECRET
        if secret.exists():
            raise KeyringError(
                f"{secret}: there is a pair already; peers know its public key, so move it away "
                "only if you mean to replace it"
            )
        pair = KeyPair.draw()
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._enrolled.mkdir(exist_ok=True, mode=0o700)
            write_whole(secret, certificate_text(pair.public, pair.secret))
            write_whole(self.folder / PUBLIC, certificate_text(pair.public), 0o644)
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        return pair

    def own(self) -> KeyPair:
        """One's own pair.

        Raises:
            KeyringError: there is none, it is broken, or others may read it.
        """
        path = self.folder / SECRET
        if not path.exists():
            raise KeyringError(
                f"{path}: there is no such file; make a pair with "
                f"`python -m edge keys new --dir {self.folder}`"
            )
        check_mode(path, OTHERS_ANY, 0o600)
        public, secret = read_pair(path)
        if not is_public_key(secret):
            raise KeyringError(f"{path}: holds no secret key; bring it back from a backup")
        pair = KeyPair(public, secret)
        if not pair.matches():
            raise KeyringError(f"{path}: its two keys are no pair; bring it back from a backup")
        return pair

    def enrolled(self) -> tuple[dict[str, str], tuple[str, ...]]:
        """(public keys by name, what is wrong with those left out).

        A file that is broken, that others may write, or whose key another name has too, admits
        nobody; the others are not affected.

        Raises:
            KeyringBusyError: it is not known for the moment.
        """
        keys: dict[str, str] = {}
        faults: list[str] = []
        if not self._enrolled.is_dir():
            return {}, ()
        try:
            check_mode(self._enrolled, OTHERS_WRITE, 0o700)
            paths = sorted(path for path in self._enrolled.iterdir() if path.suffix == SUFFIX)
        except OSError as error:
            return {}, (str(unreadable(self._enrolled, error)),)
        except KeyringError as error:
            return {}, (str(error),)
        for path in paths:
            try:
                keys[path.stem] = _checked_peer(path)
            except KeyringBusyError:
                raise
            except KeyringError as error:
                faults.append(str(error))
        return _without_shared(keys, faults, self._enrolled), tuple(faults)

    def enrol(self, name: str, key: str) -> None:
        """Enrol a peer's public key under a name.

        Raises:
            KeyringError: the name or key is not one, either is taken, or it cannot be written.
        """
        path = self._path(name)
        if not is_public_key(key):
            raise KeyringError(f"{name}: a public CURVE key is 40 characters of Z85")
        present, _ = self.enrolled()
        if path.exists():
            raise KeyringError(f"{path}: {name} is enrolled already; revoke it first")
        if holder := next((other for other, held in present.items() if held == key), None):
            raise KeyringError(f"{name}: {holder} has this key; one key stands for one peer")
        try:
            self._enrolled.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(path, certificate_text(key))
        except OSError as error:
            raise _unwritable(self._enrolled, error) from error

    def revoke(self, name: str) -> None:
        """Take a peer's key away.

        Raises:
            KeyringError: nobody of that name is enrolled, or it cannot be removed.
        """
        path = self._path(name)
        try:
            path.unlink()
        except FileNotFoundError:
            names = ", ".join(sorted(self.enrolled()[0])) or "nobody"
            raise KeyringError(f"{path}: no such file; enrolled: {names}") from None
        except OSError as error:
            raise _unwritable(self._enrolled, error) from error

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name) or name.startswith("."):
            raise KeyringError(f"{name!r}: a name is 1 to 64 of A-Z a-z 0-9 . _ -, no . in front")
        return self._enrolled / f"{name}{SUFFIX}"


def _checked_peer(path: Path) -> str:
    check_mode(path, OTHERS_WRITE, 0o600)
    return read_public(path)


def _without_shared(keys: dict[str, str], faults: list[str], folder: Path) -> dict[str, str]:
    """The keys that one name alone has: with two the peer's name would be a guess."""
    held = list(keys.values())
    shared = [name for name, key in keys.items() if held.count(key) > 1]
    if shared:
        faults.append(f"{folder}: {', '.join(shared)} have one key; revoke all but one")
    return {name: key for name, key in keys.items() if name not in shared}


def _unwritable(folder: Path, error: OSError) -> KeyringError:
    return KeyringError(f"{folder}: cannot be written: {error.strerror}; run as its owner")
