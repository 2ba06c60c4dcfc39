"""What the network said: is it a percentage?"""

import math

from edge.gate.limits import UNDERSHOOT_PCT
from edge.gate.reasons import Reason
from edge.histogram import TOP_PCT


def after_inference(fat_pct: float) -> Reason | None:
    """Reason not to count this estimate, or None."""
    if not math.isfinite(fat_pct):
        return "output_not_finite"
    if not UNDERSHOOT_PCT <= fat_pct <= TOP_PCT:
        return "output_out_of_range"
    return None
