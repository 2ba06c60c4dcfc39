"""Write the software bill of materials of an installation: CycloneDX 1.6, JSON.

    python deploy/sbom.py requirements/cpu.txt --out dist/steatoscope-cpu.cdx.json

To be run in an environment built from that lock. It lists every distribution of the lock that
belongs on this platform, with its licence and the hashes that its files are held to; the libraries
inside of the wheels (libzmq, libsodium, FFmpeg, OpenBLAS …) as parts of the wheel that brings them;
and the interpreter with its SQLite and OpenSSL.
"""

import argparse
import hashlib
import json
import platform
import re
import sqlite3
import ssl
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

Component = dict[str, Any]

SPEC = "1.6"
BUNDLED = re.compile(r"(\.libs|/capi)/(?P<file>lib[^/]+\.so[.\da-z]*)$")
SONAME = re.compile(r"^(?P<name>.+?)(-[0-9a-f]{8})*(\.[\d.]+)?\.so(\.(?P<version>[\d.a-z]+))?$")
"""Repaired wheels put a hash behind each library's name."""

BUILD_ONLY = frozenset(("hatchling", "editables"))
"""Named by every lock to build the project's own wheel; the daemon does not run them."""


class SbomError(ValueError):
    """The environment is not the lock's."""


def main() -> int:
    """Write the file; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("lock", type=Path, help="as requirements/cpu.txt")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    args = parser.parse_args()
    try:
        made = bill(args.lock)
    except SbomError as error:
        print(f"sbom.py: {error}", file=sys.stderr)
        return 2
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(made, indent=1) + "\n")
    print(f"{args.out}: {len(made['components'])} components")
    return 0


def bill(lock: Path) -> dict[str, Any]:
    """The bill of an environment built from `lock`.

    Raises:
        SbomError: a distribution is missing, or has another version than the lock says.
    """
    components = [
        _distribution(requirement, hashes)
        for requirement, hashes in pinned(lock)
        if requirement.marker is None or requirement.marker.evaluate()
    ]
    components += [_interpreter()]
    root = _root()
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPEC}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "component": root,
            "properties": [
                {"name": "lock", "value": lock.name},
                {"name": "lock:sha256", "value": hashlib.sha256(lock.read_bytes()).hexdigest()},
                {"name": "platform", "value": platform.platform()},
            ],
        },
        "components": components,
        "dependencies": [
            {
                "ref": root["bom-ref"],
                "dependsOn": [component["bom-ref"] for component in components],
            }
        ],
    }


def pinned(lock: Path) -> Iterator[tuple[Requirement, list[str]]]:
    """(requirement, sha256 of each file it may come as) of every line of a lock."""
    text = re.sub(r"^\s*#.*$", "", lock.read_text(), flags=re.MULTILINE)
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip():
            stated, *hashes = line.split("--hash=")
            yield (
                Requirement(stated.strip()),
                [value.strip().removeprefix("sha256:") for value in hashes],
            )


def _root() -> Component:
    found = metadata.metadata("steatoscope")
    return {
        "type": "application",
        "bom-ref": "steatoscope",
        "name": found["Name"],
        "version": found["Version"],
        "licenses": _licenses(found),
    }


def _distribution(requirement: Requirement, hashes: list[str]) -> Component:
    name = requirement.name
    version = next(iter(requirement.specifier)).version
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError as error:
        raise SbomError(
            f"{name}: of the lock, but not installed; build the environment from the lock first"
        ) from error
    if found.version != version:
        raise SbomError(f"{name}: {found.version} is installed, but the lock says {version}")
    purl = f"pkg:pypi/{re.sub('[-_.]+', '-', name).lower()}@{version}"
    component = {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "scope": "excluded" if name in BUILD_ONLY else "required",
        "licenses": _licenses(found.metadata),
        "properties": [{"name": "lock:sha256", "value": value} for value in hashes],
        "components": [*_bundled(found, purl), *_within(name, purl)],
    }
    return {key: value for key, value in component.items() if value}


def _licenses(found: Any) -> list[dict[str, Any]]:
    """What a distribution says of its licence: an expression, or the name of one."""
    if expression := found.get("License-Expression"):
        return [{"expression": expression}]
    classifiers = found.get_all("Classifier") or []
    names = [text.rpartition(" :: ")[2] for text in classifiers if text.startswith("License :: ")]
    names = names or [(found.get("License") or "").strip().split("\n")[0]]
    return [{"license": {"name": name}} for name in names if name]


def _bundled(found: metadata.Distribution, purl: str) -> Iterator[Component]:
    """Libraries inside of a wheel, by their files; repaired wheels keep them in NAME.libs."""
    for path in found.files or ():
        inside = BUNDLED.search(str(path))
        if inside is None or path.hash is None:
            continue
        file = inside["file"]
        named = SONAME.match(file)
        if named is None:
            raise SbomError(f"{purl}: {file}: a library whose name is of no known pattern")
        digest = hashlib.sha256(Path(str(path.locate())).read_bytes()).hexdigest()
        component = {
            "type": "library",
            "bom-ref": f"{purl}#{file}",
            "name": named["name"],
            "version": version_of(named["name"], named["version"]),
            "hashes": [{"alg": "SHA-256", "content": digest}],
            "properties": [{"name": "file", "value": file}],
        }
        yield {key: value for key, value in component.items() if value}


def _within(name: str, purl: str) -> Iterator[Component]:
    """A library that is linked into a wheel's own module, so that no file shows it."""
    if name == "cryptography":
        from cryptography.hazmat.backends.openssl.backend import backend

        version = backend.openssl_version_text().split()[1]
        yield {
            "type": "library",
            "bom-ref": f"{purl}#openssl",
            "name": "OpenSSL",
            "version": version,
            "cpe": f"cpe:2.3:a:openssl:openssl:{version}:*:*:*:*:*:*:*",
        }


def version_of(name: str, soname: str | None) -> str:
    """A bundled library's version as it tells it itself where it can, else its soname's."""
    if name == "libzmq":
        import zmq

        return str(zmq.zmq_version())
    return soname or ""


def _interpreter() -> Component:
    version = platform.python_version()
    return {
        "type": "platform",
        "bom-ref": f"cpython@{version}",
        "name": "CPython",
        "version": version,
        "cpe": f"cpe:2.3:a:python:python:{version}:*:*:*:*:*:*:*",
        "licenses": [{"expression": "PSF-2.0"}],
        "components": [
            {
                "type": "library",
                "bom-ref": f"cpython@{version}#sqlite",
                "name": "SQLite",
                "version": sqlite3.sqlite_version,
                "cpe": f"cpe:2.3:a:sqlite:sqlite:{sqlite3.sqlite_version}:*:*:*:*:*:*:*",
            },
            {
                "type": "library",
                "bom-ref": f"cpython@{version}#openssl",
                "name": "OpenSSL",
                "version": ssl.OPENSSL_VERSION.split()[1],
            },
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
