"""Alert rules and dashboard: by their own checker, and every metric in them is one that exists."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
ALERTS = DEPLOY / "prometheus" / "alerts.yml"
DASHBOARD = DEPLOY / "grafana" / "steatoscope.json"
PROMTOOL = shutil.which("promtool")
COLUMNS = 24
"""Of Grafana's grid."""


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (apt install prometheus)")
def test_prometheus_takes_the_alert_rules() -> None:
    assert PROMTOOL is not None
    found = subprocess.run(
        [PROMTOOL, "check", "rules", ALERTS], capture_output=True, text=True, check=False
    )

    assert found.returncode == 0, found.stdout + found.stderr


def test_every_alert_says_what_happens_and_what_to_do() -> None:
    alerts = re.split(r"^ +- alert: ", ALERTS.read_text(), flags=re.MULTILINE)[1:]

    assert len(alerts) == len({alert.split("\n")[0] for alert in alerts}) > 10
    for alert in alerts:
        for part in ("expr: ", "severity: ", "summary: ", "description: "):
            assert part in alert, alert


def test_the_dashboard_is_one_that_grafana_reads() -> None:
    board = json.loads(DASHBOARD.read_text())
    variables = {variable["name"] for variable in board["templating"]["list"]}

    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)
    for panel in board["panels"]:
        grid = panel["gridPos"]
        assert grid["x"] + grid["w"] <= COLUMNS
        for target in panel["targets"]:
            used = set(re.findall(r"\$(\w+)", target["expr"]))
            assert used <= variables, target
            assert target["expr"].count("(") == target["expr"].count(")")
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in board["panels"]]
    assert len(set(places)) == len(places)


def test_nothing_that_is_shown_or_told_is_health_data() -> None:
    """Estimates, exams and patients are not among the metrics, nor asked for."""
    text = ALERTS.read_text() + DASHBOARD.read_text()

    assert not re.search(r"fat_pct|median_pct|exam_id|patient", text)
