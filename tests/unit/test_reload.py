"""New settings are made ready whole, or refused whole."""

import msgspec
import pytest

from edge.config import ConfigError, EstimatesSettings, KeysSettings, ScannerSettings, Settings
from edge.contract.bundle import builtin_path, read_bundle
from edge.reload import LIVE, Reload, Source, check_live
from edge.runner import Runner
from tests.bundles import TRUSTED_KEY


@pytest.fixture(scope="module")
def runner() -> Runner:
    """The built-in networks, as the settings' defaults ask for them."""
    return Runner(read_bundle(builtin_path()), "auto")


def changed(**changes: object) -> Settings:
    return msgspec.structs.replace(Settings(), **changes)


def reloaded(new: Settings, runner: Runner) -> Reload:
    """A reload from the default settings to these, done."""
    reload = Reload(Source("edge.toml", lambda: new), Settings(), runner, None)
    reload.start()
    reload.join()
    return reload


def test_every_live_setting_is_one() -> None:
    assert set(Settings.__struct_fields__) >= LIVE


def test_what_a_running_daemon_has_open_cannot_change_and_is_named() -> None:
    new = changed(
        estimates=EstimatesSettings("tcp://127.0.0.1:7000"),
        keys=KeysSettings("/keys"),
        state_dir="/elsewhere",
        exam_idle_s=5.0,
    )

    with pytest.raises(ConfigError) as refusal:
        check_live("edge.toml", Settings(), new)

    source, named, remedy = str(refusal.value).split(": ", 2)
    assert source == "edge.toml"
    assert set(named.split(", ")) == {"estimates.bind", "keys.dir", "state_dir"}
    assert "start it again" in remedy


def test_the_networks_stay_where_nothing_asks_for_others(runner: Runner) -> None:
    new = changed(exam_idle_s=5.0, scanner=(ScannerSettings("b", "tcp://127.0.0.1:7001"),))

    prepared = reloaded(new, runner).prepared

    assert prepared is not None
    assert (prepared.settings, prepared.runner) == (new, None)


@pytest.mark.parametrize("change", [{"threads": 2}, {"precision": "fp32"}])
def test_other_networks_are_opened_where_something_does(
    runner: Runner, change: dict[str, object]
) -> None:
    prepared = reloaded(changed(**change), runner).prepared

    assert prepared is not None
    assert prepared.runner is not None
    assert prepared.runner is not runner


def test_a_provider_that_had_failed_is_tried_again(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = msgspec.structs.replace(runner.info, flags=["degraded"])
    monkeypatch.setattr(runner, "info", info)

    prepared = reloaded(Settings(), runner).prepared

    assert prepared is not None
    assert prepared.runner is not None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"bundle": "/no/such/folder", "trusted_keys": (TRUSTED_KEY,)}, "/no/such/folder"),
        ({"provider": "tensorrt"}, "'tensorrt' cannot be had"),
        ({"crop": "fan"}, "crop"),
    ],
)
def test_what_is_refused_is_told_and_nothing_is_prepared(
    runner: Runner, change: dict[str, object], told: str
) -> None:
    reload = reloaded(changed(**change), runner)

    assert reload.prepared is None
    assert told in reload.refusal


def test_a_fault_that_nobody_foresaw_refuses_too_and_says_no_more_than_its_kind(
    runner: Runner,
) -> None:
    def broken() -> Settings:
        raise ZeroDivisionError("a secret")

    reload = Reload(Source("edge.toml", broken), Settings(), runner, None)
    reload.start()
    reload.join()

    assert reload.refusal == "an internal fault: ZeroDivisionError"
