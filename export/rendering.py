"""The frames that a run's models are calibrated and compared on, rendered with progress."""

from edge.contract.variant import VirtualFrames
from export.run_folder import RunFolder
from export.steps import Steps
from export.virtual_frames import CALIBRATION_SEED, PARITY_SEED, Pairs, render, subjects, wanted


def calibration_frames(run: RunFolder, pairs: int, steps: Steps) -> Pairs:
    """Pairs to calibrate int8 on, at least so many, cut as the run's models want them."""
    return _render(run, wanted(CALIBRATION_SEED, pairs), "calibrate", steps)


def parity_frames(run: RunFolder, pairs: int, steps: Steps) -> Pairs:
    """Pairs to compare with Keras on, of other subjects than those calibrated on."""
    return _render(run, wanted(PARITY_SEED, pairs), "compare", steps)


def _render(run: RunFolder, asked: VirtualFrames, purpose: str, steps: Steps) -> Pairs:
    name = f"rendering virtual subjects to {purpose} on"
    with steps.step(name, len(subjects(asked))) as done:
        return render(asked, run.crop, done)
