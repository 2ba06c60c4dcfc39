"""A bare scanner in a process of its own: `python -m tests.system.paced_scanner FRAMES`.

Prints its address; sends a greeting ten times a second until a line comes on standard input, then
FRAMES pictures of 1024 x 768 at 30 a second; then says how far it came until it is killed. Its
first line of input: public and secret key, Z85, as JSON.
"""

import json
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from tests.system.bare_scanner import BareScanner, KeyPair

FPS = 30.0
WIDTH, HEIGHT = 1024, 768
PICTURES = 16


class PacedScanner:
    """The process, seen from its test. `endpoint`: where it is bound."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        assert process.stdout is not None
        self.endpoint = process.stdout.readline().strip()

    def start(self) -> None:
        """Let the frames begin."""
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()


@contextmanager
def paced(frames: int, pair: KeyPair) -> Iterator[PacedScanner]:
    """A scanner process with this key pair."""
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, str(frames)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps([key.decode() for key in pair]) + "\n")
    process.stdin.flush()
    try:
        yield PacedScanner(process)
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def said(timeout_s: float) -> bool:
    """Whether a line, or the end, of standard input comes in time."""
    return bool(select.select([sys.stdin], [], [], timeout_s)[0])


def main(frames: int) -> None:
    public, secret = json.loads(sys.stdin.readline())
    scanner = BareScanner(curve_pair=(public.encode(), secret.encode()))
    size = {"width": WIDTH, "height": HEIGHT}
    noise = np.random.default_rng(1).integers(40, 160, (PICTURES, HEIGHT, WIDTH), dtype=np.uint8)
    pictures = [picture.tobytes() for picture in noise]
    sys.stdout.write(f"{scanner.endpoint}\n")
    sys.stdout.flush()
    while not said(0.1):
        scanner.frame(exam="hello", pixels=pictures[-1], **size)

    scanner.new_epoch()
    first_s = time.monotonic()
    for number in range(frames):
        time.sleep(max(0.0, first_s + number / FPS - time.monotonic()))
        scanner.frame(pixels=pictures[number % PICTURES], **size)
    while True:
        scanner.event("status")
        time.sleep(0.2)


if __name__ == "__main__":
    main(int(sys.argv[1]))
