"""What each rewrite gains: a run's network in every step from the plain conversion to 8 bits."""

import onnx

from edge.contract.grading import View
from edge.runner_sessions import Session, open_session
from export.convert import convert, load
from export.networks import for_cpu
from export.quantise import Quantiser, frame_inputs, quantiser
from export.rendering import calibration_frames
from export.rewrite.blocks import in_blocks
from export.rewrite.columns import side_by_side
from export.rewrite.names import name_layers
from export.rewrite.normalisation import fold_normalisation
from export.rewrite.pooling import fold_pooling
from export.run_folder import RunFolder
from export.steps import Steps
from export.timing import Timing, race
from export.virtual_frames import of_view

FRAMES = 16
"""Pairs to calibrate on: how fast an 8-bit network is does not depend on its ranges."""

PLAIN = "as tf2onnx gives it"


def time_steps(run: RunFolder, view: View, rounds: int, steps: Steps) -> dict[str, Timing]:
    """Times of one inference of one view after each step, ms, all taken in turns.

    A step that does not apply to the run's architecture is left out.

    Raises:
        ConversionError: the Keras file is not one of this project's.
    """
    frames = of_view(calibration_frames(run, FRAMES, steps), view)
    with steps.step("converting"):
        plain = convert(load(run.keras_files[view]))
    folded = name_layers(fold_normalisation(plain))
    graphs = {PLAIN: plain, "normalisation folded": folded}
    if (pooled := fold_pooling(folded)) is not folded:
        graphs["normalisation and pooling folded"] = pooled
    with steps.step("quantising"), quantiser(folded, frame_inputs(frames)) as made:
        graphs |= _in_8_bits(made)
    sessions: dict[str, Session] = {
        name: open_session(graph.SerializeToString(), "cpu") for name, graph in graphs.items()
    }
    with steps.step("timing in turns", rounds) as done:
        return race(sessions, frames[0], rounds, done)


def _in_8_bits(made: Quantiser) -> dict[str, onnx.ModelProto]:
    """All layers in 8 bits, and what is gained by each rewrite of them."""
    quantised = made.quantise("minmax", [])
    graphs = {"int8": quantised}
    if (blocks := in_blocks(quantised)) is not quantised:
        kept = made.quantise("minmax", made.layers[:1])
        graphs["int8, first layer in fp32"] = for_cpu(kept)
        graphs["int8, first layer in blocks"] = blocks
    if (wide := side_by_side(blocks)) is not blocks:
        graphs["int8, two columns at once as well"] = wide
    return graphs
