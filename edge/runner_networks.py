"""A bundle's networks in one precision on one provider, proven on the golden frames."""

import io
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.contract.bundle import Bundle
from edge.contract.crop import Gray
from edge.contract.grading import PAIR, VIEWS, View
from edge.contract.variant import Precision
from edge.deadline import Deadline, RunError
from edge.runner_sessions import Session, open_session, run_errors

Features = NDArray[np.float32]

NO_FEATURES: Features = np.zeros((1, 0), np.float32)

WARM_UP = 3


class Inference(NamedTuple):
    """What a single-view network says of one frame.

    fat_pct: H-MRS %. features: its trunk's, float32 (1, n), n = 0 where the bundle has no network
    for both views, which alone needs them. view_logit: float32 (1, 3); domain: see
    `edge.contract.heads`; None where the bundle has no heads.
    """

    fat_pct: float
    features: Features
    view_logit: NDArray[np.float32] | None = None
    domain: float | None = None


class ModelError(RuntimeError):
    """A bundle whose networks do not fit their contract or miss their golden outputs."""


class Networks:
    """Opened, but proven only after `check`.

    Attributes:
        views: those that there is a network for.
        pairs: whether there is one for both views together.
        deadline: of one inference; None, as at first, sets none.
    """

    def __init__(
        self,
        bundle: Bundle,
        provider: str,
        precision: Precision,
        threads: int = 1,
        engines: Path | None = None,
    ) -> None:
        """Open a session for each network.

        Raises:
            ProviderError: a network cannot be loaded on the provider.
        """
        self.provider = provider
        self.precision = precision
        self.deadline: Deadline | None = None
        self._errors = run_errors()
        self.views: tuple[View, ...] = tuple(v for v in VIEWS if v in bundle.manifest.models)
        self.pairs = PAIR in bundle.manifest.models
        self._outputs = ["fat_pct"]
        self._outputs += ["features"] if self.pairs else []
        self._outputs += ["view_logit", "domain"] if bundle.manifest.heads else []
        self._bundle = bundle
        self._sessions: dict[str, Session] = {
            model: open_session(
                bundle.model(model, precision),
                provider,
                threads=threads,
                precision=precision,
                engines=engines,
            )
            for model in bundle.manifest.models
        }

    def infer(self, view: View, window: Gray) -> Inference:
        """Read one window, (size, size) uint8, as the bundle's crop cuts it.

        Raises:
            RunError: the network failed on it; OverdueError: it took too long.
        """
        frame = window[np.newaxis, :, :, np.newaxis]
        outputs = self._run(view, self._outputs, {"frame": frame})
        said = dict(zip(self._outputs, outputs, strict=True))
        return Inference(
            float(said["fat_pct"][0, 0]),
            said.get("features", NO_FEATURES),
            said.get("view_logit"),
            float(said["domain"][0, 0]) if "domain" in said else None,
        )

    def infer_pair(self, ar_features: Features, hr_features: Features) -> float:
        """Estimate of an AR and an HR frame together, H-MRS %, from their features.

        Raises:
            RunError: as `infer`.
        """
        inputs = {"ar_features": ar_features, "hr_features": hr_features}
        return float(self._run(PAIR, ["fat_pct"], inputs)[0][0, 0])

    def check(self) -> None:
        """Compare with the contract and the golden outputs, which also warms up.

        Raises:
            ModelError: a network does not fit, or an output is off.
        """
        for model, session in self._sessions.items():
            _check_contract(model, session, self._bundle.manifest.crop.size, set(self._outputs))
        frames, expected = self._golden()
        for _ in range(WARM_UP):
            found = self._all(frames)
        tolerance_pct = self._bundle.manifest.variants[self.precision].golden_tolerance_pct
        for model, estimates in found.items():
            _compare(f"{model} ({self.precision})", estimates, expected[model], tolerance_pct)

    def _run(
        self, model: str, outputs: list[str], inputs: dict[str, NDArray[Any]]
    ) -> list[NDArray[Any]]:
        session = self._sessions[model]
        try:
            if self.deadline is None:
                return session.run(outputs, inputs)
            with self.deadline as options:
                return session.run(outputs, inputs, options)
        except RunError:
            raise
        except self._errors as error:
            raise RunError(f"{self.provider}: {type(error).__name__}: {error}") from error

    def _golden(self) -> tuple[dict[View, NDArray[Any]], dict[str, NDArray[Any]]]:
        """Golden frames, uint8 (n, size, size), by view, and outputs (n,) by model."""
        name = self._bundle.manifest.golden
        try:
            with np.load(io.BytesIO(self._bundle.golden), allow_pickle=False) as golden:
                frames = {view: golden[f"{view.lower()}_frames"] for view in self.views}
                return frames, {
                    model: _expected(golden, model, self.precision) for model in self._sessions
                }
        except (KeyError, ValueError) as error:
            raise ModelError(f"{name}: {error}; pack the bundle anew") from error

    def _all(self, frames: dict[View, NDArray[Any]]) -> dict[str, list[float]]:
        """Estimates of each view's frames, and of them in pairs, by model."""
        results = {view: [self.infer(view, frame) for frame in frames[view]] for view in self.views}
        found = {str(view): [said.fat_pct for said in results[view]] for view in self.views}
        if self.pairs:
            pairs = zip(results["AR"], results["HR"], strict=True)
            found[PAIR] = [self.infer_pair(ar.features, hr.features) for ar, hr in pairs]
        return found


def _expected(golden: Any, model: str, precision: Precision) -> NDArray[Any]:
    """Golden outputs (n,): the precision's own, or else the trained networks'."""
    name = f"{'pair' if model == PAIR else model.lower()}_fat_pct"
    own = f"{precision}_{name}"
    return np.asarray(golden[own] if own in golden else golden[name])


def _check_contract(model: str, session: Session, size: int, wanted: set[str]) -> None:
    """Names, types and shapes are those that the manifest promises."""
    inputs = {node.name: (node.type, node.shape) for node in session.get_inputs()}
    outputs = {node.name for node in session.get_outputs()}
    if model == PAIR:
        fits = inputs.keys() == {"ar_features", "hr_features"} and outputs == {"fat_pct"}
    else:
        fits = inputs == {"frame": ("tensor(uint8)", [1, size, size, 1])}
        fits = fits and outputs >= wanted
    if not fits:
        raise ModelError(
            f"the {model} network takes {inputs} and gives {sorted(outputs)}, which is not the "
            "contract of docs/bundle.md"
        )


def _compare(name: str, found: list[float], expected: NDArray[Any], tolerance_pct: float) -> None:
    worst = float(np.max(np.abs(np.asarray(found) - expected.ravel())))
    # Written so that NaN fails too.
    if not worst <= tolerance_pct:
        raise ModelError(
            f"the {name} network is off by {worst:.4f} percentage points on its golden frames "
            f"({tolerance_pct} allowed); this provider or processor does not run it rightly"
        )
