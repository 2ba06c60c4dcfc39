"""The addresses that the daemon binds, and those where scanners should be."""

import http.client
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from edge.config import Settings
from edge.doctor.finding import Finding
from edge.health.address import Place

CONNECT_S = 1.0


def own(settings: Settings) -> Iterator[Finding]:
    """Whether the daemon's own addresses are free, or a daemon has them already."""
    place = settings.health.place
    runs = place is not None and place.port != 0 and is_daemon(place)
    if place is not None:
        yield _bindable("health", place, runs=runs)
    estimates = _tcp(settings.estimates.bind)
    if estimates is not None:
        yield _bindable("estimates", estimates, runs=runs)


def scanners(settings: Settings) -> Iterator[Finding]:
    """Whether anybody listens where the scanners should be."""
    for scanner in settings.scanner:
        place = _tcp(scanner.frames)
        if place is None:
            continue
        try:
            socket.create_connection(place, CONNECT_S).close()
        except OSError as error:
            yield Finding(
                f"scanner {scanner.name}",
                "warn",
                f"nobody is at {scanner.frames} ({error.strerror or error})",
                "start the scanner or its bridge; check the address and firewalls in between",
            )
        else:
            yield Finding(f"scanner {scanner.name}", "ok", f"somebody is at {scanner.frames}")


def is_daemon(place: Place) -> bool:
    """Whether a daemon tells its health there."""
    asking = http.client.HTTPConnection(place.host, place.port, timeout=CONNECT_S)
    try:
        asking.request("GET", "/healthz")
        return b'"live"' in asking.getresponse().read(4096)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asking.close()


def _bindable(what: str, place: Place, *, runs: bool) -> Finding:
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(place)
        except OSError as error:
            if runs:
                return Finding(f"{what} port", "ok", f"{place}: a daemon that runs has it")
            return Finding(
                f"{what} port",
                "fail",
                f"{place}: cannot be bound: {error.strerror}",
                f"end the program that has it, or set [{what}] bind to another",
            )
    return Finding(f"{what} port", "ok", f"{place}: is free")


def _tcp(address: str) -> Place | None:
    """Host and port of a TCP address; None for any other."""
    if not address.startswith("tcp://"):
        return None
    parts = urlsplit(address.replace(":*", ":0"))
    host = "0.0.0.0" if parts.hostname == "*" else parts.hostname or ""  # noqa: S104  # as set
    return Place(host, parts.port or 0)
