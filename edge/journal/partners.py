"""Features of the typical frames of open exams, for pairing: not kept once an exam has ended."""

from edge.journal.chain import Chain
from edge.journal.connection import Connection
from edge.journal.rows import Partner


def write_partner(connection: Connection, chain: Chain, partner: Partner) -> None:
    """Add it, or take it out where it is forgotten, within the transaction that is open."""
    key = (partner.exam, partner.view, partner.fat_pct)
    if not partner.data:
        connection.execute("DELETE FROM partners WHERE exam = ? AND view = ? AND fat_pct = ?", key)
        return
    seal = chain.mark(_name(partner), partner.data)
    connection.execute(
        "INSERT OR REPLACE INTO partners VALUES (?, ?, ?, ?, ?, ?)",
        (*key, partner.number, partner.data, seal),
    )


def read_partners(connection: Connection, chain: Chain) -> tuple[list[Partner], int]:
    """Those that are as they were written, in that order, and how many are not."""
    found, damaged = [], 0
    query = "SELECT exam, view, fat_pct, number, data, seal FROM partners ORDER BY exam, number"
    for *fields, seal in connection.execute(query):
        partner = Partner(*fields)
        if chain.holds(_name(partner), partner.data, seal):
            found.append(partner)
        else:
            damaged += 1
    return found, damaged


def _name(partner: Partner) -> str:
    return f"partner {partner.exam} {partner.view} {partner.fat_pct!r} {partner.number}"
