"""The bundle, verified, and its networks, run on their golden frames."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from edge.config import ConfigError, Settings
from edge.contract.bundle import BundleError
from edge.contract.messages import ModelInfo
from edge.doctor.finding import Finding, split
from edge.opening import open_runner
from edge.providers import ProviderError
from edge.runner import ModelError


class BundleFacts(msgspec.Struct, frozen=True):
    """Which bundle the settings name; what is only known once it is open is None till then."""

    path: str
    name: str | None = None
    version: str | None = None
    sha256: str | None = None


class Opened(NamedTuple):
    """`info`: of the model in use; None where it cannot be used."""

    bundle: BundleFacts
    info: ModelInfo | None
    findings: list[Finding]


def open_model(settings: Settings, source: str) -> Opened:
    """Verify the bundle, load its networks and compare them with their golden outputs."""
    path = str(settings.bundle_path)
    try:
        bundle, runner = open_runner(settings, source)
    except (BundleError, ConfigError) as error:
        return Opened(BundleFacts(path), None, [split("bundle", "fail", error)])
    except ProviderError as error:
        return Opened(BundleFacts(path), None, [split("provider", "fail", error)])
    except ModelError as error:
        return Opened(BundleFacts(path), None, [split("model", "fail", error)])
    manifest, info = bundle.manifest, runner.info
    facts = BundleFacts(path, manifest.name, manifest.version, bundle.sha256)
    return Opened(facts, info, list(_of(settings, bundle.origin, info)))


def _of(settings: Settings, origin: str, info: ModelInfo) -> Iterator[Finding]:
    named = f"{info.name} {info.version}, {info.sha256[:12]}"
    if origin == "unsigned":
        yield Finding(
            "bundle",
            "warn",
            f"{named}: runs because allow_unsigned is set; nobody trusted vouches for it",
            "have it signed (docs/bundle.md), name the key in trusted_keys, drop allow_unsigned",
        )
    else:
        yield Finding("bundle", "ok", f"{named}: every file is as it was made ({origin})")
    yield Finding("model", "ok", f"gives its golden outputs in {info.precision}")
    asked = settings.provider
    if asked not in ("auto", info.provider):
        yield Finding(
            "provider", "fail", f"{asked} was asked for, {info.provider} is used", "see above"
        )
    else:
        yield Finding("provider", "ok", f"{info.provider} ({asked} was asked for)")
