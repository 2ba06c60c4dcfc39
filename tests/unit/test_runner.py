from pathlib import Path

import msgspec
import numpy as np
import onnx
import pytest

import edge.runner
from edge.contract.bundle import read_bundle, write_bundle
from edge.contract.crop import Gray
from edge.contract.grading import View
from edge.providers import ProviderError
from edge.runner import Inference, ModelError, RunError, Runner
from edge.runner_networks import Networks
from tests.bundles import TRUST, Line, make_bundle


def test_an_estimate_is_what_the_network_says(tmp_path: Path) -> None:
    line = Line(per_gray=0.05, offset_pct=1.0)
    runner = Runner(read_bundle(make_bundle(tmp_path / "bundle", ar=line)), "cpu")
    window = np.random.default_rng(0).integers(0, 256, (360, 360), np.uint8)

    fat_pct, features, *_ = runner.infer("AR", window)

    assert fat_pct == pytest.approx(line.fat_pct(window), abs=1e-4)
    assert features.dtype == np.float32
    assert runner.infer_pair(features, features) == pytest.approx(fat_pct, abs=1e-4)


def test_every_message_can_tell_model_provider_and_precision(tmp_path: Path) -> None:
    bundle = read_bundle(make_bundle(tmp_path / "bundle"))

    info = Runner(bundle, "auto").info

    assert (info.provider, info.precision, info.sha256) == ("cpu", "fp32", bundle.sha256)


@pytest.mark.goal("S10", "a network that misses its golden outputs is refused")
def test_a_network_that_misses_its_golden_outputs_is_refused(tmp_path: Path) -> None:
    right = read_bundle(make_bundle(tmp_path / "right"))
    other = read_bundle(make_bundle(tmp_path / "other", ar=Line(offset_pct=0.1)))
    files = {**right.files, "AR.onnx": other.files["AR.onnx"]}
    wrong = write_bundle(tmp_path / "wrong", right.manifest, files)

    with pytest.raises(ModelError, match=r"the AR \(fp32\) network is off by 0\.1000"):
        Runner(wrong, "cpu")


@pytest.mark.goal("S10", control="not asked for its golden outputs, it is taken and reads wrongly")
def test_control_without_the_golden_check_it_would_be_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Networks, "check", lambda _: None)
    right = read_bundle(make_bundle(tmp_path / "right"))
    other = read_bundle(make_bundle(tmp_path / "other", ar=Line(offset_pct=0.1)))
    files = {**right.files, "AR.onnx": other.files["AR.onnx"]}
    runner = Runner(write_bundle(tmp_path / "wrong", right.manifest, files), "cpu")
    window = np.full((360, 360), 80, np.uint8)

    fat_pct = runner.infer("AR", window).fat_pct

    assert fat_pct == pytest.approx(Line().fat_pct(window) + 0.1, abs=1e-4)


def test_a_network_of_another_contract_is_refused(tmp_path: Path) -> None:
    right = read_bundle(make_bundle(tmp_path / "right"))
    files = {**right.files, "AR.onnx": right.files["AR+HR.onnx"]}
    wrong = write_bundle(tmp_path / "wrong", right.manifest, files)

    with pytest.raises(ModelError, match="the AR network takes"):
        Runner(wrong, "cpu")


def test_a_network_that_the_runtime_cannot_load_is_refused(tmp_path: Path) -> None:
    right = read_bundle(make_bundle(tmp_path / "right"))
    network = onnx.load_from_string(right.files["HR.onnx"])
    network.graph.node[0].input[0] = "nowhere"
    files = {**right.files, "HR.onnx": network.SerializeToString()}
    wrong = write_bundle(tmp_path / "wrong", right.manifest, files)

    with pytest.raises(ProviderError, match="cannot be loaded"):
        Runner(wrong, "cpu")


@pytest.mark.parametrize("provider", ["cuda", "tensorrt"])
def test_a_provider_that_cannot_be_had_is_refused_not_replaced(
    tmp_path: Path, provider: str
) -> None:
    bundle = read_bundle(make_bundle(tmp_path / "bundle"))

    with pytest.raises(ProviderError, match=f"{provider}.*cannot be had"):
        Runner(bundle, provider)  # type: ignore[arg-type]


@pytest.fixture
def vnni(monkeypatch: pytest.MonkeyPatch) -> None:
    """A processor that is made for 8-bit arithmetic."""
    monkeypatch.setattr(edge.runner, "multiplies_int8", lambda: True)


def test_int8_is_left_alone_on_a_processor_without_vnni(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge.runner, "multiplies_int8", lambda: False)
    monkeypatch.setattr(edge.runner, "_time", lambda *_: (2.0, 1.0))
    bundle = read_bundle(make_bundle(tmp_path / "bundle", int8=Line()))

    assert Runner(bundle).info.precision == "fp32"


@pytest.mark.usefixtures("vnni")
@pytest.mark.parametrize(("int8_ms", "taken"), [(0.8, "int8"), (0.9, "fp32"), (1.1, "fp32")])
def test_with_vnni_the_clock_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, int8_ms: float, taken: str
) -> None:
    monkeypatch.setattr(edge.runner, "_time", lambda *_: (1.0, int8_ms))
    bundle = read_bundle(make_bundle(tmp_path / "bundle", int8=Line()))

    assert Runner(bundle).info.precision == taken


@pytest.mark.usefixtures("vnni")
def test_int8_that_misses_its_golden_outputs_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(edge.runner, "_time", lambda *_: (2.0, 1.0))
    bundle = read_bundle(make_bundle(tmp_path / "bundle", int8=Line(offset_pct=1.0)))

    assert Runner(bundle).info.precision == "fp32"
    assert "AR (int8) network is off by 1.0000" in caplog.text


def test_a_precision_asked_for_by_name_is_used_or_refused(tmp_path: Path) -> None:
    right = read_bundle(make_bundle(tmp_path / "right", int8=Line()))
    wrong = read_bundle(make_bundle(tmp_path / "wrong", int8=Line(offset_pct=1.0)))

    assert Runner(right, precision="int8").info.precision == "int8"
    with pytest.raises(ModelError, match=r"AR \(int8\) network is off"):
        Runner(wrong, precision="int8")
    with pytest.raises(ModelError, match=r"precision 'fp16'.*has fp32, int8 only"):
        Runner(right, precision="fp16")


@pytest.mark.parametrize("view", ["AR", "HR"])
def test_the_timing_at_start_tells_a_slow_network_of_either_view(
    tmp_path: Path, view: View
) -> None:
    bundle = read_bundle(make_bundle(tmp_path / "bundle", int8=Line()))
    fast = Networks(bundle, "cpu", "fp32")
    slow = Networks(bundle, "cpu", "int8")
    run = slow.infer

    def infer(name: View, window: Gray) -> Inference:
        for _ in range(20 * (name == view)):
            run(name, window)
        return run(name, window)

    slow.infer = infer  # type: ignore[method-assign]

    fast_ms, slow_ms = edge.runner._time(fast, slow, 360)

    assert 0 < fast_ms < slow_ms


class Lost:
    """A session whose device is gone."""

    def run(self, *_: object) -> None:
        raise RuntimeError("CUDA failure 700")


def on_a_gpu(runner: Runner, provider: str = "cuda") -> Runner:
    """A runner as if on this provider, whose every inference fails from now on."""
    runner.info = msgspec.structs.replace(runner.info, provider=provider)
    runner._networks.provider = provider
    runner._networks._sessions = {name: Lost() for name in ("AR", "HR", "AR+HR")}  # type: ignore[misc]
    return runner


def test_when_the_gpu_fails_the_cpu_reads_the_same_frame_and_every_message_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    runner = on_a_gpu(Runner(read_bundle(make_bundle(tmp_path / "bundle"), TRUST), "cpu"))

    fat_pct = runner.infer("AR", np.full((360, 360), 80, np.uint8)).fat_pct

    assert fat_pct == pytest.approx(8.0)
    assert (runner.info.provider, runner.info.precision) == ("cpu", "fp32")
    assert runner.info.flags == ["degraded"]
    assert "CUDA failure 700; going on with the CPU" in caplog.text


def test_a_network_that_fails_on_the_cpu_fails_that_frame_alone(tmp_path: Path) -> None:
    runner = Runner(read_bundle(make_bundle(tmp_path / "bundle"), TRUST), "cpu")
    window = np.full((360, 360), 80, np.uint8)
    sessions = runner._networks._sessions
    on_a_gpu(runner, "cpu")

    with pytest.raises(RunError, match="CUDA failure 700"):
        runner.infer("AR", window)
    runner._networks._sessions = sessions

    assert runner.infer("AR", window).fat_pct == pytest.approx(8.0)
    assert runner.info.flags == []


def test_networks_of_two_precisions_never_read_for_one_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = read_bundle(make_bundle(tmp_path / "bundle", int8=Line(offset_pct=1.0)), TRUST)
    runner = on_a_gpu(Runner(bundle, "cpu"))
    runner._networks.precision = "int8"
    window = np.full((360, 360), 80, np.uint8)

    with pytest.raises(RunError):
        runner.infer("AR", window)

    assert runner.info.precision == "fp32", "int8 misses its golden outputs on this CPU"
    assert runner.infer("AR", window).fat_pct == pytest.approx(8.0)


@pytest.mark.filterwarnings("ignore:Specified provider")
def test_auto_that_cannot_have_the_gpu_it_was_built_for_says_degraded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = read_bundle(make_bundle(tmp_path / "bundle"), TRUST)
    monkeypatch.setattr(edge.runner, "candidates", lambda *_: ["cuda", "cpu"])

    runner = Runner(bundle, "auto")

    assert (runner.info.provider, runner.info.flags) == ("cpu", ["degraded"])
