"""Where health is served: on this host and nowhere else."""

from typing import NamedTuple

from edge.sockets.addresses import is_loopback


class Place(NamedTuple):
    """`port`: 0 for any free one."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def parse_bind(text: str) -> Place | None:
    """The place of the setting `[health] bind`; None for "", which turns health off.

    Raises:
        ValueError: not HOST:PORT, or others than this host could reach it.
    """
    if not text:
        return None
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (host and port.isascii() and port.isdigit() and int(port) < 65536):
        raise ValueError(f'{text!r}: not HOST:PORT, as "127.0.0.1:9108"; "" turns it off')
    if not is_loopback(host):
        raise ValueError(
            f"{text!r}: not on the loopback interface; it has no keys and no encryption, so only "
            "127.0.0.1, localhost and [::1] are allowed: let a local Prometheus agent or a reverse "
            "proxy with access control of its own pass it on"
        )
    return Place(host, int(port))
