"""The clock on the wall: whether it is right, and whether it has jumped."""

from edge.clock.sync import Sync, read_sync
from edge.clock.watch import STEP_S, ClockWatch

__all__ = ["STEP_S", "ClockWatch", "Sync", "read_sync"]
