"""What is exposed, read by Prometheus' own parser, and by promtool where that is at hand."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from edge.contract.messages import Estimate, LedgerCounts, ModelInfo
from edge.gate import REASONS
from edge.health import metrics, process
from edge.health.exposition import Family, Sample, render, single
from edge.health.tally import Histogram, Tally
from tests.unit.health.conftest import World

UNITS = ("_total", "_seconds", "_bytes", "_info", "_ok", "_up")
"""Ends of names; a plain count of things that are, or a state, needs none."""

COUNTS = (
    "steatoscope_ready",
    "steatoscope_degraded",
    "steatoscope_viewer_faults",
    "steatoscope_clock_synchronised",
    "process_open_fds",
    "process_max_fds",
    "process_threads",
)
DOCS = Path(__file__).parents[3] / "docs" / "health.md"


def estimate(**changes: object) -> Estimate:
    fields = {
        "scanner": "room1",
        "exam": "exam-1",
        "view": "AR",
        "epoch": 1,
        "seq": 0,
        "capture_ns": 0,
        "pub_epoch": 0,
        "pub_seq": 0,
        "publish_ns": 0,
        "age_ms": 12.0,
        "stage_ms": {"receive": 1.0, "gate": 2.0, "crop": 1.0, "infer": 7.0},
        "fat_pct": 8.0,
        "median_pct": 8.0,
        "iqr_pct": 0.0,
        "frames": 1,
        "grade": "S1",
        "ledger": LedgerCounts(),
        "model": ModelInfo(name="a", version="1", sha256="", provider="cpu", precision="fp32"),
    }
    return Estimate(**{**fields, **changes})  # type: ignore[arg-type]


def test_a_histogram_counts_up_to_each_bound_inclusively() -> None:
    histogram = Histogram((1.0, 2.0))
    for value in (0.5, 1.0, 1.5, 2.0, 9.0):
        histogram.add(value)

    assert (histogram.counts, histogram.total) == ([2, 2, 1], 14.0)


def test_estimates_are_counted_by_view_and_reason_and_their_time_by_stage() -> None:
    tally = Tally()
    tally.estimate(estimate(), 7)
    tally.estimate(estimate(view="AR+HR", age_ms=20.0), 7)
    tally.estimate(estimate(view=None, reason="black", fat_pct=None), 8)

    assert tally.estimates == {"AR": 1, "AR+HR": 1, "?": 1}
    assert tally.refused == {"black": 1}
    assert (tally.frames, tally.received_ns) == (2, 8)
    assert tally.stage_s == pytest.approx(
        {"receive": 0.002, "gate": 0.004, "crop": 0.002, "infer": 0.014, "publish": 0.002}
    )
    assert tally.age_s.total == pytest.approx(0.044)


def test_labels_are_escaped_as_the_format_demands() -> None:
    text = render([single("a_info", "gauge", "Of a.", 1, name='a\\b"c\nd')])

    (family,) = text_string_to_metric_families(text)
    assert family.samples[0].labels == {"name": 'a\\b"c\nd'}


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="Frames-total"):
        render([single("Frames-total", "gauge", "x", 1)])


def test_a_family_without_samples_says_that_it_exists() -> None:
    assert render([Family("a", "gauge", "x", []), Family("b", "gauge", "x", [Sample(1, {})])]) == (
        "# HELP a x\n# TYPE a gauge\n# HELP b x\n# TYPE b gauge\nb 1\n"
    )


@pytest.fixture
def page(world: World) -> str:
    for reason in (None, *REASONS):
        world.tally.estimate(estimate(reason=reason), 1)
    world.inbox.put_refused(None, None)
    return metrics.page(world.watched())


def test_every_family_is_read_has_help_and_the_ecosystems_names(page: str) -> None:
    families = list(text_string_to_metric_families(page))

    assert len(families) > 25
    for family in families:
        name = family.name + ("_total" if family.type == "counter" else "")
        assert re.fullmatch(r"(steatoscope|process)_[a-z_]+", name)
        assert name.endswith(UNITS) or name in COUNTS, name
        assert family.documentation.endswith(".")
        assert family.type in ("counter", "gauge", "histogram", "summary")


def test_a_histogram_ends_with_all_values_and_never_falls(page: str) -> None:
    buckets = [
        sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        if sample.name == "steatoscope_estimate_age_seconds_bucket"
    ]

    assert buckets == sorted(buckets)
    assert buckets[-1] == 1 + len(REASONS)


def test_labels_hold_the_settings_names_and_fixed_words_alone(page: str) -> None:
    allowed = {"room1", "AR", *REASONS}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            assert set(sample.labels) <= {
                *("scanner", "view", "reason", "fate", "stage", "le", "event", "level", "check"),
                *("name", "version", "sha256", "provider", "precision", "python"),
            }
            for label in ("scanner", "view", "reason"):
                assert sample.labels.get(label, "AR") in allowed


def test_nothing_of_an_exam_is_a_metric(page: str) -> None:
    assert "exam" not in page
    assert "_pct" not in page


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed")
def test_promtool_finds_nothing_to_say(page: str) -> None:
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=page, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_every_metric_is_documented(page: str) -> None:
    text = DOCS.read_text()
    names = re.findall(r"^# TYPE (\S+)", page, re.MULTILINE)

    assert [name for name in names if f"`{name}`" not in text] == []


def test_without_proc_the_process_is_left_out(tmp_path: Path) -> None:
    assert list(process.families(tmp_path)) == []
