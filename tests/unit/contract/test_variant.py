"""Precisions of a bundle: fp32 is there, every one has the same models, every file is listed."""

from pathlib import Path

import msgspec
import pytest

from edge.contract.bundle import Bundle, BundleError, write_bundle
from edge.contract.manifest import Manifest
from edge.contract.variant import ModelName, Precision, Variant

FP32: dict[ModelName, str] = {"AR": "AR.onnx", "HR": "HR.onnx", "AR+HR": "AR+HR.onnx"}
INT8: dict[ModelName, str] = {model: f"{model}.int8.onnx" for model in FP32}


def manifest(variants: dict[Precision, Variant]) -> Manifest:
    return Manifest(name="test", version="1", variants=variants, measured_on="nothing", opset=18)


def test_each_precision_has_its_own_files() -> None:
    asked = manifest({"fp32": Variant(models=FP32), "int8": Variant(models=INT8)})
    files = {name: name.encode() for name in (*FP32.values(), *INT8.values(), "golden.npz")}

    bundle = Bundle(asked, "0" * 64, files)

    assert bundle.model("AR") == b"AR.onnx"
    assert bundle.model("AR", "int8") == b"AR.int8.onnx"


def test_a_batched_network_that_is_not_listed_is_refused(tmp_path: Path) -> None:
    asked = manifest({"fp32": Variant(models=FP32, batched={"AR": "AR.batch.onnx"})})
    files = dict.fromkeys((*FP32.values(), "golden.npz"), b"")

    with pytest.raises(BundleError, match=r"no hash for AR\.batch\.onnx"):
        write_bundle(tmp_path / "bundle", asked, files)


def test_a_bundle_without_fp32_is_none() -> None:
    with pytest.raises(ValueError, match="no fp32"):
        manifest({"int8": Variant(models=INT8)})


def test_a_precision_that_lacks_a_model_is_refused() -> None:
    with pytest.raises(ValueError, match="int8 has other models"):
        manifest({"fp32": Variant(models=FP32), "int8": Variant(models={"AR": "AR.int8.onnx"})})


def test_a_manifest_of_the_first_format_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"format": 1, "name": "old"}', type=Manifest)
