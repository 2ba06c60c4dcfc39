from pathlib import Path

import pytest

from edge.state import state_folder


@pytest.mark.parametrize(
    ("environment", "setting", "expected"),
    [
        ({}, "", "/home/me/.local/state/steatoscope"),
        ({"XDG_STATE_HOME": "/x"}, "", "/x/steatoscope"),
        ({"XDG_STATE_HOME": "/x", "STATE_DIRECTORY": "/s"}, "", "/s"),
        ({"STATE_DIRECTORY": "/s:/t"}, "", "/s"),
        ({"STATE_DIRECTORY": "/s"}, "/set", "/set"),
        ({}, "~/mine", "/home/me/mine"),
    ],
)
def test_the_setting_wins_then_systemd_then_the_users_own(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], setting: str, expected: str
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    for name in ("STATE_DIRECTORY", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert state_folder(setting) == Path(expected)
