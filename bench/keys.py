"""Keys for a measurement over CURVE: scanners, daemon and viewer, each enrolled where it must."""

from pathlib import Path
from typing import NamedTuple

from bench.contender import scanner_name
from edge.sockets.keyring import Keyring
from edge.sockets.keys import KeyPair


class Keys(NamedTuple):
    """scanners: folder of the pair that all streams share. daemon: folder of its own."""

    scanners: Path
    daemon: Path
    daemon_public: str
    viewer: KeyPair


def draw(folder: Path) -> Keys:
    """Draw all pairs and enrol them with each other."""
    scanners, daemon = Keyring(folder / "scanners"), Keyring(folder / "daemon")
    scanner_pair, daemon_pair, viewer = scanners.create(), daemon.create(), KeyPair.draw()
    scanners.enrol("daemon", daemon_pair.public)
    daemon.enrol(scanner_name(0), scanner_pair.public)
    daemon.enrol("viewer", viewer.public)
    return Keys(scanners.folder, daemon.folder, daemon_pair.public, viewer)
