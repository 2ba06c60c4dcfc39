"""A bundle's networks held against Keras and timed, in every precision, on every provider."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from edge.contract.bundle import Bundle, BundleError
from edge.contract.variant import ModelName, Parity, Precision
from edge.providers import ORT_NAMES
from edge.runner_sessions import import_runtime, open_session
from export.convert import load
from export.estimates import keras_estimates, onnx_estimates
from export.parity import Estimates, check
from export.rendering import parity_frames
from export.run_folder import MODELS, RunFolder
from export.steps import Steps
from export.timing import Timing, race
from export.virtual_frames import Pairs

Files = Mapping[ModelName, bytes]
Networks = Mapping[Precision, Files]

ROUNDS = 60


@dataclass(frozen=True)
class Row:
    """What is known of one precision on one provider. size: bytes of the three batch-1 files.

    timing: of one AR inference, in turns with all other rows.
    """

    precision: Precision
    provider: str
    size: int
    parity: dict[ModelName, Parity]
    estimates: Estimates
    timing: Timing


def providers_here() -> list[str]:
    """Providers of this machine that parity and time are measured on: CPU, and CUDA if built in.

    TensorRT takes minutes to build, so it is measured where it is asked for only.
    """
    available = import_runtime().get_available_providers()
    return [name for name in ("cpu", "cuda") if ORT_NAMES[name] in available]


def check_all(
    networks: Networks, providers: list[str], trained: Estimates, pairs: Pairs, steps: Steps
) -> list[Row]:
    """Parity of everything, then times of everything.

    Raises:
        ParityError: a network is further from Keras than it may be.
        ProviderError: a network cannot be loaded on a provider.
    """
    found = list(_parity(networks, providers, trained, pairs, steps))
    timings = _times(networks, providers, pairs, steps)
    return [
        Row(
            precision,
            provider,
            sum(len(data) for data in networks[precision].values()),
            parity,
            estimates,
            timings[f"{precision} {provider}"],
        )
        for precision, provider, parity, estimates in found
    ]


def _parity(
    networks: Networks, providers: list[str], trained: Estimates, pairs: Pairs, steps: Steps
) -> Iterator[tuple[Precision, str, dict[ModelName, Parity], Estimates]]:
    for provider in providers:
        for precision, files in networks.items():
            with steps.step(f"comparing {precision} on {provider} with Keras"):
                estimates = onnx_estimates(files, pairs, provider, precision)
            yield (
                precision,
                provider,
                check(trained, estimates, precision, provider, pairs.origin),
                estimates,
            )


def _times(
    networks: Networks, providers: list[str], pairs: Pairs, steps: Steps
) -> dict[str, Timing]:
    sessions = {
        f"{precision} {provider}": open_session(files["AR"], provider, precision=precision)
        for provider in providers
        for precision, files in networks.items()
    }
    with steps.step("timing them in turns", ROUNDS) as done:
        return race(sessions, pairs.ar_frames[0], ROUNDS, done)


def check_bundle(
    bundle: Bundle,
    run: RunFolder,
    precisions: list[Precision],
    provider: str,
    frames: int,
    steps: Steps,
) -> list[Row]:
    """Parity and times of a finished bundle's precisions on one provider.

    Raises:
        ParityError, ProviderError, ConversionError: as `check_all` and `convert.load` do; the
            bundle lacks a precision.
    """
    if missing := set(precisions) - bundle.manifest.variants.keys():
        has = ", ".join(bundle.manifest.variants)
        raise BundleError(f"precision {', '.join(sorted(missing))}: the bundle has {has} only")
    models = {name: load(run.keras_files[name]) for name in MODELS}
    pairs = parity_frames(run, frames, steps)
    with steps.step(f"asking Keras about {len(pairs)} pairs of frames"):
        trained = keras_estimates(models, pairs)
    networks = {
        precision: {name: bundle.model(name, precision) for name in MODELS}
        for precision in precisions
    }
    return check_all(networks, [provider], trained, pairs, steps)
