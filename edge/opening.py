"""The bundle that the settings ask for, under the trust that they grant."""

import logging
from datetime import UTC, datetime

from edge.config import Settings, check_crop
from edge.contract.bundle import Bundle, read_bundle
from edge.contract.trust import UNSIGNED_FLAG, Trust
from edge.runner import Runner
from edge.serials import read_serials, remember
from edge.state import state_folder

log = logging.getLogger(__name__)


def open_bundle(settings: Settings) -> Bundle:
    """Read and verify the bundle to run, as of today.

    Raises:
        BundleError: it is refused, or the record of what has run cannot be read.
    """
    keys = frozenset(settings.trusted_keys)
    trust = Trust(
        keys,
        settings.allow_unsigned,
        # Without a trusted key nothing can be a signed bundle's older version.
        read_serials(state_folder(settings.state_dir)) if keys else {},
        datetime.now(UTC).date(),
    )
    bundle = read_bundle(settings.bundle_path, trust)
    if bundle.origin == "unsigned":
        log.warning(
            "%s: bundle %s %s runs because allow_unsigned is set; nobody trusted vouches for it",
            UNSIGNED_FLAG,
            bundle.manifest.name,
            bundle.manifest.version,
        )
    return bundle


def open_runner(settings: Settings, source: str) -> tuple[Bundle, Runner]:
    """The bundle to run, and its networks, warm.

    `source`: where the settings come from, for errors.

    Raises:
        BundleError, ConfigError, ProviderError, ModelError: something of it is refused.
    """
    bundle = open_bundle(settings)
    return bundle, open_networks(settings, bundle, source)


def open_networks(settings: Settings, bundle: Bundle, source: str) -> Runner:
    """A bundle's networks as the settings ask for them, warm.

    `source`: as above.

    Raises:
        ConfigError, ProviderError, ModelError: something of it is refused.
    """
    check_crop(source, settings, bundle.manifest.crop)
    return Runner(
        bundle, settings.provider, settings.threads, settings.precision, settings.engines_path
    )


def remember_bundle(settings: Settings, bundle: Bundle) -> None:
    """Write down that a bundle runs; BundleError where that cannot be done."""
    remember(state_folder(settings.state_dir), bundle)
