"""A set of outliers: every kind in turn, the same for the same seed."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from edge.contract.crop import CropSpec
from train.outliers import patterns, scenes
from train.outliers.turned import turned

Gray = NDArray[np.uint8]

PATTERNS: dict[str, Callable[[int, np.random.Generator], Gray]] = {
    "noise": patterns.noise,
    "grating": patterns.grating,
    "gradient": patterns.gradient,
    "screen": patterns.screen,
    "shapes": patterns.shapes,
    "dark": patterns.dark,
}
SCENES: dict[str, Callable[[CropSpec, np.random.Generator], Gray]] = {
    "phantom": scenes.phantom,
    "organs": scenes.organs,
    "heart": scenes.heart,
}
TURNED = "turned"
KINDS = (*PATTERNS, *SCENES, TURNED)


def draw_outlier(
    kind: str, spec: CropSpec, livers: Sequence[Gray], rng: np.random.Generator
) -> Gray:
    """One window (size, size) uint8 of that kind; `livers`: windows to choose one to turn from.

    KeyError for a kind that is not in KINDS.
    """
    if kind == TURNED:
        return turned(livers[int(rng.integers(len(livers)))], rng)
    if kind in PATTERNS:
        return PATTERNS[kind](spec.size, rng)
    return SCENES[kind](spec, rng)


def draw_outliers(
    count: int, spec: CropSpec, livers: Sequence[Gray], seed: int
) -> Iterator[tuple[str, Gray]]:
    """`count` windows with their kinds, in turn; each depends on seed and number alone."""
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        yield kind, draw_outlier(kind, spec, livers, np.random.default_rng([seed, number]))
