"""Virtual livers in good contact pass the gate, however fat, in both views.

Not of the preset `varied`: beyond what any scanner does and not made to measure by. Its darkest
pictures, too dark to tell the liver from empty lines, are rejected as `no_contact`.
"""

import itertools
from collections import Counter

import pytest

from edge.contract.bundle import builtin_path, read_bundle
from edge.contract.grading import VIEWS
from edge.contract.messages import FrameHeader
from edge.fan.placing import Placing
from edge.gate import Gate
from edge.scanner.virtual import VirtualClip, draw_subject

MEASURED = ("single", "multi", "realistic")
FAT_PCT = (45.0, 1.0, 25.0, 5.0, 12.0)
MOST = 0.001
"""Share of good frames that may be rejected."""

SPEC = read_bundle(builtin_path()).manifest.crop
HEADER = FrameHeader(
    v=1,
    epoch=1,
    seq=0,
    capture_ns=0,
    exam="e",
    view="AR",
    width=640,
    height=480,
    format="gray8",
    spacing_mm=None,
)


def verdicts(subjects: int, frames: int) -> Counter[tuple[bool, str | None]]:
    """How often the gate said what, by whether contact was good.

    `subjects` of each preset and view; `frames` of each, evenly over the clip and the first ones
    where contact is poor; half of the subjects without known scale.
    """
    found: Counter[tuple[bool, str | None]] = Counter()
    for preset, view, number in itertools.product(MEASURED, VIEWS, range(subjects)):
        fat_pct = FAT_PCT[number % len(FAT_PCT)]
        clip = VirtualClip(draw_subject(preset, 7000 + number, fat_pct=fat_pct), view)
        contact = clip.motion.contact
        chosen = set(range(0, clip.count, max(1, clip.count // frames)))
        gate, placing = Gate(), Placing(SPEC)
        spacing_mm = clip.spacing_mm if number % 2 else None
        for frame in sorted(chosen | {n for n in range(0, clip.count, 3) if contact[n] < 1}):
            gray = clip.frame(frame)
            reason = gate.check(HEADER, placing.cut(gray, spacing_mm), "same")
            found[bool(contact[frame] == 1), reason] += 1
    return found


def assert_few_rejected(found: Counter[tuple[bool, str | None]]) -> None:
    good = {reason: count for (contact, reason), count in found.items() if contact}
    rejected = sum(count for reason, count in good.items() if reason)
    assert rejected <= MOST * sum(good.values()), good
    # Where contact is poor, nothing but that may be found fault with.
    assert {reason for contact, reason in found if not contact} <= {None, "no_contact", "black"}


def test_good_frames_pass() -> None:
    assert_few_rejected(verdicts(subjects=2, frames=4))


@pytest.mark.soak
def test_of_some_thousand_good_frames_at_most_one_in_a_thousand_is_rejected() -> None:
    found = verdicts(subjects=60, frames=12)

    assert sum(count for (contact, _), count in found.items() if contact) > 4000
    assert found[False, "no_contact"] > 100
    assert_few_rejected(found)


def test_the_count_would_tell_of_a_gate_that_is_too_strict() -> None:
    with pytest.raises(AssertionError):
        assert_few_rejected(Counter({(True, None): 990, (True, "no_contact"): 10}))
