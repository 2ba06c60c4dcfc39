"""The networks are the paper's, layer by layer."""

import numpy as np
import pytest

from edge.contract.grading import VIEWS

keras = pytest.importorskip("keras")
models = pytest.importorskip("train.models")

pytestmark = pytest.mark.slow

FRAMES = np.random.default_rng(0).integers(0, 256, (2, 360, 360, 1), np.uint8)


def test_the_single_view_network_has_the_papers_layers() -> None:
    model = models.single_view("AR")
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds[:2] == ["InputLayer", "BatchNormalization"]
    assert kinds[2:12] == ["Conv2D", "MaxPooling2D"] * 5
    assert kinds[12:] == ["Flatten", "Dense", "Dense"]
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert [layer.filters for layer in convolutions] == [8, 16, 32, 64, 128]
    assert {layer.kernel_size for layer in convolutions} == {(3, 3)}
    assert {layer.padding for layer in convolutions} == {"same"}
    assert model.get_layer("features").output.shape == (None, 11 * 11 * 128)
    assert model.layers[-2].units == 64
    assert model.layers[-1].activation is keras.activations.linear


def test_the_strided_network_halves_the_frame_and_never_pools_again() -> None:
    model = models.single_view("AR", architecture="strided")
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == [
        "InputLayer",
        "AveragePooling2D",
        "BatchNormalization",
        *["Conv2D"] * 5,
        "Flatten",
        "Dense",
        "Dense",
    ]
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert {layer.strides for layer in convolutions} == {(2, 2)}
    assert model.get_layer("features").output.shape == (None, 6 * 6 * 128)


def test_the_halved_network_is_the_papers_on_averaged_frames() -> None:
    paper, halved = models.single_view("AR"), models.single_view("AR", architecture="halved")
    kinds = [[type(layer).__name__ for layer in model.layers] for model in (paper, halved)]
    assert kinds[1] == [kinds[0][0], "AveragePooling2D", *kinds[0][1:]]
    assert halved.get_layer("features").output.shape == (None, 5 * 5 * 128)


def test_the_residual_network_is_the_strided_one_with_convolutions_added_late() -> None:
    plain, deeper = (
        models.single_view("AR", architecture=name) for name in ("strided", "residual")
    )
    added = {f"{kind}{stage}" for kind in ("add", "deeper") for stage in (3, 4, 5)}
    assert {layer.name for layer in deeper.layers} - {layer.name for layer in plain.layers} == added
    assert models.trunk(deeper).output_shape == models.trunk(plain).output_shape
    assert deeper.get_layer("deeper4").strides == (1, 1)


@pytest.mark.parametrize("architecture", ["paper", "halved", "strided", "residual"])
def test_a_network_is_kept_in_the_architecture_that_was_trained(architecture: str) -> None:
    trained = models.single_view("AR", architecture=architecture, dtype="mixed_bfloat16")
    kept = models.in_float32(trained)
    assert [type(layer) for layer in kept.layers] == [type(layer) for layer in trained.layers]


def test_the_learning_rate_stays_or_falls_along_a_cosine() -> None:
    from train.ready import LEARNING_RATE, ready

    top = models.tail(4)
    assert float(ready(top).optimizer.learning_rate) == pytest.approx(LEARNING_RATE)
    falling = ready(top, steps=100).optimizer._learning_rate
    rates = [float(falling(step)) for step in (0, 50, 100)]
    assert rates == pytest.approx([LEARNING_RATE, 0.505 * LEARNING_RATE, 0.01 * LEARNING_RATE])


def test_a_network_trained_in_bfloat16_is_kept_in_float32_with_its_weights() -> None:
    half = models.single_view("HR", dtype="mixed_bfloat16")
    plain = models.in_float32(half)
    assert {layer.compute_dtype for layer in plain.layers} == {"float32"}
    for kept, trained in zip(plain.get_weights(), half.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, trained)


def test_only_the_tail_of_the_two_branch_network_learns() -> None:
    ar, hr = models.single_view("AR"), models.single_view("HR")
    ar_trunk, hr_trunk = models.trunk(ar), models.trunk(hr)
    top = models.tail(ar_trunk.output_shape[-1])
    pair = models.two_branch(ar_trunk, hr_trunk, top)
    assert [w.path for w in pair.trainable_weights] == [w.path for w in top.trainable_weights]
    assert len(top.trainable_weights) == 6


def test_the_tail_begins_as_the_mean_of_both_networks() -> None:
    singles = {view: models.single_view(view, architecture="strided") for view in VIEWS}
    top = models.mean_tail(singles)
    features = [models.trunk(singles[view])(FRAMES, training=False) for view in VIEWS]
    each = [singles[view](FRAMES, training=False) for view in VIEWS]
    np.testing.assert_allclose(top(features), np.mean(each, axis=0), atol=1e-3)


def test_the_two_branch_network_reads_what_its_parts_read() -> None:
    ar_trunk = models.trunk(models.single_view("AR"))
    hr_trunk = models.trunk(models.single_view("HR"))
    top = models.tail(ar_trunk.output_shape[-1])
    whole = models.two_branch(ar_trunk, hr_trunk, top)([FRAMES, 255 - FRAMES], training=False)
    parts = top([ar_trunk(FRAMES, training=False), hr_trunk(255 - FRAMES, training=False)])
    np.testing.assert_allclose(whole, parts, atol=1e-3)
