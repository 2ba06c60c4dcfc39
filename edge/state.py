"""Where the daemon keeps what must outlive it."""

import os
from pathlib import Path


def state_folder(setting: str = "") -> Path:
    """The folder of the setting `state_dir`, or the platform's own place.

    That is what systemd gives (`StateDirectory=`), else `$XDG_STATE_HOME/steatoscope`
    (XDG Base Directory Specification 0.8: `~/.local/state` unless set).
    """
    if setting:
        return Path(setting).expanduser()
    if given := os.environ.get("STATE_DIRECTORY"):
        return Path(given.split(":")[0])
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "steatoscope"
