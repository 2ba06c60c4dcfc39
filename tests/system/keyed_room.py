"""A daemon with keys, the scanner "room" and the viewer "ward", with any oddity and any flags."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

import zmq

from edge.sockets.keyring import Keyring
from edge.sockets.keys import KeyPair
from tests.system.bare_scanner import BareScanner
from tests.system.bare_viewer import BareViewer
from tests.system.conftest import encoded
from tests.system.daemon_process import PROGRAM, DaemonProcess, write_settings


class KeyedRoom:
    """From entry to exit.

    Attributes:
        state: the daemon's state folder.
        odd: file by which an odd daemon turns odd.
        address: where it publishes.
    """

    def __init__(
        self, folder: Path, bundle: Path, program: Sequence[str] = PROGRAM, *flags: str | Path
    ) -> None:
        """`folder`: for keys, settings and state."""
        self.state, self.odd = folder / "state", folder / "odd"
        self.keyring = Keyring(folder / "keys")
        self._settings = folder / "edge.toml"
        self._bundle, self._program, self._flags = bundle, program, flags
        self._ends = ExitStack()

    def __enter__(self) -> Self:
        if not self.keyring.folder.exists():
            self.keyring.create()
        pair, ward = KeyPair.draw(), KeyPair.draw()
        for name, drawn in (("room", pair), ("ward", ward)):
            if name in self.keyring.enrolled()[0]:
                self.keyring.revoke(name)
            self.keyring.enrol(name, drawn.public)
        with ExitStack() as ends:
            self._open(ends, pair, ward)
            self._ends = ends.pop_all()
        return self

    def _open(self, ends: ExitStack, pair: KeyPair, ward: KeyPair) -> None:
        self.scanner = BareScanner(curve_pair=encoded(pair))
        ends.callback(self.scanner.close)
        write_settings(
            self._settings, self._bundle, {"room": (self.scanner.endpoint, "")}, self.keyring.folder
        )
        self.daemon = DaemonProcess(
            *("--config", self._settings, *self._flags),
            program=self._program,
            environment={"ODD": str(self.odd)},
        )
        ends.callback(self.daemon.end)
        self.address = self.daemon.estimates_address()
        self.viewer = BareViewer(
            self.address, curve_pair=encoded(ward), server_key=encoded(self.keyring.own())[0]
        )
        ends.callback(self.viewer.close)

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    @contextmanager
    def viewer_with_an_unknown_key(self) -> Iterator[None]:
        """One that nobody has enrolled, which tries again and again."""
        socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.SUB)
        socket.linger = 0
        socket.curve_publickey, socket.curve_secretkey = zmq.curve_keypair()
        socket.curve_serverkey = encoded(self.keyring.own())[0]
        socket.subscribe("")
        socket.connect(self.address)
        yield
        socket.close()

    def meet(self) -> None:
        """Send frames until one comes back."""
        for _ in range(200):
            self.scanner.frame()
            if self.viewer.find(lambda message: message.kind == "fat", 0.1):
                return
        raise AssertionError(f"no answer:\n{self.daemon.log}")
