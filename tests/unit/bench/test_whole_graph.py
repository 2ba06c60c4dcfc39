"""Other engines get the network without bands, and it says the same."""

from pathlib import Path

import numpy as np
import onnx
import pytest

from bench.float_input import float_input
from bench.whole_graph import whole_graph
from edge.contract.bundle import Bundle, builtin_path, read_bundle
from edge.runner_sessions import open_session
from tests.bundles import make_bundle


@pytest.fixture(scope="module")
def builtin() -> Bundle:
    return read_bundle(builtin_path())


def test_it_takes_one_frame_and_says_what_the_bundles_own_says(builtin: Bundle) -> None:
    window = np.random.default_rng(1).integers(0, 256, (1, 360, 360, 1), np.uint8)
    whole, own = whole_graph(builtin, "HR", "fp32"), builtin.model("HR", "fp32")
    said = [open_session(one, "cpu").run(["fat_pct"], {"frame": window})[0] for one in (whole, own)]

    assert [side.dim_value for side in shape(whole).dim] == [1, 360, 360, 1]
    assert shape(builtin.files["HR.fp32.batch.onnx"]).dim[0].dim_param == "batch"
    np.testing.assert_allclose(said[0], said[1], atol=1e-4)
    assert onnx.load_model_from_string(float_input(whole)).graph.input[0].name == "frame"


def test_where_there_is_none_it_is_the_bundles_own(builtin: Bundle, tmp_path: Path) -> None:
    small = read_bundle(make_bundle(tmp_path / "bundle"))

    assert whole_graph(small, "AR", "fp32") == small.model("AR", "fp32")
    assert whole_graph(builtin, "AR", "int8") == builtin.model("AR", "int8")


def shape(model: bytes) -> onnx.TensorShapeProto:
    return onnx.load_model_from_string(model).graph.input[0].type.tensor_type.shape
