"""The metrics that alert rules and dashboard ask for are those that a whole daemon gives."""

import importlib.util
import json
import re
from pathlib import Path
from urllib.request import urlopen

import pytest

from edge.sockets.keyring import Keyring
from edge.sockets.keys import KeyPair
from tests.system.bare_scanner import BareScanner
from tests.system.conftest import encoded
from tests.system.daemon_process import running, write_settings
from tests.unit.test_deploy_monitoring import ALERTS, DASHBOARD

NAME = re.compile(r"\b((?:steatoscope|process)_[a-z_]+)\b")
PARTS = re.compile(r"_(bucket|sum|count)$")


def asked_for() -> set[str]:
    """Names in the expressions of the rules and of the dashboard's panels."""
    board = json.loads(DASHBOARD.read_text())
    exprs = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    exprs += [variable["query"]["query"] for variable in board["templating"]["list"][1:]]
    text = ALERTS.read_text() + "\n".join(exprs)
    return {PARTS.sub("", name) for name in NAME.findall(text)}


@pytest.mark.skipif(
    importlib.util.find_spec("edge.health") is None, reason="this daemon serves no metrics yet"
)
def test_every_metric_that_is_asked_for_exists(tmp_path: Path, small_bundle: Path) -> None:
    """With keys and journal, so that all parts that tell something are there."""
    keyring = Keyring(tmp_path / "keys")
    keyring.create()
    pair = KeyPair.draw()
    keyring.enrol("room", pair.public)
    scanner = BareScanner(curve_pair=encoded(pair))
    settings = tmp_path / "edge.toml"
    write_settings(settings, small_bundle, {"room": (scanner.endpoint, "")}, keyring.folder)
    text = settings.read_text()
    if "[health]" not in text:
        settings.write_text(f'{text}[health]\nbind = "127.0.0.1:0"\n')
    else:
        settings.write_text(re.sub(r'(\[health\]\nbind = )".*"', r'\1"127.0.0.1:0"', text))
    with running(settings) as daemon:
        address = daemon.wait_for_line(r"health on (http://\S+)")[1]
        with urlopen(f"{address}/metrics", timeout=5) as answer:
            given = set(re.findall(r"^# TYPE (\S+)", answer.read().decode(), re.MULTILINE))
    scanner.close()

    assert asked_for() - given == set()
