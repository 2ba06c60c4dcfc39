"""Wakes a thread that waits for sockets: something else than a message has come."""

import socket
from contextlib import suppress


class Bell:
    """Any thread rings, one waits on `fileno` and hushes it. Several rings may be heard as one."""

    def __init__(self) -> None:
        self._ear, self._hammer = socket.socketpair()
        for end in (self._ear, self._hammer):
            end.setblocking(False)

    def fileno(self) -> int:
        """Descriptor that is readable while it rings."""
        return self._ear.fileno()

    def ring(self) -> None:
        """Wake whoever waits; where it rings already that is enough, and closed it does nothing."""
        with suppress(OSError):
            self._hammer.send(b"\0")

    def hush(self) -> None:
        """End the ringing, before one looks what it was for."""
        with suppress(BlockingIOError):
            self._ear.recv(4096)

    def close(self) -> None:
        """Ring no more."""
        self._ear.close()
        self._hammer.close()
