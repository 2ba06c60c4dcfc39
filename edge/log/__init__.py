"""The log: one line a second of each kind, and nothing in it of what a peer sent."""

from edge.log.limit import OncePerSecond
from edge.log.output import LogFileError, LogFormat, set_up

__all__ = ["LogFileError", "LogFormat", "OncePerSecond", "set_up"]
