"""First words of a peer that speaks ZeroMQ's protocol without libzmq (ZMTP 3.0, RFC 23)."""


def greeting(mechanism: bytes) -> bytes:
    """What either side says first; `mechanism`: b"NULL" or b"CURVE"."""
    return b"\xff" + bytes(8) + b"\x7f\x03\x00" + mechanism.ljust(20, b"\0") + bytes(32)


def ready(kind: bytes) -> bytes:
    """The next words without keys, of a socket of a kind of three letters."""
    return b"\x04\x19\x05READY\x0bSocket-Type\x00\x00\x00\x03" + kind


def place_of(address: str) -> tuple[str, int]:
    """Host and port of a TCP address."""
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    return host, int(port)
