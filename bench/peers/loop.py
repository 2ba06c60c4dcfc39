"""The loop that peers written as a loop share: newest frame in, answer out."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import zmq
from numpy.typing import NDArray

from bench.answer import Answer
from edge.contract.codec import decode_frame
from edge.contract.crop import CropSpec, crop
from edge.contract.messages import FrameHeader
from edge.contract.pixels import decode
from edge.sockets.settings import BUS, LINK, bind, configure

Window = NDArray[np.uint8]
Read = Callable[[Window], float]

WAITING = 2
"""Frames that may wait; the oldest goes, so that the newest is read."""


class Arguments(NamedTuple):
    """What a peer is told. Files: None where there is none."""

    frames: str
    bind: str
    model: Path
    float_model: Path
    keras: Path | None
    size: int


class Frame(NamedTuple):
    """A frame as it was received (monotonic ns)."""

    header: FrameHeader
    pixels: memoryview
    received_ns: int


def arguments() -> Arguments:
    """The command line."""
    parser = argparse.ArgumentParser()
    for name in ("--frames", "--bind"):
        parser.add_argument(name, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--float-model", type=Path, required=True)
    parser.add_argument("--keras", type=Path)
    parser.add_argument("--size", type=int, required=True)
    return Arguments(**vars(parser.parse_args()))


class Wire:
    """Both sockets of a peer."""

    def __init__(self, told: Arguments) -> None:
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context.instance()
        self._frames: zmq.Socket[bytes] = context.socket(zmq.SUB)
        configure(self._frames, LINK, told.frames)
        # A loop that reads as slowly as Keras' lets its queue fill up; with heartbeats libzmq then
        # aborts at times (stream_engine_base.cpp: _input_stopped).
        self._frames.setsockopt(zmq.HEARTBEAT_IVL, 0)
        self._frames.subscribe(b"frame")
        self._frames.connect(told.frames)
        self._answers: zmq.Socket[bytes] = context.socket(zmq.XPUB)
        configure(self._answers, BUS, told.bind)
        endpoint = bind(self._answers, told.bind)
        self._poller = zmq.Poller()
        self._poller.register(self._frames, zmq.POLLIN)
        self._poller.register(self._answers, zmq.POLLIN)
        print(f"estimates on {endpoint}", file=sys.stderr, flush=True)  # noqa: T201

    def receive(self) -> Iterator[Frame]:
        """Every frame as it comes, for ever; of those that wait the newest ones."""
        while True:
            ready = dict(self._poller.poll())
            if self._answers in ready:
                self._answers.recv()
                # Whoever has subscribed hears that somebody is here.
                self._answers.send_multipart((b"status/peer", b""))
            if self._frames in ready:
                yield from self._newest()

    def _newest(self) -> Iterator[Frame]:
        waiting: list[Frame] = []
        while self._frames.poll(0):
            parts = self._frames.recv_multipart(copy=False)
            now_ns = time.monotonic_ns()
            waiting.append(Frame(decode_frame(parts[1].buffer), parts[2].buffer, now_ns))
            if len(waiting) == WAITING:
                break
        yield from waiting

    def answer(self, frame: Frame, fat_pct: float, infer_ms: float) -> None:
        """Publish what was read."""
        answer = Answer(
            epoch=frame.header.epoch,
            seq=frame.header.seq,
            view=frame.header.view or "AR",
            fat_pct=fat_pct,
            publish_ns=time.time_ns(),
            age_ms=(time.monotonic_ns() - frame.received_ns) / 1e6,
            stage_ms={"infer": infer_ms},
        )
        self._answers.send_multipart((b"fat/peer/AR", msgspec.msgpack.encode(answer)))


def window_of(frame: Frame, size: int) -> Window:
    """The paper's window: the frame's middle, at its own scale."""
    header = frame.header
    gray = decode(frame.pixels, header.format, header.width, header.height)
    return crop(gray, CropSpec(size=size))


class RunningMedian:
    """Median of the last 300 readings, as a first version would do it."""

    def __init__(self) -> None:
        self._values: list[float] = []

    def add(self, value: float) -> float:
        """The median with this value in it."""
        self._values = [*self._values[-299:], value]
        return float(np.median(self._values))


def serve(told: Arguments, read: Read) -> None:
    """Answer every frame, for ever."""
    read(np.zeros((told.size, told.size), np.uint8))
    median = RunningMedian()
    wire = Wire(told)
    for frame in wire.receive():
        window = window_of(frame, told.size)
        start_ns = time.monotonic_ns()
        fat_pct = read(window)
        infer_ms = (time.monotonic_ns() - start_ns) / 1e6
        median.add(fat_pct)
        wire.answer(frame, fat_pct, infer_ms)
