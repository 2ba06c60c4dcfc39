"""The estimates of a daemon, for viewers: it never lets a dead number look alive."""

import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from types import TracebackType
from typing import Self

from edge.client.connection import Connection
from edge.client.keys import Keys
from edge.client.messages import Estimate, Message, Reading, Status, decode
from edge.client.problems import RefusedError
from edge.client.topic_state import TopicState, TopicStates

WAIT_MS = 50
"""How late a silence may be noticed."""

MAX_QUEUED = 1024
"""Messages looked at in one go; more than libzmq holds for a viewer (1000)."""


class EstimateStream:
    """Estimates, readings and statuses of one daemon; one thread or task uses it.

    Iterating gives estimates, the newest of each topic: one that a newer one has overtaken while
    the loop was busy is left out and counted in `skipped`. After 2 s of silence, whatever its
    cause, every topic gives one estimate without numbers (`blank`).

    Attributes:
        missed: messages that the daemon published and this viewer did not get.
        skipped: estimates that a newer one overtook here.
        refused: messages that broke the protocol.
    """

    def __init__(
        self,
        address: str,
        *,
        keys: Keys | None = None,
        scanner: str | None = None,
        every: bool = False,
    ) -> None:
        """Connect to a daemon, which need not run yet.

        Args:
            address: `tcp://HOST:PORT` or `ipc://PATH`; without keys on this host alone.
            keys: CURVE keys, where the daemon asks for them.
            scanner: only this one of the daemon's scanners.
            every: give every estimate in its order, also to a loop that is too slow for them; for
                recorders.

        Raises:
            ValueError: the address or a key cannot be used (AddressError, KeysError).
        """
        self.skipped = self.refused = 0
        self._every = every
        self._scanner = scanner
        self._states = TopicStates()
        self._statuses: dict[str, Status] = {}
        self._readings: dict[str, Reading] = {}
        self._waiting: deque[Message] = deque()
        self._connection = Connection(address, _prefixes(scanner), keys, time.monotonic())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close at once."""
        self._connection.close()

    def __iter__(self) -> Iterator[Estimate]:
        """Estimates until the loop is left; LinkError where the daemon refuses the key."""
        while True:
            message = self.receive()
            if isinstance(message, Estimate):
                yield message

    async def __aiter__(self) -> AsyncIterator[Estimate]:
        """As `__iter__`, for asyncio."""
        while True:
            message = await self.receive_async()
            if isinstance(message, Estimate):
                yield message

    def receive(self, timeout_s: float | None = None) -> Message | None:
        """Next message of any kind; None where none came in time (None: no limit).

        Raises:
            LinkError: the daemon refuses the key, or is none; may be called again.
        """
        deadline_s = _deadline_s(timeout_s)
        while (message := self._next()) is None and time.monotonic() < deadline_s:
            self._connection.wait(WAIT_MS)
        return message

    async def receive_async(self, timeout_s: float | None = None) -> Message | None:
        """As `receive`, for asyncio."""
        deadline_s = _deadline_s(timeout_s)
        while (message := self._next()) is None and time.monotonic() < deadline_s:
            await _readable(self._connection.descriptor, WAIT_MS / 1000)
        return message

    def listen(
        self,
        on_estimate: Callable[[Estimate], None] | None = None,
        on_reading: Callable[[Reading], None] | None = None,
        on_status: Callable[[Status], None] | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        """Call back for every message until `stop` says so; it is asked at least every 50 ms."""
        while not stop():
            message = self.receive(WAIT_MS / 1000)
            if isinstance(message, Estimate) and on_estimate:
                on_estimate(message)
            elif isinstance(message, Reading) and on_reading:
                on_reading(message)
            elif isinstance(message, Status) and on_status:
                on_status(message)

    def latest(self, scanner: str, view: str) -> TopicState | None:
        """State of one view now; None before anything came of it. Takes in what waits."""
        self._take_waiting()
        return self._states.state(f"fat/{scanner}/{view}", time.monotonic())

    def states(self) -> dict[str, TopicState]:
        """State of every topic of estimates now. Takes in what waits."""
        self._take_waiting()
        found = {topic: self._states.state(topic, time.monotonic()) for topic in self._topics()}
        return {topic: state for topic, state in found.items() if state}

    def status(self, scanner: str) -> Status | None:
        """What the daemon last said of itself."""
        return self._statuses.get(scanner)

    def reading(self, scanner: str) -> Reading | None:
        """Final reading of the exam that ended last."""
        return self._readings.get(scanner)

    @property
    def connected(self) -> bool:
        """Whether the link stands; a daemon that dies on this host is seen here at once."""
        return self._connection.connected

    @property
    def missed(self) -> int:
        """Messages that the daemon published and this viewer did not get."""
        return self._states.numbering.missed

    def _topics(self) -> list[str]:
        return self._states.topics()

    def _next(self) -> Message | None:
        self._take_waiting()
        if not self._waiting:
            self._waiting.extend(self._states.fallen_silent(time.monotonic()))
        return self._waiting.popleft() if self._waiting else None

    def _take_waiting(self) -> None:
        """Take in all that has come; the older of two estimates of a topic is left out."""
        for _ in range(MAX_QUEUED):
            if self._every and self._waiting:
                return
            parts = self._connection.receive(time.monotonic())
            if parts is None:
                return
            message = self._decoded(parts)
            if message is not None and self._states.take(message, time.monotonic()):
                self._keep(message)

    def _decoded(self, parts: list[bytes]) -> Message | None:
        if len(parts) != 2:
            return None
        try:
            message = decode(parts[0].decode(errors="replace"), parts[1])
        except RefusedError:
            self.refused += 1
            return None
        # A prefix also fits longer names.
        is_wanted = message is not None and self._scanner in (None, message.scanner)
        return message if is_wanted else None

    def _keep(self, message: Message) -> None:
        if isinstance(message, Status):
            self._statuses[message.scanner] = message
        elif isinstance(message, Reading):
            self._readings[message.scanner] = message
        elif not self._every:
            before = len(self._waiting)
            self._waiting = deque(
                each
                for each in self._waiting
                if not isinstance(each, Estimate) or each.topic != message.topic
            )
            self.skipped += before - len(self._waiting)
        self._waiting.append(message)


def _prefixes(scanner: str | None) -> tuple[str, ...]:
    if scanner is None:
        return ("",)
    return f"status/{scanner}", f"reading/{scanner}", f"fat/{scanner}/"


def _deadline_s(timeout_s: float | None) -> float:
    return float("inf") if timeout_s is None else time.monotonic() + timeout_s


async def _readable(descriptor: int, timeout_s: float) -> None:
    """Wait until a file descriptor can be read, or the time is up."""
    import asyncio  # not at the top: it doubles the time that importing the library takes

    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        async with asyncio.timeout(timeout_s):
            await ready.wait()
    except TimeoutError:
        return
    finally:
        loop.remove_reader(descriptor)
