"""What a scanner keeps when the settings change."""

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from edge.config import ScannerSettings, Settings
from edge.contract.bundle import read_bundle
from edge.runner import Runner
from edge.sockets.receiver import Post
from edge.stations import Stations
from tests.bundles import TRUST

ONE = ScannerSettings("one", "tcp://127.0.0.1:7001")
TWO = ScannerSettings("two", "tcp://127.0.0.1:7002")


@pytest.fixture
def runner(tiny_bundle: Path) -> Runner:
    return Runner(read_bundle(tiny_bundle, TRUST), "cpu")


@pytest.fixture
def opened() -> Iterator[list[Post]]:
    """Posts whose links the test closes, as the receiver would."""
    posts: list[Post] = []
    yield posts
    for post in posts:
        post.link.close()


def settings(*scanners: ScannerSettings, **changes: object) -> Settings:
    return msgspec.structs.replace(Settings(scanner=scanners), **changes)


@pytest.mark.parametrize(
    ("new", "link_stays"),
    [
        (settings(ONE, rule="n3-iqr30"), True),
        (settings(TWO, ONE, exam_idle_s=5.0), True),
        (settings(msgspec.structs.replace(ONE, frames="tcp://127.0.0.1:7009")), False),
        (settings(ONE, max_message_mib=9), False),
    ],
)
def test_exams_stay_with_a_scanners_name_and_its_link_while_nothing_of_it_changes(
    runner: Runner, opened: list[Post], new: Settings, link_stays: bool
) -> None:
    stations = Stations(threading.Condition(), None)
    stations.follow(settings(ONE), runner)
    (before,) = stations.posts
    (scanner,) = stations.scanners
    opened.append(before)

    stations.follow(new, runner)
    opened += stations.posts
    after = next(post for post in stations.posts if post.name == "one")

    assert scanner in stations.scanners
    assert (after is before) == link_stays
    assert after.inbox is before.inbox


def test_scanners_come_and_go_with_the_settings_and_keep_their_order(
    runner: Runner, opened: list[Post]
) -> None:
    stations = Stations(threading.Condition(), None)
    stations.follow(settings(ONE), runner)
    opened += stations.posts

    stations.follow(settings(TWO, ONE), runner)
    opened += stations.posts
    assert [post.name for post in stations.posts] == ["two", "one"]
    assert [scanner.name for scanner in stations.scanners] == ["two", "one"]

    stations.follow(settings(TWO), runner)
    assert [post.name for post in stations.posts] == ["two"]
