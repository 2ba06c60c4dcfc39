"""Is this frame fit to be read, and is what the network said fit to be counted? Reason codes."""

from edge.gate.ahead import Ahead, look_ahead
from edge.gate.gate import Gate, flags, flags_of, is_sure
from edge.gate.output import after_inference
from edge.gate.reasons import FLAGS, REASONS, Flag, Reason
from edge.gate.setup import Change, Setup, SetupWatch, network_of

__all__ = [
    "FLAGS",
    "REASONS",
    "Ahead",
    "Change",
    "Flag",
    "Gate",
    "Reason",
    "Setup",
    "SetupWatch",
    "after_inference",
    "flags",
    "flags_of",
    "is_sure",
    "look_ahead",
    "network_of",
]
