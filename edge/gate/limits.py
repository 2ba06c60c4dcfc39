"""Where the gate draws its lines, and why there.

Measured on: virtual livers of every preset, 1-45 % fat, AR and HR, with and without known
scale; the 20 real stills and the real sweep that the slow tests use.
"""

from typing import NamedTuple


class Band(NamedTuple):
    """A share from 0 to 1 that is a fault from `enter` on, and stays one until it is below `leave`.

    Two lines instead of one, so that a frame that lies near them does not make the verdict flicker.
    """

    enter: float
    leave: float


LIT_GRAY = 16
"""A pixel above this is part of a picture. Empty screen is 0; a recompressed or captured black
has been seen up to about 10."""

UNLIT = Band(enter=0.99, leave=0.98)
"""Share of the whole frame that is not lit, for `black`. The darkest virtual frame leaves 94 %
unlit, a black screen with a line of text about 99 %."""

WHITE_GRAY = 250

WHITE = Band(enter=0.25, leave=0.15)
"""Share of the window at WHITE_GRAY or above, for `saturated`. Virtual frames have at most 0.3 %,
real stills 1.4 %; a quarter means that the level of the liver itself is lost."""

DEAD_GRAY = 25
"""Mean gray below which a column of the mid-field carries no echo: 54 dB below white where 60 dB
are shown."""

DEAD = Band(enter=0.30, leave=0.25)
"""Share of the mid-field's columns without echo, for `no_contact`. Where the probe does not touch,
nothing comes back along the whole line, whereas fat lets the middle of the picture be and takes
its depth. Virtual livers in good contact: at most 28 % at any fat; real stills 22 %; the real
sweep 33-39 % while contact is poor, then at most 24 %. Pictures so dark that the liver itself is
near DEAD_GRAY are taken for empty ones: a few in a hundred of the preset `varied`, which goes
beyond what scanners do."""

MIDFIELD_DOWN = (5 / 36, 15 / 36)
MIDFIELD_ACROSS = (1 / 4, 3 / 4)
"""Where the mid-field is, as shares of what the frame covers of the window: below the near field,
and the middle half, where a sector has tissue whatever its angle. A frame of shallow depth covers
only the middle of a window of fixed scale."""

FLAT = 0.2
"""Depth over width below which what is lit is the band at the face of a probe in the air, not a
picture beside the window: such bands have 0.07 to 0.15 in virtual frames, fans 0.36 and more."""

FROZEN_AFTER = 10
"""Identical frames after which a repeat is a freeze: a third of a second at 30 Hz. Capture cards
repeat a frame once or twice where rates do not match."""

CONFIRMED_AFTER = 5
"""Frames of another setup in a row that make it the exam's: one odd frame does not cost a reading.
"""

UNDERSHOOT_PCT = -5.0
"""A regression scatters around the truth, so a lean liver may come out a little below zero: read
as 0. Below this it is not scatter but a frame that the network does not know."""
