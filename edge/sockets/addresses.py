"""Which addresses may be used in the clear."""

import ipaddress
import re
from urllib.parse import urlsplit


class AddressError(ValueError):
    """An address that cannot be used; says which, why and what is allowed."""


def check_address(address: str, *, secured: bool = False) -> str:
    """Give `address` back if it may be used.

    `secured`: CURVE keys protect it, so it may leave this host. Else only `ipc://PATH`, and
    `tcp://HOST:PORT` with HOST in 127.0.0.0/8, localhost or [::1].

    Raises:
        AddressError: anything else.
    """
    parts = urlsplit(address)
    if parts.scheme == "ipc" and len(address) > len("ipc://"):
        return address
    if parts.scheme != "tcp" or not re.search(r":(\d{1,5}|\*)$", address):
        raise AddressError(f"{address!r}: not tcp://HOST:PORT or ipc://PATH")
    if not secured and not _is_loopback(parts.hostname or ""):
        raise AddressError(
            f"{address!r}: not on the loopback interface; without CURVE keys only 127.0.0.1, "
            "localhost and [::1] are allowed"
        )
    return address


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
