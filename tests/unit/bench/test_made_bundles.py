import numpy as np
import onnx

from bench.float_input import float_input
from bench.made_bundles import null_bundle, paper_bundle
from bench.whole_graph import whole_graph
from edge.contract.bundle import builtin_path, read_bundle
from edge.runner import Runner
from edge.runner_sessions import open_session


def frames(count: int = 3) -> np.ndarray:
    return np.random.default_rng(5).integers(0, 255, (count, 360, 360), np.uint8)


def test_the_null_network_says_five_whatever_it_sees(tmp_path):
    runner = Runner(read_bundle(null_bundle(tmp_path / "null")), "cpu")
    assert [runner.infer("AR", frame).fat_pct for frame in frames()] == [5.0] * 3


def test_the_papers_network_at_random_tells_frames_apart_and_stays_finite(tmp_path):
    runner = Runner(read_bundle(paper_bundle(tmp_path / "paper")), "cpu")
    bright = np.full((360, 360), 200, np.uint8)
    said = [runner.infer("AR", frame).fat_pct for frame in (*frames(2), bright)]
    assert np.all(np.isfinite(said))
    assert len(set(said)) == 3


def test_the_papers_network_in_bands_says_what_the_whole_one_does(tmp_path):
    bundle = read_bundle(paper_bundle(tmp_path / "paper"))
    banded, whole = bundle.model("AR"), whole_graph(bundle, "AR", "fp32")
    kinds = [node.op_type for node in onnx.load_model_from_string(banded).graph.node]
    assert kinds.count("Max") > 1, "in bands"
    in_bands, in_one = open_session(banded, "cpu"), open_session(whole, "cpu")
    for frame in frames():
        given = {"frame": frame[None, ..., None]}
        found, expected = (each.run(["fat_pct"], given)[0].item() for each in (in_bands, in_one))
        assert abs(found - expected) < 1e-4


def test_the_network_for_floats_says_what_the_one_for_bytes_does():
    model = read_bundle(builtin_path()).model("AR")
    of_bytes, of_floats = open_session(model, "cpu"), open_session(float_input(model), "cpu")
    assert [node.type for node in of_floats.get_inputs()] == ["tensor(float)"]
    for frame in frames():
        given = frame[None, ..., None]
        expected = of_bytes.run(["fat_pct"], {"frame": given})[0]
        found = of_floats.run(["fat_pct"], {"frame": given.astype(np.float32)})[0]
        assert found.item() == expected.item()
