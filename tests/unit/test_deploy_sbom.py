"""The bill of materials is valid, and names all that a reading daemon has loaded."""

import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements" / "cpu.txt"

LOADED = """
import json, re, sys
at_start = set(sys.modules)  # what an environment's own hooks bring, as an editable install's
import numpy
import edge.commands.run, edge.commands.view, edge.commands.feed
from edge.contract.bundle import builtin_path, read_bundle
from edge.runner import Runner
Runner(read_bundle(builtin_path()), "cpu").infer("AR", numpy.full((360, 360), 80, "u1"))
import cryptography.hazmat.primitives.asymmetric.ed25519
maps = open("/proc/self/maps").read()
print(json.dumps({
    "modules": sorted({name.partition(".")[0] for name in set(sys.modules) - at_start}),
    "libraries": sorted(set(re.findall(r"\\\\.libs/(\\\\S+)$|/capi/(lib\\\\S+)$", maps, re.M))),
}))
"""


@pytest.fixture(scope="module")
def sbom() -> ModuleType:
    """deploy/sbom.py, which is a script and in no package."""
    spec = importlib.util.spec_from_file_location("sbom", ROOT / "deploy" / "sbom.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def bill(sbom: ModuleType) -> dict[str, Any]:
    made: dict[str, Any] = sbom.bill(LOCK)
    return made


@pytest.fixture(scope="module")
def loaded() -> dict[str, list[Any]]:
    """Top-level modules and bundled libraries of a process that reads a frame."""
    code = LOADED.replace("\\\\", "\\")
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    found: dict[str, list[Any]] = json.loads(told.stdout)
    return found


def every(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for component in components:
        yield component
        yield from every(component.get("components", []))


def unlisted(bill: dict[str, Any], modules: list[str]) -> set[str]:
    """Distributions that are loaded, and that the bill does not name."""
    names = {re.sub("[-_.]+", "-", part["name"]).lower() for part in bill["components"]}
    owners = metadata.packages_distributions()
    loaded = {owner for module in modules for owner in owners.get(module, ())}
    return {re.sub("[-_.]+", "-", name).lower() for name in loaded} - names - {"steatoscope"}


def test_all_that_the_daemon_loads_is_on_the_bill(
    bill: dict[str, Any], loaded: dict[str, list[Any]]
) -> None:
    files = {
        prop["value"]
        for component in every(bill["components"])
        for prop in component.get("properties", ())
        if prop["name"] == "file"
    }
    mapped = {one or other for one, other in loaded["libraries"]}

    assert unlisted(bill, loaded["modules"]) == set()
    assert any("libzmq" in name for name in mapped), "the search for libraries finds some"
    assert mapped <= files


def test_a_bill_that_lacks_one_is_found_out(
    bill: dict[str, Any], loaded: dict[str, list[Any]]
) -> None:
    """The control."""
    less = [part for part in bill["components"] if part["name"] != "msgpack"]

    assert unlisted({**bill, "components": less}, loaded["modules"]) == {"msgpack"}


@pytest.mark.parametrize(
    "name", ["libzmq", "libsodium", "SQLite", "OpenSSL", "CPython", "libavcodec"]
)
def test_what_has_had_faults_of_its_own_is_named_with_a_version(
    bill: dict[str, Any], name: str
) -> None:
    found = [part for part in every(bill["components"]) if part["name"] == name]

    assert found
    assert all(re.match(r"\d", part["version"]) for part in found)


def test_every_part_has_a_licence(bill: dict[str, Any]) -> None:
    assert [part["name"] for part in bill["components"] if not part.get("licenses")] == []


def test_an_environment_of_another_lock_is_refused(sbom: ModuleType, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("msgpack==0.0.1 --hash=sha256:00\n")

    with pytest.raises(sbom.SbomError, match=r"is installed, but the lock says 0\.0\.1"):
        sbom.bill(other)


def test_it_keeps_to_cyclonedxs_schema(bill: dict[str, Any]) -> None:
    validation = pytest.importorskip(
        "cyclonedx.validation.json", reason="cyclonedx-python-lib[json-validation] is not installed"
    )
    from cyclonedx.schema import SchemaVersion

    checker = validation.JsonStrictValidator(SchemaVersion.V1_6)

    assert checker.validate_str(json.dumps(bill)) is None
    assert checker.validate_str(json.dumps({**bill, "version": "one"})) is not None
