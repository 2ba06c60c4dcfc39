"""What each rewrite gains: a run's network in every step from the plain conversion to 8 bits."""

from edge.contract.grading import View
from edge.runner_sessions import Session, open_session
from export.convert import convert, load
from export.quantise import frame_inputs, quantiser
from export.rendering import calibration_frames
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
    pooled = fold_pooling(folded)
    graphs = {PLAIN: plain, "normalisation folded": folded}
    if pooled is not folded:
        graphs["normalisation and pooling folded"] = pooled
    with steps.step("quantising", 2) as done:
        for name, graph in (("int8", pooled), ("int8, pooling not folded", folded)):
            if name == "int8" or pooled is not folded:
                with quantiser(graph, frame_inputs(frames)) as made:
                    graphs[name] = made.quantise("minmax", [])
            done()
    if (wide := side_by_side(graphs["int8"])) is not graphs["int8"]:
        graphs["int8, two columns at once"] = wide
    sessions: dict[str, Session] = {
        name: open_session(graph.SerializeToString(), "cpu") for name, graph in graphs.items()
    }
    with steps.step("timing in turns", rounds) as done:
        return race(sessions, frames[0], rounds, done)
