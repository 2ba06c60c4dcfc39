"""A feed process, and a receiver beside it that knows only pyzmq and msgpack."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import msgpack
import numpy as np
import zmq

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 60


class Message(NamedTuple):
    """`at_s`: on the monotonic clock; `pixels`: None for an event."""

    at_s: float
    fields: dict[str, Any]
    pixels: bytes | None


class Heard:
    """A SUB socket beside one feed process."""

    def __init__(self, process: "subprocess.Popen[str]", socket: "zmq.Socket[bytes]") -> None:
        self.process, self._socket = process, socket
        self.messages: list[Message] = []

    def until(self, done: Callable[[Message], bool]) -> None:
        """Receive until a message is what was waited for."""
        while self._socket.poll(LONGEST_S * 1000):
            topic, header, *pixels = self._socket.recv_multipart()
            message = Message(
                time.monotonic(), msgpack.unpackb(header), pixels[0] if pixels else None
            )
            assert topic == (b"frame" if pixels else b"event")
            self.messages.append(message)
            if done(message):
                return
        raise AssertionError("the feed fell silent")

    def until_the_end(self, code: int = 0) -> str:
        """Receive until exam_end; returns what the feed printed."""
        self.until(lambda message: message.fields.get("event") == "exam_end")
        out, err = self.process.communicate(timeout=LONGEST_S)
        assert self.process.returncode == code, err
        assert not self._socket.poll(100), "something came after exam_end"
        return out + err

    @property
    def frames(self) -> list[Message]:
        return [message for message in self.messages if message.pixels is not None]

    @property
    def events(self) -> list[Message]:
        return [message for message in self.messages if message.pixels is None]


def start(address: str, *arguments: str | Path) -> "subprocess.Popen[str]":
    """`python -m edge feed` on an address."""
    return subprocess.Popen(
        [sys.executable, "-m", "edge", "feed", *map(str, arguments), "--bind", address],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def refused(*arguments: str | Path) -> tuple[int, str]:
    """Exit code and standard error of a feed that ends by itself, heard by nobody."""
    ended = subprocess.run(
        [sys.executable, "-m", "edge", "feed", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    return ended.returncode, ended.stderr


def write_stills(folder: Path) -> Path:
    """45 gray images of 50 x 40 px, each with its number in every pixel."""
    folder.mkdir()
    for number in range(45):
        cv2.imwrite(str(folder / f"{number}.png"), np.full((40, 50), number, np.uint8))
    return folder
