"""Peers as contenders: their files, and how they are started."""

from pathlib import Path

from bench.case import Case
from bench.contender import Contender, Wiring
from bench.float_input import float_input
from bench.peers import Peer
from edge.contract.bundle import Bundle

MODEL, FLOAT_MODEL, KERAS, SIZE = "model.onnx", "float.onnx", "model.keras", "size"


def write_models(folder: Path, bundle: Bundle, case: Case, run_folder: Path | None) -> None:
    """Write what peers read: the view's network in fp32, twice, and the training run's own."""
    model = bundle.model(case.view)
    (folder / MODEL).write_bytes(model)
    (folder / FLOAT_MODEL).write_bytes(float_input(model))
    (folder / SIZE).write_text(str(bundle.manifest.crop.size))
    if run_folder is not None:
        (folder / KERAS).symlink_to((run_folder / f"{case.view}.keras").resolve())


def peer_contender(peer: Peer, folder: Path, python: str) -> Contender:
    """A peer of one interpreter, on one core; `folder`: of `write_models`."""

    def command(wiring: Wiring) -> list[str]:
        words = [python, "-m", "bench.peers", peer.module]
        words += ["--frames", wiring.frames[0], "--bind", wiring.bind]
        words += ["--model", str(folder / MODEL), "--float-model", str(folder / FLOAT_MODEL)]
        words += ["--size", (folder / SIZE).read_text()]
        return words + (["--keras", str(folder / KERAS)] if (folder / KERAS).exists() else [])

    return Contender(peer.name, command).on_one_core()
