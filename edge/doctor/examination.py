"""All checks together."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from edge import config
from edge.doctor import disk, host, model, ports, runtime, settings
from edge.doctor.finding import Finding, split
from edge.state import state_folder

Told = Callable[[str], None]
"""Is told what is looked at next."""


class Report(msgspec.Struct, frozen=True):
    """What `--json` prints. `provider`, `precision`: in use; None where the model cannot be."""

    bundle: model.BundleFacts
    provider: str | None
    precision: str | None
    findings: list[Finding]


def examine(path: Path | None, overrides: dict[str, Any], told: Told = lambda _: None) -> Report:
    """Look at everything; what is wrong with one thing does not keep the others from being seen."""
    found = list(host.versions())
    try:
        chosen = config.load(path, overrides)
        found.append(Finding("settings", "ok", str(path or "the defaults")))
    except config.ConfigError as error:
        chosen = config.Settings()
        found.append(split("settings", "fail", error))
    told("keys, clock, processor and disk")
    found += list(_surroundings(chosen))
    told("bundle and model")
    opened = model.open_model(chosen, str(path or "command line"))
    found += opened.findings
    told("ports and scanners")
    found += [*ports.own(chosen), *ports.scanners(chosen)]
    info = opened.info
    return Report(
        opened.bundle, info.provider if info else None, info.precision if info else None, found
    )


def _surroundings(chosen: config.Settings) -> Iterator[Finding]:
    yield from settings.keys(chosen)
    yield from host.clock()
    yield from host.processor()
    yield from host.limits()
    yield from disk.state(state_folder(chosen.state_dir))
    yield from disk.log_file(chosen.log_file)
    packages = runtime.installed()
    yield from runtime.packages(packages)
    yield from runtime.gpu(chosen, packages)
