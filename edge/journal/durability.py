"""How much a power cut may take: one table, read by the settings, the store and the tests."""

from typing import Literal

Durability = Literal["full", "normal", "off"]

SYNCHRONOUS: dict[str, str] = {"full": "FULL", "normal": "NORMAL"}
"""SQLite's `PRAGMA synchronous` behind each setting. In WAL mode FULL syncs the log at each commit;
NORMAL syncs at checkpoints only, so that a power cut may undo the last commits
(https://sqlite.org/pragma.html#pragma_synchronous). "off" keeps no journal at all."""
