"""Whatever was done to a bundle, it is refused with its reason before ONNX Runtime sees a byte."""

import hashlib
import shutil
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import onnxruntime
import pytest

from edge.config import Settings
from edge.contract.bundle import Bundle, BundleError
from edge.contract.crop import CropSpec
from edge.contract.manifest import Manifest
from edge.opening import open_bundle
from edge.providers import ProviderError
from edge.runner import ModelError, RunError, Runner
from tests.bundles import TRUSTED_KEY, Line, make_bundle
from tests.goals import Record
from tests.unit.corruptions import LISTED, Corruption, corruptions

Open = Callable[[Settings], Bundle]


class Outcome(NamedTuple):
    """What became of one corruption; `reason`: None where it was not refused as a bundle."""

    corruption: str
    reason: str | None
    reached_runtime: bool


class World:
    """A good bundle, a place for its damaged copies, and an eye on what ONNX Runtime is given."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        small = CropSpec(size=16)
        self.good = make_bundle(folder / "good", hr=Line(0.3), crop=small, serial=5)
        self.other = make_bundle(
            folder / "other", ar=Line(0.2), hr=Line(0.4), features=4, crop=small, serial=5
        )
        self.files = {path.name: path.read_bytes() for path in self.good.iterdir()}
        self.damaged = folder / "damaged" / "bundle"
        self.given: list[bytes] = []
        self.asleep = False
        """Whether the runtime looks at what it is given: a corrupt network may run for ever."""
        (folder / "state").mkdir()
        (folder / "state" / "bundles.json").write_text('{"tiny": 5}')
        self.state = folder / "state"
        real = onnxruntime.InferenceSession

        def watched(model: bytes, *arguments: Any, **words: Any) -> Any:
            self.given.append(model)
            if self.asleep:
                raise RuntimeError("not now")
            return real(model, *arguments, **words)

        monkeypatch.setattr(onnxruntime, "InferenceSession", watched)

    def settings(self, bundle: Path) -> Settings:
        return Settings(bundle=str(bundle), trusted_keys=(TRUSTED_KEY,), state_dir=str(self.state))

    def start(self, bundle: Path, opening: Open = open_bundle) -> Runner:
        """What `edge run` does before it opens a socket."""
        return Runner(opening(self.settings(bundle)), "cpu")

    def outcome(self, corruption: Corruption, opening: Open) -> Outcome:
        self._restore()
        corruption.damage(self.damaged)
        self.given.clear()
        reason = None
        try:
            self.start(self.damaged, opening)
        except BundleError as error:
            reason = error.reason
        except (ProviderError, ModelError, OSError, ValueError, KeyError):
            reason = None
        return Outcome(corruption.name, reason, bool(self.given))

    def _restore(self) -> None:
        """Make the damaged bundle good again; what is right already stays, to save time."""
        self.damaged.mkdir(parents=True, exist_ok=True)
        for path in (self.damaged.with_name("elsewhere"), *self.damaged.iterdir()):
            if path.name not in self.files or not stat.S_ISREG(path.lstat().st_mode):
                _remove(path)
        for name, data in self.files.items():
            path = self.damaged / name
            if not path.exists() or path.read_bytes() != data:
                path.write_bytes(data)

    def failures(self, opening: Open) -> tuple[int, list[Outcome]]:
        """How many corruptions there are, and those that were not refused as they should be."""
        self.asleep = True
        tried, failed = 0, []
        for corruption in corruptions(self.good, self.other):
            tried += 1
            outcome = self.outcome(corruption, opening)
            if outcome.reason not in corruption.reasons or outcome.reached_runtime:
                failed.append(outcome)
        return tried, failed


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(tmp_path, monkeypatch)


def unverified(settings: Settings) -> Bundle:
    """A bundle as it lies there, with nothing verified: the control."""
    path = settings.bundle_path
    if pipes := [entry for entry in path.iterdir() if entry.is_fifo()]:
        raise OSError(f"{pipes}: would be waited for without end")
    manifest = msgspec.json.decode((path / "manifest.json").read_bytes(), type=Manifest)
    return Bundle(manifest, "", {name: (path / name).read_bytes() for name in manifest.files})


def test_the_undamaged_bundle_runs(world: World) -> None:
    world.start(world.good)

    assert len(world.given) == 3


@pytest.mark.goal("S8", "500 and more corruptions refused, each for its reason, before the runtime")
def test_five_hundred_corruptions_are_refused_each_for_its_reason(world: World) -> None:
    tried, failed = world.failures(open_bundle)

    assert tried >= 500
    assert not failed


@pytest.mark.goal("S8", control="without verification hundreds of them reach the runtime")
def test_control_without_verification_hundreds_of_them_reach_the_runtime(world: World) -> None:
    tried, failed = world.failures(unverified)

    assert len(failed) == tried
    assert sum(outcome.reached_runtime for outcome in failed) > 300


def starts_while_files_are_swapped(world: World, opening: Open) -> int:
    """Start a hundred times while the files of two bundles change places; how many are refused."""
    done = threading.Event()
    swapped = shutil.copytree(world.good, world.damaged)

    def swap() -> None:
        while not done.is_set():
            for origin in (world.other, world.good):
                for name in LISTED:
                    shutil.copy(origin / name, swapped / "new")
                    (swapped / "new").replace(swapped / name)

    swapper = threading.Thread(target=swap)
    swapper.start()
    refused = 0
    try:
        for _ in range(100):
            try:
                world.start(swapped, opening)
            except (BundleError, ModelError, RunError):
                refused += 1
    finally:
        done.set()
        swapper.join()
    return refused


def given_unsigned(world: World) -> int:
    """How many networks the runtime was given that are not of the good bundle."""
    right = set(unverified(world.settings(world.good)).manifest.files.values())
    return sum(hashlib.sha256(model).hexdigest() not in right for model in world.given)


@pytest.mark.goal("S9", "the runtime is given the very bytes that were verified, files swapped")
def test_bytes_given_to_the_runtime_are_those_that_were_verified(world: World) -> None:
    """A bundle is refused, or it is the one that was signed."""
    assert starts_while_files_are_swapped(world, open_bundle)
    assert world.given
    assert given_unsigned(world) == 0


def test_control_bytes_that_nobody_verified_are_seen(world: World, goal: Record) -> None:
    starts_while_files_are_swapped(world, unverified)

    found = given_unsigned(world)
    goal("S9", control=f"nothing verified: {found} of {len(world.given)} networks are others")
    assert found > 0
