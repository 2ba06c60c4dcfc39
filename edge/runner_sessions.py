"""Sessions of ONNX Runtime, as the daemon and export both run them; nothing else imports it."""

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edge.contract.variant import Precision
from edge.deadline import RunOptions
from edge.providers import ORT_NAMES, ProviderError, chain

DTYPES = {"tensor(uint8)": np.uint8, "tensor(float)": np.float32}


class Session(Protocol):
    """A loaded network; the part of `onnxruntime.InferenceSession` that is used here."""

    def run(
        self,
        names: list[str],
        inputs: dict[str, NDArray[Any]],
        run_options: RunOptions | None = None,
    ) -> list[NDArray[Any]]:
        """Outputs of these names."""

    def get_inputs(self) -> list[Any]:
        """Name, type and shape of each input."""

    def get_outputs(self) -> list[Any]:
        """Name, type and shape of each output."""


def import_runtime() -> Any:
    """ONNX Runtime's module; ProviderError where it is not installed."""
    try:
        import onnxruntime
    except ImportError as error:
        raise ProviderError(
            "ONNX Runtime is not installed: `pip install steatoscope[cpu]`, or [gpu] for NVIDIA"
        ) from error
    return onnxruntime


def new_run_options() -> RunOptions:
    """Options of a run that ends nothing yet."""
    options: RunOptions = import_runtime().RunOptions()
    return options


def run_errors() -> tuple[type[Exception], ...]:
    """What a session raises where it cannot run a network to its end."""
    return _errors(import_runtime())


def open_session(
    model: bytes,
    provider: str,
    *,
    threads: int = 1,
    precision: Precision = "fp32",
    engines: Path | None = None,
) -> Session:
    """Load a network on one provider, on which all of it runs or none.

    Args:
        model: ONNX bytes.
        provider: "cpu", "cuda" or "tensorrt".
        threads: of one inference on the CPU.
        precision: of the network.
        engines: folder of TensorRT's caches.

    Raises:
        ProviderError: ONNX Runtime cannot load it there.
    """
    ort = import_runtime()
    if provider != "cpu" and hasattr(ort, "preload_dlls"):
        ort.preload_dlls(directory="")  # CUDA and cuDNN from the wheels of [gpu]
    options = _options(ort, threads, on_cpu=provider == "cpu")
    bound: Session
    try:
        session = ort.InferenceSession(
            model, options, providers=chain(provider, precision, engines)
        )
        bound = session if provider == "cpu" else BoundSession(ort, session, "cuda")
    except _errors(ort) as error:
        raise ProviderError(f"a network cannot be loaded on {provider}: {error}") from error
    if session.get_providers()[0] != ORT_NAMES[provider]:
        raise ProviderError(f"ONNX Runtime gave {session.get_providers()[0]} instead")
    return bound


def _options(ort: Any, threads: int, *, on_cpu: bool) -> Any:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # A spinning pool burns a whole core between frames that come 33 ms apart.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    if not on_cpu:
        # ORT else falls back to the CPU with no more than a printed line.
        options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
    return options


class BoundSession:
    """A session whose inputs and outputs stay in one place of the device's memory.

    That is what a CUDA graph needs, and it saves an allocation and a copy for every frame.
    """

    def __init__(self, ort: Any, session: Any, device: str) -> None:
        """`device`: "cuda", or "cpu", where it gains nothing but does the same."""
        self._session = session
        self._binding = session.io_binding()
        self._inputs = {node.name: _place(ort, node, device) for node in session.get_inputs()}
        self._outputs = {node.name: _place(ort, node, device) for node in session.get_outputs()}
        for name, value in self._inputs.items():
            self._binding.bind_ortvalue_input(name, value)
        for name, value in self._outputs.items():
            self._binding.bind_ortvalue_output(name, value)

    def run(
        self,
        names: list[str],
        inputs: dict[str, NDArray[Any]],
        run_options: RunOptions | None = None,
    ) -> list[NDArray[Any]]:
        """Outputs of these names, each the caller's own copy."""
        for name, array in inputs.items():
            self._inputs[name].update_inplace(np.ascontiguousarray(array))
        self._session.run_with_iobinding(self._binding, run_options)
        return [np.array(self._outputs[name].numpy()) for name in names]

    def get_inputs(self) -> list[Any]:
        """Name, type and shape of each input."""
        return list(self._session.get_inputs())

    def get_outputs(self) -> list[Any]:
        """Name, type and shape of each output."""
        return list(self._session.get_outputs())


def _place(ort: Any, node: Any, device: str) -> Any:
    """Memory for one input or output, whose shape must be fixed."""
    return ort.OrtValue.ortvalue_from_shape_and_type(node.shape, DTYPES[node.type], device, 0)


def _errors(ort: Any) -> tuple[type[Exception], ...]:
    """ONNX Runtime's exceptions, which share no class of their own."""
    state = ort.capi.onnxruntime_pybind11_state
    names = (
        "EPFail",
        "EngineError",
        "Fail",
        "InvalidArgument",
        "InvalidGraph",
        "InvalidProtobuf",
        "NotImplemented",
        "RuntimeException",
    )
    return (*(getattr(state, name) for name in names), RuntimeError, ValueError, KeyError)
