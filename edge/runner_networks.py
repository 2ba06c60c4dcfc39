"""A bundle's three networks in one precision on one provider, proven on the golden frames."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.contract.bundle import Bundle
from edge.contract.crop import Gray
from edge.contract.grading import PAIR, VIEWS, View
from edge.contract.variant import Precision
from edge.runner_sessions import Session, open_session

Features = NDArray[np.float32]

WARM_UP = 3


class ModelError(RuntimeError):
    """A bundle whose networks do not fit their contract or miss their golden outputs."""


class Networks:
    """Opened, but proven only after `check`."""

    def __init__(
        self,
        bundle: Bundle,
        provider: str,
        precision: Precision,
        threads: int = 1,
        engines: Path | None = None,
    ) -> None:
        """Open the three sessions.

        Raises:
            ProviderError: a network cannot be loaded on the provider.
        """
        self.provider = provider
        self.precision = precision
        self._bundle = bundle
        self._sessions: dict[str, Session] = {
            model: open_session(
                bundle.model(model, precision),
                provider,
                threads=threads,
                precision=precision,
                engines=engines,
            )
            for model in (*VIEWS, PAIR)
        }

    def infer(self, view: View, window: Gray) -> tuple[float, Features]:
        """Estimate of one window, H-MRS %, and its trunk's features, float32 (1, n).

        `window`: (size, size) uint8, as the bundle's crop cuts it.
        """
        frame = window[np.newaxis, :, :, np.newaxis]
        fat_pct, features = self._sessions[view].run(["fat_pct", "features"], {"frame": frame})
        return float(fat_pct[0, 0]), features

    def infer_pair(self, ar_features: Features, hr_features: Features) -> float:
        """Estimate of an AR and an HR frame together, H-MRS %, from their features."""
        inputs = {"ar_features": ar_features, "hr_features": hr_features}
        return float(self._sessions[PAIR].run(["fat_pct"], inputs)[0][0, 0])

    def check(self) -> None:
        """Compare with the contract and the golden outputs, which also warms up.

        Raises:
            ModelError: a network does not fit, or an output is off.
        """
        for model, session in self._sessions.items():
            _check_contract(model, session, self._bundle.manifest.crop.size)
        with np.load(io.BytesIO(self._bundle.golden), allow_pickle=False) as golden:
            frames = {view: golden[f"{view.lower()}_frames"] for view in VIEWS}
            expected = {model: _expected(golden, model, self.precision) for model in (*VIEWS, PAIR)}
        for _ in range(WARM_UP):
            found = self._all(frames["AR"], frames["HR"])
        tolerance_pct = self._bundle.manifest.variants[self.precision].golden_tolerance_pct
        for model, estimates in found.items():
            _compare(f"{model} ({self.precision})", estimates, expected[model], tolerance_pct)

    def _all(self, ar_frames: NDArray[Any], hr_frames: NDArray[Any]) -> dict[str, list[float]]:
        """Estimates of pairs of frames, by model."""
        ar = [self.infer("AR", frame) for frame in ar_frames]
        hr = [self.infer("HR", frame) for frame in hr_frames]
        pairs = zip(ar, hr, strict=True)
        return {
            "AR": [fat for fat, _ in ar],
            "HR": [fat for fat, _ in hr],
            PAIR: [self.infer_pair(one[1], other[1]) for one, other in pairs],
        }


def _expected(golden: Any, model: str, precision: Precision) -> NDArray[Any]:
    """Golden outputs (n,): the precision's own, or else the trained networks'."""
    name = f"{'pair' if model == PAIR else model.lower()}_fat_pct"
    own = f"{precision}_{name}"
    return np.asarray(golden[own] if own in golden else golden[name])


def _check_contract(model: str, session: Session, size: int) -> None:
    """Names, types and shapes are those that the manifest promises."""
    inputs = {node.name: (node.type, node.shape) for node in session.get_inputs()}
    outputs = {node.name for node in session.get_outputs()}
    if model == PAIR:
        fits = inputs.keys() == {"ar_features", "hr_features"} and outputs == {"fat_pct"}
    else:
        fits = inputs == {"frame": ("tensor(uint8)", [1, size, size, 1])}
        fits = fits and outputs == {"fat_pct", "features"}
    if not fits:
        raise ModelError(
            f"the {model} network takes {inputs} and gives {sorted(outputs)}, which is not the "
            "contract of docs/protocol.md"
        )


def _compare(name: str, found: list[float], expected: NDArray[Any], tolerance_pct: float) -> None:
    worst = float(np.max(np.abs(np.asarray(found) - expected.ravel())))
    # Written so that NaN fails too.
    if not worst <= tolerance_pct:
        raise ModelError(
            f"the {name} network is off by {worst:.4f} percentage points on its golden frames "
            f"({tolerance_pct} allowed); this provider or processor does not run it rightly"
        )
