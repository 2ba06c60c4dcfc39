"""A page holds what was measured, needs nothing from elsewhere, and is well-formed."""

import itertools
import re
from xml.etree import ElementTree as ET

import msgspec
import numpy as np
import pytest

from bench import page, plots, result
from bench.__main__ import main
from bench.statistics import Ratio, histogram, quantiles


def times(scale: float = 1.0) -> np.ndarray:
    return scale * np.random.default_rng(1).lognormal(1.5, 0.3, 300)


def latency_row() -> result.Row:
    stages = {"receive": 0.2, "crop": 0.1, "infer": 3.0, "journal": 0.0}
    way = result.Way(
        to_daemon_ms=quantiles(times(0.2)),
        age_ms=quantiles(times(0.9)),
        stage_ms={name: quantiles(np.full(9, ms)) for name, ms in stages.items()},
        to_viewer_ms=quantiles(times(0.1)),
        late_ms=quantiles(times(0.01)),
    )
    bursts = [4.0, 4.1, 4.2, 4.1, 4.0, 4.3]
    return msgspec.structs.replace(
        result.failed("latency", "AR <gray> 30 fps", ""),
        precision="fp32",
        e2e_ms=quantiles(times()),
        infer_ms=quantiles(times(0.6)),
        overhead_ms=quantiles(times(0.4)),
        way=way,
        histogram=histogram(times()),
        bursts=result.Bursts(
            at_s=list(range(6)), e2e_ms=bursts, infer_ms=bursts, overhead_ms=bursts
        ),
    )


def rows() -> list[result.Row]:
    ratio = Ratio(value=1.4, low=1.3, high=1.5, turns=20)
    engine = msgspec.structs.replace(
        result.failed("engine", "OpenVINO fp32", ""), infer_ms=quantiles(times()), ratio=ratio
    )
    streams = [
        msgspec.structs.replace(
            result.failed("streams", f"{n} scanners", ""),
            fps=30.0,
            streams=n,
            e2e_ms=quantiles(times(n)),
            verdict="carried" if n < 4 else "not carried",
        )
        for n in (1, 2, 4)
    ]
    goal = msgspec.structs.replace(
        result.failed("budget", "a goal", ""), ratio=ratio, verdict="broken", wanted="≤ 1.3"
    )
    missing = result.failed("engine", "LiteRT fp32", "missing: pip install ai-edge-litert")
    return [latency_row(), engine, missing, *streams, goal]


def test_the_page_tells_every_row():
    drawn = page.draw(result.Report(rows=rows()))
    for told in ("AR &lt;gray&gt; 30 fps", "OpenVINO fp32", "pip install ai-edge-litert"):
        assert told in drawn
    assert "Scanners at once: 2" in drawn
    assert "1.40 [1.30, 1.50]" in drawn
    assert drawn.count("<svg") == 5


def test_the_page_needs_nothing_from_elsewhere():
    drawn = page.draw(result.Report(rows=rows()))
    assert not re.search(r"https?:|<script|<link|@import|url\(", drawn)


def test_every_plot_is_well_formed_and_stays_inside_its_frame():
    drawn = page.draw(result.Report(rows=rows()))
    for svg in re.findall(r"<svg.*?</svg>", drawn, re.DOTALL):
        root = ET.fromstring(svg)  # our own
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        for element in root.iter():
            for name in ("x", "x1", "x2", "cx"):
                assert 0 <= float(element.attrib.get(name, 0)) <= width
            for name in ("y", "y1", "y2", "cy"):
                assert 0 <= float(element.attrib.get(name, 0)) <= height


def test_a_bar_is_as_long_as_its_value():
    svg = ET.fromstring(plots.bars([plots.Bar("one", 2.0), plots.Bar("two", 4.0)], "ms"))
    one, two = (float(box.attrib["width"]) for box in svg.iter("rect"))
    assert two == pytest.approx(2 * one, abs=0.2)


def test_a_waterfalls_bars_follow_each_other():
    svg = ET.fromstring(plots.waterfall({"a": 1.0, "b": 2.5, "c": 0.5}, "ms"))
    boxes = [(float(b.attrib["x"]), float(b.attrib["width"])) for b in svg.iter("rect")]
    for (x, width), (after, _) in itertools.pairwise(boxes):
        assert after == pytest.approx(x + width, abs=0.2)


def test_files_are_drawn_into_one_page(tmp_path):
    paths = [tmp_path / "a.json", tmp_path / "b.json"]
    found = rows()
    for path, part in zip(paths, (found[:1], found[1:]), strict=True):
        result.write(result.Report(rows=part), path)
    out = tmp_path / "page.html"
    assert main(["page", *map(str, paths), "--html", str(out)]) == 0
    assert out.read_text().count("<section>") == 4


def test_a_file_that_is_no_report_is_refused(tmp_path, capsys):
    path = tmp_path / "a.json"
    path.write_text("[]")
    assert main(["page", str(path), "--html", str(tmp_path / "p.html")]) == 2
    assert "--json wrote" in capsys.readouterr().err
