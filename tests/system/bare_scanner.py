"""A scanner written from docs/protocol.md alone: pyzmq, msgpack, nothing of the project."""

import secrets
import time
from typing import Any

import msgpack
import zmq

SIDE_PX = 64

Fields = dict[str, Any]
Parts = tuple[bytes, ...]
KeyPair = tuple[bytes, bytes]


class BareScanner:
    """A PUB socket that sends what it is told; header maps are packed by hand.

    Attributes:
        endpoint: the address bound to.
        epoch, exam: of the next frame, free to be changed.
        seq: number of the next frame.
    """

    def __init__(
        self,
        bind: str = "tcp://127.0.0.1:*",
        *,
        send_hwm: int = 0,
        curve_pair: KeyPair | None = None,
    ) -> None:
        """`send_hwm`: 0 queues without bound, so that nothing is lost on the scanner's side."""
        self.exam = "exam-1"
        self._send_hwm = send_hwm
        self._pictures = 0
        self._bind(bind, curve_pair)
        self.new_epoch()

    def header(self, **changes: Any) -> Fields:
        """A valid header for the next frame, with `changes`."""
        fields = {
            "v": 1,
            "epoch": self.epoch,
            "seq": self.seq,
            "capture_ns": time.time_ns(),
            "exam": self.exam,
            "view": "AR",
            "width": SIDE_PX,
            "height": SIDE_PX,
            "format": "gray8",
            "spacing_mm": [0.3, 0.3],
        }
        return {**fields, **changes}

    def frame(self, gray: int = 80, pixels: bytes | None = None, **changes: Any) -> Fields:
        """Send a frame, of this mean gray unless `pixels` are given; returns its header."""
        fields = self.header(**changes)
        pixels = pixels or self.pixels(gray, fields["width"] * fields["height"])
        self.send(b"frame", msgpack.packb(fields), pixels)
        self.seq = fields["seq"] + 1
        return fields

    def pixels(self, gray: int = 80, size: int = SIDE_PX**2) -> bytes:
        """One gray, 1-254, but for two pixels that leave the mean and differ from call to call.

        So no two pictures are the same, as none are of live tissue.
        """
        self._pictures += 1
        pixels = bytearray([gray]) * size
        place = 2 * (self._pictures % (size // 2))
        pixels[place] += 1
        pixels[place + 1] -= 1
        return bytes(pixels)

    def event(self, kind: str, **changes: Any) -> Fields:
        """Send an event whose `last_seq` is that of the last frame; returns its map."""
        fields = {
            "v": 1,
            "epoch": self.epoch,
            "exam": self.exam,
            "event": kind,
            "last_seq": self.seq - 1,
            "time_ns": time.time_ns(),
            **changes,
        }
        self.send(b"event", msgpack.packb(fields))
        return fields

    def send(self, *parts: bytes) -> None:
        """Send one message of these parts."""
        self._socket.send_multipart(parts)

    def new_epoch(self) -> None:
        """Number the frames from 0 again in another epoch, as a scanner process that starts."""
        self.epoch = secrets.randbits(62)
        self.seq = 0

    def restart(self, curve_pair: KeyPair | None = None) -> None:
        """Close and come back on the same address in another epoch."""
        self.close()
        self.open_again(curve_pair)

    def open_again(self, curve_pair: KeyPair | None = None) -> None:
        """Come back on the same address in another epoch, once closed."""
        self._bind(self.endpoint, curve_pair)
        self.new_epoch()

    def close(self) -> None:
        """Close at once; the address is free afterwards."""
        self._context.destroy(linger=0)

    def _bind(self, address: str, curve_pair: KeyPair | None) -> None:
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.PUB)
        self._socket.setsockopt(zmq.SNDHWM, self._send_hwm)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.IPV6, "[" in address)
        if curve_pair:
            self._socket.curve_publickey, self._socket.curve_secretkey = curve_pair
            self._socket.curve_server = True
        self._socket.bind(address)
        self.endpoint = self._socket.getsockopt_string(zmq.LAST_ENDPOINT).rstrip("\0")
