"""Features of typical frames: one for each open exam and view, replaced as the median settles."""

import struct

from edge.journal.chain import Chain
from edge.journal.connection import Connection
from edge.journal.rows import Partner

_HEAD = struct.Struct("<qd")


def write_partner(connection: Connection, chain: Chain, partner: Partner) -> None:
    """Write it in the place of the one before, within the transaction that is open."""
    data = _HEAD.pack(partner.number, partner.fat_pct) + partner.data
    seal = chain.mark(_name(partner.exam, partner.view), data)
    connection.execute(
        "INSERT OR REPLACE INTO partners VALUES (?, ?, ?, ?)",
        (partner.exam, partner.view, data, seal),
    )


def read_partners(connection: Connection, chain: Chain) -> tuple[list[Partner], int]:
    """Those that are as they were written, and how many are not."""
    found, damaged = [], 0
    for exam, view, data, seal in connection.execute("SELECT * FROM partners"):
        if len(data) > _HEAD.size and chain.holds(_name(exam, view), data, seal):
            number, fat_pct = _HEAD.unpack(data[: _HEAD.size])
            found.append(Partner(exam, view, number, fat_pct, data[_HEAD.size :]))
        else:
            damaged += 1
    return found, damaged


def _name(exam: int, view: str) -> str:
    return f"partner {exam} {view}"
