"""Peers as contenders: their files, and how they are started."""

from collections.abc import Sequence
from pathlib import Path

from bench.case import Case
from bench.contender import Contender, Wiring
from bench.errors import BenchError, MissingError
from bench.float_input import float_input
from bench.peers import Peer
from bench.rig import Rig
from bench.whole_graph import whole_graph
from edge.contract.bundle import Bundle
from edge.contract.variant import Precision

MODEL, FLOAT_MODEL, KERAS, SIZE = "model.onnx", "float.onnx", "model.keras", "size"


def write_models(
    folder: Path,
    bundle: Bundle,
    case: Case,
    run_folder: Path | None,
    precision: Precision = "fp32",
) -> None:
    """Write what peers read: the view's network, it with floats, and the training run's own.

    The one with floats for bytes, always fp32, is for OpenVINO, which gains nothing by bands.

    Args:
        folder: made, where it is not there.
        bundle: has the networks.
        case: says of which view.
        run_folder: of `train fit`; None: there is none to read.
        precision: of the first network.
    """
    folder.mkdir(exist_ok=True)
    (folder / MODEL).write_bytes(bundle.model(case.view, precision))
    (folder / FLOAT_MODEL).write_bytes(float_input(whole_graph(bundle, case.view, "fp32")))
    (folder / SIZE).write_text(str(bundle.manifest.crop.size))
    if run_folder is not None:
        (folder / KERAS).symlink_to((run_folder / f"{case.view}.keras").resolve())


def peer_contender(peer: Peer, folder: Path, python: str, *, pinned: bool = True) -> Contender:
    """A peer of one interpreter. `folder`: of `write_models`. `pinned`: to one core."""

    def command(wiring: Wiring) -> list[str]:
        words = [python, "-m", "bench.peers", peer.module]
        words += ["--frames", wiring.frames[0], "--bind", wiring.bind]
        words += ["--model", str(folder / MODEL), "--float-model", str(folder / FLOAT_MODEL)]
        words += ["--size", (folder / SIZE).read_text()]
        return words + (["--keras", str(folder / KERAS)] if (folder / KERAS).exists() else [])

    contender = Contender(peer.name, command)
    return contender.on_one_core() if pinned else contender


def usable(case: Case, peer: Peer, folder: Path, pythons: Sequence[str]) -> Contender | str:
    """The peer in the first interpreter in which it starts, or why it does not."""
    if peer.needs_run and not (folder / KERAS).exists():
        return "missing: give --run DIR, the training run of the bundle"
    why = "missing"
    for python in pythons:
        contender = peer_contender(peer, folder, python)
        try:
            with Rig(case, [contender], lambda _: None) as rig:
                rig.burst(0, 3)
        except MissingError as error:
            why = f"missing: {error}; {peer.get}, here or where --python says"
        except BenchError as error:
            return f"failed: {error}"
        else:
            return contender
    return why
