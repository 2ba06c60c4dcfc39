"""The scanner's side of the wire: frames and events out."""

import secrets
import time
from types import TracebackType
from typing import Self

import msgspec
import numpy as np
import zmq
from numpy.typing import NDArray

from edge.contract import topics
from edge.contract.codec import encode
from edge.contract.messages import PROTOCOL_VERSION, Event, EventKind, FrameHeader, FrameInfo
from edge.sockets.authenticator import Authenticator
from edge.sockets.port import Port
from edge.sockets.settings import SCANNER

Pixels = bytes | NDArray[np.uint8]


class ScannerPublisher:
    """Publishes the frames of one exam as a scanner does; one thread uses it.

    Attributes:
        endpoint: the address bound to, with the port that a `*` was given.
        epoch: 63-bit number drawn at random, unless one is given.
        last_seq: number of the last frame captured; -1 before the first.
        dropped: frames left out because the receiver did not keep up; their numbers are used up,
            so that it can count them as missing. Events wait up to a second instead.
    """

    def __init__(
        self,
        bind: str,
        *,
        exam: str,
        epoch: int | None = None,
        lossless: bool = False,
        door: Authenticator | None = None,
    ) -> None:
        """Bind to `bind`; AddressError where the address is taken or malformed.

        `lossless`: frames wait for the receiver too, which suits a file but not a live image.
        `door`: says who may receive; None on the loopback interface only.
        """
        self.exam = exam
        self.dropped = 0
        self._flags = 0 if lossless else zmq.NOBLOCK
        self.epoch = secrets.randbits(63) if epoch is None else epoch
        self.last_seq = -1
        self.port = Port(SCANNER, bind, door)
        self.endpoint = self.port.endpoint

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def frame(self, pixels: Pixels, info: FrameInfo) -> int:
        """Send one frame and return its `seq`.

        Args:
            pixels: the pixels part, exactly as `info` describes it: bytes, or a C-contiguous
                uint8 array, which must not change afterwards.
            info: view, size, format, time and scale of the frame.
        """
        self.last_seq += 1
        header = FrameHeader(
            v=PROTOCOL_VERSION,
            epoch=self.epoch,
            seq=self.last_seq,
            exam=self.exam,
            **msgspec.structs.asdict(info),
        )
        data = pixels if isinstance(pixels, bytes) else pixels.data
        self._send(topics.FRAME, encode(header), data, flags=self._flags)
        return self.last_seq

    def event(self, kind: EventKind) -> None:
        """Send one event with the present time and the last frame's number."""
        message = Event(
            v=PROTOCOL_VERSION,
            epoch=self.epoch,
            exam=self.exam,
            event=kind,
            last_seq=self.last_seq,
            time_ns=time.time_ns(),
        )
        self._send(topics.EVENT, encode(message))

    def _send(self, topic: topics.Topic, *parts: bytes | memoryview, flags: int = 0) -> None:
        try:
            message = (topic.name.encode(), *parts)
            self.port.socket.send_multipart(message, flags=flags, copy=False)
        except zmq.Again:
            self.dropped += topic is topics.FRAME
        self.port.look()  # only now: what is sent is not to wait for it

    def wait_for_receiver(self, timeout_s: float) -> bool:
        """Wait until somebody has subscribed to frames; False where nobody did in time."""
        deadline_s = time.monotonic() + timeout_s
        while (left_s := deadline_s - time.monotonic()) > 0:
            if self.port.socket.poll(max(1, round(left_s * 1000))):
                request = self.port.socket.recv()
                # 1 = subscribe; an empty topic or any prefix of "frame" asks for frames.
                if request[:1] == b"\x01" and topics.FRAME.name.encode().startswith(request[1:]):
                    return True
        return False

    def close(self, linger_ms: int = 1000) -> None:
        """Close after at most `linger_ms` for what is still in the send queue."""
        self.port.close(linger_ms)
