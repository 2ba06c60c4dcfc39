"""The order in which errors must stand if the figures are to be believed."""

from collections.abc import Mapping
from itertools import pairwise

from train.study.baselines import MEAN, ORACLE, RIDGE
from train.study.estimates import CNN

EXPECTED = (MEAN, RIDGE, CNN, ORACLE)
"""From the largest RMSE to the smallest. A network below the oracle would know more than the images
hold; one above the ridge has learned less than five numbers say."""


def violations(rmse: Mapping[str, float]) -> list[str]:
    """Neighbours of the expected order that stand the wrong way round; methods may be missing."""
    present = [method for method in EXPECTED if method in rmse]
    return [
        f"{worse} {rmse[worse]:.2f} is not above {better} {rmse[better]:.2f}"
        for worse, better in pairwise(present)
        if not rmse[worse] > rmse[better]
    ]


def order_sentence(found: Mapping[str, list[str]]) -> str:
    """Whether errors stand in the order that they must have."""
    expected = "Expected of believable figures: RMSE of mean > ridge > CNN > oracle."
    broken = [f"{model}: {'; '.join(told)}" for model, told in found.items() if told]
    if not broken:
        return f"{expected} It holds for all three models."
    return f"{expected} VIOLATED. {'. '.join(broken)}. Know why before relying on these figures."
