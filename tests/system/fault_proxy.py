"""A TCP proxy that can stop moving bytes without closing anything, as a pulled cable does."""

import selectors
import socket
import threading
from typing import Self

TURN_S = 0.02


class FaultProxy(threading.Thread):
    """Between one address and whoever connects to `address`, from entry to exit."""

    def __init__(self, target: str) -> None:
        super().__init__(daemon=True)
        host, _, port = target.removeprefix("tcp://").rpartition(":")
        self._target = (host, int(port))
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self._server.getsockname()[1]}"
        self.frozen = threading.Event()
        self._ended = threading.Event()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._server, selectors.EVENT_READ, None)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()

    def run(self) -> None:
        while not self._ended.is_set():
            if self.frozen.is_set():  # connections queue up, bytes stay where they are
                self._ended.wait(TURN_S)
                continue
            for key, _ in self._selector.select(TURN_S):
                if key.data is None:
                    self._accept()
                elif key.fd in self._selector.get_map():  # its other side may just have gone
                    self._move(key.fileobj, key.data)
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._selector.close()

    def _accept(self) -> None:
        near, _ = self._server.accept()
        far = socket.create_connection(self._target)
        self._selector.register(near, selectors.EVENT_READ, far)
        self._selector.register(far, selectors.EVENT_READ, near)

    def _move(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            data = source.recv(2**16)
            sink.sendall(data)
        except OSError:
            data = b""
        if not data:
            for side in (source, sink):
                self._selector.unregister(side)
                side.close()
