"""What tests in several folders share."""

from pathlib import Path

import pytest

from tests.bundles import make_bundle


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle whose estimate is the window's mean gray / 10; shared, so not to be changed."""
    return make_bundle(tmp_path_factory.mktemp("bundles") / "tiny")
