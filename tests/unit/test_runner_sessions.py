"""A session whose memory is bound does what an unbound one does; the CPU can show that."""

from pathlib import Path

import numpy as np

from edge.contract.bundle import read_bundle
from edge.runner_sessions import BoundSession, import_runtime, open_session


def test_bound_memory_gives_the_same_and_what_was_given_stays(tiny_bundle: Path) -> None:
    model = read_bundle(tiny_bundle).model("AR")
    plain = open_session(model, "cpu")
    bound = BoundSession(import_runtime(), plain, "cpu")
    frames = np.random.default_rng(1).integers(0, 256, (2, 1, 360, 360, 1), np.uint8)
    names = ["fat_pct", "features"]

    found = [bound.run(names, {"frame": frame}) for frame in frames]

    for frame, outputs in zip(frames, found, strict=True):
        for wanted, output in zip(plain.run(names, {"frame": frame}), outputs, strict=True):
            np.testing.assert_array_equal(output, wanted)
    assert not np.array_equal(found[0][0], found[1][0])
