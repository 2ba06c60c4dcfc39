"""Runs a bundle's networks, in the precision that is fastest here and proven right."""

import logging
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
import numpy as np

from edge.contract.bundle import Bundle
from edge.contract.crop import Gray
from edge.contract.grading import PAIR, VIEWS, View
from edge.contract.interval import IntervalTable
from edge.contract.messages import ModelInfo
from edge.contract.trust import UNSIGNED_FLAG
from edge.contract.variant import Precision
from edge.deadline import Deadline, OverdueError, RunError
from edge.engines import built, default_root, key_here
from edge.processor import multiplies_int8
from edge.providers import DEGRADED_FLAG, Provider, ProviderError, candidates
from edge.runner_networks import Features, Inference, ModelError, Networks
from edge.runner_sessions import import_runtime

__all__ = [
    "Features",
    "Inference",
    "ModelError",
    "OverdueError",
    "PrecisionSetting",
    "RunError",
    "Runner",
]

Said = TypeVar("Said")

Intervals = dict[str, IntervalTable]
PrecisionSetting = Literal["auto", "fp32", "int8", "fp16"]

TIMED = 30
"""Inferences of each precision and view that the choice at start is timed by, in turns."""

WORTH = 0.85
"""Share of fp32's time that int8 may take at most: it rounds, and of two that take about as long
the clock would choose now one and now the other."""

log = logging.getLogger(__name__)


class Runner:
    """The networks of a bundle on one provider, warm; on the CPU from when that provider fails.

    Attributes:
        views: those that the bundle has a network for.
        pairs: whether it has one for both views together.
        heads: thresholds of its heads, None where it has none.
        info: what every message says of the model: among it the precision and the provider in use
            ("cpu", "cuda" or "tensorrt"), and the flag "degraded" where a faster one was asked for.
        intervals: table of the calibrated interval of each model that has one.
    """

    def __init__(
        self,
        bundle: Bundle,
        asked: Provider = "auto",
        threads: int = 1,
        precision: PrecisionSetting = "auto",
        engines: Path | None = None,
    ) -> None:
        """Load, check and warm up.

        Args:
            bundle: verified bundle.
            asked: provider.
            threads: of one inference.
            precision: "auto" is int8 on a CPU with VNNI or AMX where it is proven and faster, fp32
                everywhere else; one asked for by name is used or refused.
            engines: folder of TensorRT's engines; None: `edge.engines.default_root()`.

        Raises:
            ProviderError: the provider asked for cannot be had, or ONNX Runtime is not installed.
            ModelError: a network does not fit the contract or misses its golden outputs, or the
                bundle does not have the precision.
        """
        self.crop = bundle.manifest.crop
        self.views: tuple[View, ...] = tuple(v for v in VIEWS if v in bundle.manifest.models)
        self.pairs = PAIR in bundle.manifest.models
        self.heads = bundle.manifest.heads
        self.intervals: Intervals = {
            str(name): table for name, table in bundle.manifest.intervals.items()
        }
        start: Precision = "fp32" if precision == "auto" else precision
        _check_has(bundle, start)
        networks, missed = _open(bundle, asked, start, threads, engines or default_root())
        networks.check()
        if precision == "auto" and networks.provider == "cpu":
            networks = _faster(bundle, networks, threads)
        self._bundle, self._threads = bundle, threads
        self._networks = networks
        flags = [UNSIGNED_FLAG] if bundle.origin == "unsigned" else []
        flags += [DEGRADED_FLAG] if missed else []
        self.info = ModelInfo(
            name=bundle.manifest.name,
            version=bundle.manifest.version,
            sha256=bundle.sha256,
            provider=networks.provider,
            precision=networks.precision,
            flags=flags,
        )

    @property
    def deadline(self) -> Deadline | None:
        """Of one inference; None, as at first, sets none."""
        return self._networks.deadline

    @deadline.setter
    def deadline(self, deadline: Deadline | None) -> None:
        self._networks.deadline = deadline

    def infer(self, view: View, window: Gray) -> Inference:
        """Read one window, (size, size) uint8, as the bundle's crop cuts it.

        Raises:
            RunError: the network failed on it, on the CPU too; OverdueError: it took too long.
        """
        return self._run(lambda networks: networks.infer(view, window))

    def infer_pair(self, ar_features: Features, hr_features: Features) -> float:
        """Estimate of an AR and an HR frame together, H-MRS %, from their features.

        Raises:
            RunError: as `infer`.
        """
        return self._run(lambda networks: networks.infer_pair(ar_features, hr_features))

    def _run(self, ask: Callable[[Networks], Said]) -> Said:
        """Ask the networks, and those on the CPU where the provider has failed."""
        try:
            return ask(self._networks)
        except OverdueError:
            raise
        except RunError as error:
            if self._networks.provider == "cpu":
                raise
            precision = self._networks.precision
            self._fall_back(error)
            if self._networks.precision != precision:
                raise  # a reading begins anew with the next frame: two networks never mix
        return ask(self._networks)

    def _fall_back(self, failure: RunError) -> None:
        """Go on with the CPU, in the same precision where it can; RunError where it cannot."""
        log.error("%s; going on with the CPU, which is slower", failure)
        networks = _on_cpu(self._bundle, self._networks.precision, self._threads)
        networks.deadline = self._networks.deadline
        self._networks = networks
        flags = [*self.info.flags, DEGRADED_FLAG]
        self.info = msgspec.structs.replace(
            self.info,
            provider=networks.provider,
            precision=networks.precision,
            flags=list(dict.fromkeys(flags)),
        )


def _check_has(bundle: Bundle, precision: Precision) -> None:
    if precision not in bundle.manifest.variants:
        raise ModelError(
            f"precision {precision!r}: the bundle {bundle.manifest.name} "
            f"{bundle.manifest.version} has {', '.join(bundle.manifest.variants)} only"
        )


def _open(
    bundle: Bundle, asked: Provider, precision: Precision, threads: int, engines: Path
) -> tuple[Networks, bool]:
    """Networks on the first provider that can be had, and whether one before it could not."""
    ort = import_runtime()
    failure: Exception | None = None
    for name in candidates(asked, ort.get_available_providers()):
        try:
            folder = None
            if name == "tensorrt":
                folder = built(engines, key_here(ort.__version__, bundle.sha256, precision))
            return Networks(bundle, name, precision, threads, folder), failure is not None
        except ProviderError as error:
            failure = error
            if asked == "auto":
                log.warning("provider %s cannot be had, trying the next: %s", name, error)
    raise ProviderError(f"provider {asked!r} cannot be had: {failure}")


def _on_cpu(bundle: Bundle, precision: Precision, threads: int) -> Networks:
    """Proven networks on the CPU, in this precision or else in fp32; RunError where there are none.

    A network made for a GPU may miss its golden outputs on a CPU, fp16 above all.
    """
    failure: Exception | None = None
    for choice in dict.fromkeys((precision, "fp32")):
        try:
            networks = Networks(bundle, "cpu", choice, threads)
            networks.check()
        except (ProviderError, ModelError, RunError) as error:
            failure = error
        else:
            return networks
    raise RunError(f"the CPU cannot take over: {failure}") from failure


def _faster(bundle: Bundle, fp32: Networks, threads: int) -> Networks:
    """int8 where the processor is made for it, the golden outputs agree and the clock says so."""
    if "int8" not in bundle.manifest.variants or not multiplies_int8():
        return fp32
    try:
        int8 = Networks(bundle, "cpu", "int8", threads)
        int8.check()
    except (ProviderError, ModelError, RunError) as error:
        log.warning("int8 is not used on this processor: %s", error)
        return fp32
    fp32_ms, int8_ms = _time(fp32, int8, bundle.manifest.crop.size)
    log.info("a frame of each view takes %.2f ms in fp32 and %.2f ms in int8", fp32_ms, int8_ms)
    return int8 if int8_ms <= WORTH * fp32_ms else fp32


def _time(one: Networks, other: Networks, size: int) -> tuple[float, float]:
    """Median time of a frame of every view by each, ms.

    In turns, as a busy machine is then fair to both. Of every view, as one may have less in 8 bits.
    """
    window = np.zeros((size, size), np.uint8)
    laps = [(_lap_ms(one, window), _lap_ms(other, window)) for _ in range(TIMED)]
    return statistics.median(lap[0] for lap in laps), statistics.median(lap[1] for lap in laps)


def _lap_ms(networks: Networks, window: Gray) -> float:
    start_ns = time.perf_counter_ns()
    for view in networks.views:
        networks.infer(view, window)
    return (time.perf_counter_ns() - start_ns) / 1e6
