"""A real daemon on loopback, with bare peers around it, for the tests of this folder."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from edge.contract.crop import CropSpec
from edge.sockets.keyring import Keyring
from edge.sockets.keys import KeyPair
from tests.bundles import Line, make_bundle
from tests.system.bare_scanner import BareScanner
from tests.system.bare_viewer import LONGEST_S, BareViewer, topics_of
from tests.system.daemon_process import DaemonProcess, running, write_settings

PLACES = 32
"""Scanners that one daemon listens to; each test of a module takes another."""

SPEAK_S = 0.3
"""A scanner that waits for something says so this often, lest its link be built anew."""


@dataclass
class Place:
    """One scanner's place at a daemon that runs: the scanner, and a viewer of its topics."""

    name: str
    scanner: BareScanner
    viewer: BareViewer
    daemon: DaemonProcess
    address: str
    """Where the daemon publishes."""

    def meet(self) -> None:
        """Send frames of another epoch until one comes back: both links carry messages."""
        epoch = self.scanner.epoch
        self.scanner.new_epoch()
        for _ in range(round(LONGEST_S / 0.05)):
            self.scanner.frame(exam="hello", view=None)
            if self.viewer.find(lambda message: message.kind == "fat", 0.05):
                break
        else:
            raise AssertionError(f"no answer in {LONGEST_S} s:\n{self.daemon.log}")
        self.scanner.epoch, self.scanner.seq = epoch, 0

    def until_status(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Receive until a status is as wanted, while the scanner says that it is there."""
        for _ in range(round(LONGEST_S / SPEAK_S)):
            self.scanner.event("status")
            message = self.viewer.find(
                lambda message: message.kind == "status" and wanted(message.fields), SPEAK_S
            )
            if message:
                return message.fields
        raise AssertionError(f"not seen in {LONGEST_S} s; last: {self.viewer.messages[-1:]}")


@dataclass
class Ward:
    """A daemon and scanners that it listens to, bound before it started."""

    daemon: DaemonProcess
    scanners: dict[str, BareScanner]
    address: str
    _free: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self._free = list(self.scanners)

    def place(self) -> Place:
        """A scanner that no test has had, and a viewer of its topics; they have met."""
        name = self._free.pop(0)
        viewer = BareViewer(self.address, *topics_of(name))
        place = Place(name, self.scanners[name], viewer, self.daemon, self.address)
        place.meet()
        return place


@pytest.fixture(scope="session")
def small_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Window of 64 px; AR says mean gray / 10, HR mean gray / 2, which is > 100 % above 200."""
    path = tmp_path_factory.mktemp("bundles") / "small"
    return make_bundle(path, hr=Line(0.5), crop=CropSpec(size=64))


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, small_bundle: Path) -> Iterator[Ward]:
    """A daemon for the tests of one module."""
    scanners = {f"place{number:02}": BareScanner() for number in range(PLACES)}
    addresses = {name: (scanner.endpoint, "") for name, scanner in scanners.items()}
    settings = tmp_path_factory.mktemp("ward") / "edge.toml"
    write_settings(settings, small_bundle, addresses)
    with running(settings) as daemon:
        yield Ward(daemon, scanners, daemon.estimates_address())
    for scanner in scanners.values():
        scanner.close()


@pytest.fixture
def place(ward: Ward) -> Iterator[Place]:
    """A scanner's place of this test's own, at the daemon of its module."""
    place = ward.place()
    yield place
    place.viewer.close()


@pytest.fixture
def room(tmp_path: Path, small_bundle: Path) -> Iterator[Callable[..., Place]]:
    """Start a daemon of this test's own, for one scanner named "room"; they have not met yet."""
    with ExitStack() as ends:

        def start(scanner: BareScanner, server_key: str = "", bundle: Path = small_bundle) -> Place:
            path = tmp_path / "edge.toml"
            write_settings(path, bundle, {"room": (scanner.endpoint, server_key)})
            daemon = ends.enter_context(running(path))
            viewer = BareViewer(daemon.estimates_address())
            ends.callback(viewer.close)
            ends.callback(scanner.close)
            return Place("room", scanner, viewer, daemon, daemon.estimates_address())

        yield start


@dataclass
class LockedRoom:
    """A daemon with keys, the scanner "room" and the viewer "ward", both enrolled.

    `keyring`: the daemon's, to enrol and revoke in.
    """

    place: Place
    keyring: Keyring
    scanner_pair: tuple[bytes, bytes]

    def viewer(self, name: str | None) -> BareViewer:
        """A viewer with a key of its own, enrolled under `name`, or not at all."""
        pair = KeyPair.draw()
        if name is not None:
            self.keyring.enrol(name, pair.public)
        return BareViewer(
            self.place.address, curve_pair=encoded(pair), server_key=encoded(self.keyring.own())[0]
        )


def encoded(pair: KeyPair) -> tuple[bytes, bytes]:
    """(public, secret) as pyzmq takes them."""
    return pair.public.encode(), pair.secret.encode()


@pytest.fixture
def locked_room(tmp_path: Path, small_bundle: Path) -> Iterator[LockedRoom]:
    """A daemon with keys, of this test's own."""
    keyring = Keyring(tmp_path / "keys")
    keyring.create()
    pair, ward = KeyPair.draw(), KeyPair.draw()
    keyring.enrol("room", pair.public)
    keyring.enrol("ward", ward.public)
    scanner = BareScanner(curve_pair=encoded(pair))
    path = tmp_path / "edge.toml"
    write_settings(path, small_bundle, {"room": (scanner.endpoint, "")}, keyring.folder)
    with running(path) as daemon:
        address = daemon.estimates_address()
        server_key = keyring.own().public.encode()
        viewer = BareViewer(address, curve_pair=encoded(ward), server_key=server_key)
        place = Place("room", scanner, viewer, daemon, address)
        yield LockedRoom(place, keyring, encoded(pair))
        viewer.close()
    scanner.close()
