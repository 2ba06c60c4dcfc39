"""Runs a bundle's networks in ONNX Runtime, after proving that they do what the bundle says."""

import io
import logging
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.contract.bundle import Bundle
from edge.contract.crop import Gray
from edge.contract.grading import PAIR, VIEWS, View
from edge.contract.interval import IntervalTable
from edge.contract.messages import ModelInfo
from edge.contract.trust import UNSIGNED_FLAG
from edge.providers import ORT_NAMES, Provider, ProviderError, candidates

Features = NDArray[np.float32]
Intervals = dict[str, IntervalTable]

WARM_UP = 3

NO_FEATURES: Features = np.zeros((1, 0), np.float32)

log = logging.getLogger(__name__)


class ModelError(RuntimeError):
    """A bundle whose networks do not fit their contract or miss their golden outputs."""


class Runner:
    """The networks of a bundle on one provider, warm.

    Attributes:
        views: those that the bundle has a network for.
        pairs: whether it has one for both views together.
        provider: "cpu", "cuda" or "tensorrt": the one in use.
        info: what every message says of the model.
        intervals: table of the calibrated interval of each model that has one.
    """

    def __init__(self, bundle: Bundle, asked: Provider = "auto", threads: int = 1) -> None:
        """Load, check and warm up.

        Raises:
            ProviderError: the provider asked for cannot be had, or ONNX Runtime is not installed.
            ModelError: a network does not fit the contract or misses its golden outputs.
        """
        self.crop = bundle.manifest.crop
        self.views: tuple[View, ...] = tuple(v for v in VIEWS if v in bundle.manifest.models)
        self.pairs = PAIR in bundle.manifest.models
        self.intervals: Intervals = {
            str(name): table for name, table in bundle.manifest.intervals.items()
        }
        self.provider, self._sessions = _open_all(bundle, asked, threads)
        for model, session in self._sessions.items():
            _check_contract(model, session, self.crop.size, pairs=self.pairs)
        self.info = ModelInfo(
            name=bundle.manifest.name,
            version=bundle.manifest.version,
            sha256=bundle.sha256,
            provider=self.provider,
            precision=bundle.manifest.precision,
            flags=[UNSIGNED_FLAG] if bundle.origin == "unsigned" else [],
        )
        self._check_golden(bundle)

    def infer(self, view: View, window: Gray) -> tuple[float, Features]:
        """Estimate of one window, H-MRS %, and its trunk's features, float32 (1, n).

        n is 0 where the bundle has no network for both views, which alone needs them.
        `window`: (size, size) uint8, as the bundle's crop cuts it.
        """
        frame = window[np.newaxis, :, :, np.newaxis]
        names = ["fat_pct", "features"] if self.pairs else ["fat_pct"]
        fat_pct, *features = self._sessions[view].run(names, {"frame": frame})
        return float(fat_pct[0, 0]), features[0] if features else NO_FEATURES

    def infer_pair(self, ar_features: Features, hr_features: Features) -> float:
        """Estimate of an AR and an HR frame together, H-MRS %, from their features."""
        inputs = {"ar_features": ar_features, "hr_features": hr_features}
        return float(self._sessions[PAIR].run(["fat_pct"], inputs)[0][0, 0])

    def _check_golden(self, bundle: Bundle) -> None:
        """Run the golden frames, which also warms up; ModelError where an output is off."""
        frames, expected = self._golden(bundle)
        for _ in range(WARM_UP):
            results = {
                view: [self.infer(view, frame) for frame in frames[view]] for view in self.views
            }
        found = {str(view): [fat for fat, _ in results[view]] for view in self.views}
        if self.pairs:
            pairs = zip(results["AR"], results["HR"], strict=True)
            found[PAIR] = [self.infer_pair(ar[1], hr[1]) for ar, hr in pairs]
        for model, values in found.items():
            _compare(model, values, expected[model], bundle.manifest.golden_tolerance_pct)

    def _golden(self, bundle: Bundle) -> tuple[dict[View, NDArray[Any]], dict[str, NDArray[Any]]]:
        """Golden frames, uint8 (n, size, size), by view, and outputs (n,) by model."""
        names = {str(view): f"{view.lower()}_fat_pct" for view in self.views}
        names |= {PAIR: "pair_fat_pct"} if self.pairs else {}
        try:
            with np.load(io.BytesIO(bundle.golden), allow_pickle=False) as golden:
                frames = {view: golden[f"{view.lower()}_frames"] for view in self.views}
                return frames, {model: golden[name] for model, name in names.items()}
        except (KeyError, ValueError) as error:
            raise ModelError(f"{bundle.manifest.golden}: {error}; pack the bundle anew") from error


def _check_contract(model: str, session: Any, size: int, *, pairs: bool) -> None:
    """Names, types and shapes are those that the manifest promises."""
    inputs = {node.name: (node.type, node.shape) for node in session.get_inputs()}
    outputs = {node.name for node in session.get_outputs()}
    if model == PAIR:
        fits = inputs.keys() == {"ar_features", "hr_features"} and outputs == {"fat_pct"}
    else:
        fits = inputs == {"frame": ("tensor(uint8)", [1, size, size, 1])}
        fits = fits and outputs >= ({"fat_pct", "features"} if pairs else {"fat_pct"})
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


def _open_all(bundle: Bundle, asked: Provider, threads: int) -> tuple[str, dict[str, Any]]:
    """Sessions by model on the first provider that can be had."""
    ort = _import_runtime()
    failure: Exception | None = None
    for name in candidates(asked, ort.get_available_providers()):
        try:
            return name, {
                model: _open(ort, bundle.model(model), name, threads)
                for model in bundle.manifest.models
            }
        except ProviderError as error:
            failure = error
            if asked == "auto":
                log.warning("provider %s cannot be had, trying the next: %s", name, error)
    raise ProviderError(f"provider {asked!r} cannot be had: {failure}")


def _import_runtime() -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise ProviderError(
            "ONNX Runtime is not installed: `pip install steatoscope[cpu]`, or [gpu] for NVIDIA"
        ) from error
    return onnxruntime


def _open(ort: Any, model: bytes, provider: str, threads: int) -> Any:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # A spinning pool burns a whole core between frames that come 33 ms apart.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    if provider != "cpu":
        # ORT else falls back to the CPU with no more than a printed line.
        options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
    try:
        session = ort.InferenceSession(model, options, providers=[ORT_NAMES[provider]])
    except _errors(ort) as error:
        raise ProviderError(f"a network cannot be loaded on {provider}: {error}") from error
    if session.get_providers()[0] != ORT_NAMES[provider]:
        raise ProviderError(f"ONNX Runtime gave {session.get_providers()[0]} instead")
    return session


def _errors(ort: Any) -> tuple[type[Exception], ...]:
    """ONNX Runtime's exceptions, which share no class of their own."""
    state = ort.capi.onnxruntime_pybind11_state
    names = (
        "EPFail",
        "Fail",
        "InvalidArgument",
        "InvalidGraph",
        "InvalidProtobuf",
        "NotImplemented",
    )
    return (*(getattr(state, name) for name in names), RuntimeError)
