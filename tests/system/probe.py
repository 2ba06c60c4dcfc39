"""Asks a daemon how it fares, as a probe or Prometheus would."""

import http.client
import json
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.system.daemon_process import DaemonProcess

WAIT_S = 10.0


class Answer(NamedTuple):
    """`status`: of HTTP."""

    status: int
    body: bytes

    def reason(self, check: str) -> str:
        """Level and words of a check, "" where there is none."""
        found = json.loads(self.body)["checks"]
        return next(
            (f"{row['level']}: {row['reason']}" for row in found if row["check"] == check), ""
        )


def ask(daemon: DaemonProcess, path: str, timeout_s: float = WAIT_S, **headers: str) -> Answer:
    """One request; OSError or HTTPException where there is no answer in time."""
    host, _, port = daemon.health_address().removeprefix("http://").rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=timeout_s)
    try:
        connection.request("GET", path, headers=headers)
        reply = connection.getresponse()
        return Answer(reply.status, reply.read())
    finally:
        connection.close()


def until(
    daemon: DaemonProcess, path: str, wanted: Callable[[Answer], bool]
) -> tuple[Answer, float]:
    """The first answer that is as wanted, and how long it took, s; AssertionError if none is."""
    started_s = time.monotonic()
    while (spent_s := time.monotonic() - started_s) < WAIT_S:
        answer = ask(daemon, path)
        if wanted(answer):
            return answer, spent_s
        time.sleep(0.05)
    raise AssertionError(f"{path} is not as wanted in {WAIT_S} s: {answer}")


def metrics(daemon: DaemonProcess) -> dict[str, float]:
    """Samples by name and labels, as they stand in the text."""
    lines = ask(daemon, "/metrics").body.decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def log_of(daemon: DaemonProcess) -> list[dict[str, Any]]:
    """The lines of a log in JSON."""
    return [json.loads(line) for line in daemon.lines]
