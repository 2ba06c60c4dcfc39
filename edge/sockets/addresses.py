"""Which addresses may be used in the clear."""

import ipaddress
import re

MAX_IPC_BYTES = 107
"""Longest path of a Unix socket (sun_path less its end)."""

_TCP = re.compile(r"tcp://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.*-]+):(?P<port>\d{1,5}|\*)")


class AddressError(ValueError):
    """An address that cannot be used; says which, why and what is allowed."""


def check_address(address: str, *, secured: bool = False, connect: bool = False) -> str:
    """Give `address` back if it may be used.

    `secured`: CURVE keys protect it, so it may leave this host. Else only `ipc://PATH`, and
    `tcp://HOST:PORT` with HOST in 127.0.0.0/8, localhost or [::1].
    `connect`: somebody else has bound it, so its port is a number.

    Raises:
        AddressError: anything else.
    """
    if address.startswith("ipc://"):
        return _checked_ipc(address)
    parts = _TCP.fullmatch(address)
    if parts is None:
        raise AddressError(f"{address!r}: not tcp://HOST:PORT or ipc://PATH")
    _check_port(address, parts["port"], connect)
    if not secured and not is_loopback(parts["host"].strip("[]")):
        raise AddressError(
            f"{address!r}: not on the loopback interface; without CURVE keys only 127.0.0.1, "
            "localhost and [::1] are allowed"
        )
    return address


def _check_port(address: str, port: str, connect: bool) -> None:
    if port == "*" and not connect:
        return
    if port == "*" or not 0 < int(port) < 65536:
        raise AddressError(f"{address!r}: the port must be a number, 1-65535")


def _checked_ipc(address: str) -> str:
    length = len(address.removeprefix("ipc://").encode())
    if not 0 < length <= MAX_IPC_BYTES:
        raise AddressError(
            f"{address!r}: not tcp://HOST:PORT or ipc://PATH with a PATH of 1-{MAX_IPC_BYTES} bytes"
        )
    return address


def is_loopback(host: str) -> bool:
    """Whether only this host can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
