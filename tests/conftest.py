"""What tests in several folders share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bundles import make_bundle
from tests.goals import GoalKeeper


def pytest_addoption(parser: pytest.Parser) -> None:
    """Flags of the project's own."""
    parser.addoption("--goals", type=Path, metavar="FILE", help="keep the measured goals here")


def pytest_configure(config: pytest.Config) -> None:
    """Gather what the tests measure of the daemon's promises."""
    config.pluginmanager.register(GoalKeeper(config.getoption("--goals")), "goals")


@pytest.fixture(scope="session", autouse=True)
def _state_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What daemons and commands leave behind goes to a folder of this run, not to the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle whose estimate is the window's mean gray / 10; shared, so not to be changed."""
    return make_bundle(tmp_path_factory.mktemp("bundles") / "tiny")
