"""`python -m edge view` as a child process, ended in any case."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
END_S = 15.0


class ViewProcess:
    """A running viewer.

    Attributes:
        url: of its page.
    """

    def __init__(self, *arguments: str | Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "edge", "view", *map(str, arguments), "--port", "0"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        found = re.search(r"viewer on (\S+)", line)
        assert found, line + self.process.stderr.read()
        self.url = found[1]

    def end(self) -> tuple[int, str]:
        """Ask it to end; exit code, and what it said meanwhile."""
        self.process.terminate()
        try:
            _, said = self.process.communicate(timeout=END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise
        return self.process.returncode, said


@contextmanager
def viewing(*arguments: str | Path) -> Iterator[ViewProcess]:
    """A viewer; what it said beyond its address fails the test."""
    view = ViewProcess(*arguments)
    try:
        yield view
    except BaseException:
        view.process.kill()
        view.process.communicate()
        raise
    assert view.end() == (0, "")
