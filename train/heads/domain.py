"""How far a frame's features lie from those of the frames that a network knows.

Features are averaged over 3 x 3 parts of the last feature map (where something is seen matters as
much as that it is seen), then their square roots are taken, as rectified activations are skewed.
On virtual livers these are described by their main axes; a frame's score is its mean squared
distance along them in units of its variance (Mahalanobis), plus what lies beside all axes in units
of what usually does. Both are about 1 for known frames.
Source of the two parts: Moghaddam and Pentland 1997, IEEE PAMI 19, "distance in and from feature
space".
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

CELLS = 3
"""Parts of the feature map each way."""
AXES = 64
LEAST_SPREAD = 0.02
"""Of the largest spread: a feature that hardly varies would else weigh without bound."""


@dataclass(frozen=True)
class DomainHead:
    """Everything that turns features (n, side x side x channels) into scores (n,).

    pooling: (9, side x side), each row the weights of a part. mean, scale: (9 x channels,).
    axes: (9 x channels, k), orthonormal. variance: (k,). beside: mean square beside the axes.
    """

    pooling: Floats
    mean: Floats
    scale: Floats
    axes: Floats
    variance: Floats
    beside: float

    def scores(self, features: Floats) -> Floats:
        """Score of each row of features, float32 (n,)."""
        spread = (pooled(features, self.pooling) - self.mean) / self.scale
        along = spread @ self.axes
        within = (along**2 / self.variance).mean(axis=1)
        rest = ((spread**2).sum(axis=1) - (along**2).sum(axis=1)) / np.float32(self.beside)
        return np.asarray(within + rest, np.float32)


def fit_domain(features: Floats, side: int) -> DomainHead:
    """Describe features (n, side x side x channels) of known frames; n far above `AXES`, better."""
    pooling = parts(side)
    known = pooled(features, pooling).astype(np.float64)
    mean, scale = known.mean(axis=0), known.std(axis=0)
    scale = np.maximum(scale, LEAST_SPREAD * scale.max())
    spread = (known - mean) / scale
    variance, axes = np.linalg.eigh(spread.T @ spread / len(spread))
    kept = min(AXES, len(spread) // 4, spread.shape[1] // 2)
    return DomainHead(
        pooling=pooling,
        mean=mean.astype(np.float32),
        scale=scale.astype(np.float32),
        axes=np.ascontiguousarray(axes[:, -kept:], np.float32),
        variance=variance[-kept:].astype(np.float32),
        beside=float(variance[:-kept].sum()),
    )


def pooled(features: Floats, pooling: Floats) -> Floats:
    """Square roots of the averages over the parts, (n, 9 x channels)."""
    cells = pooling.shape[1]
    maps = features.reshape(len(features), cells, -1)
    means = np.einsum("pc,nck->npk", pooling, maps, optimize=True)
    return np.asarray(np.sqrt(np.maximum(means, 0)).reshape(len(features), -1), np.float32)


def parts(side: int) -> Floats:
    """Weights (9, side x side) of 3 x 3 equal parts of a map; pixels on a border count in both."""
    edges = np.linspace(0, side, CELLS + 1)
    pixel = np.arange(side)
    low, high = edges[:-1, np.newaxis], edges[1:, np.newaxis]
    share = np.clip(np.minimum(pixel + 1, high) - np.maximum(pixel, low), 0, None)
    share /= share.sum(axis=1, keepdims=True)
    return np.asarray(np.kron(share, share), np.float32)
