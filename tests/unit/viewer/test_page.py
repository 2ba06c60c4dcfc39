"""The page's own logic, which needs no browser, in Node.js."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).resolve().parents[3] / "edge" / "viewer" / "page"

ESTIMATE = {
    "kind": "estimate",
    "scanner": "room1",
    "exam": "exam-1",
    "view": "AR",
    "seq": "0",
    "publish_s": 1000.0,
    "fat_pct": 8.31,
    "median_pct": 9.12,
    "iqr_pct": 0.6,
    "frames": 1,
    "holds": 0,
    "holds_needed": 5,
    "interval_pct": [2.0, 14.0],
    "grade": "S2",
    "verdict": "collecting",
    "rule": "n5-iqr30",
    "reason": None,
    "flags": [],
    "blank": False,
}
STATUS = {"kind": "status", "scanner": "room1", "state": "ready", "journal": "ok", "publish_s": 999}
FACTS = {"thresholds_pct": [3.12, 8.77, 13.69], "grades": [], "cameras": []}
LINK = {"kind": "link", "connected": True, "problem": None}
HELLO = {"kind": "hello", **FACTS, "link": LINK, "rooms": {}}


def node(script: str, **inputs: Any) -> Any:
    """What a module script prints as JSON; `inputs` are its constants."""
    if shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    constants = "".join(f"const {name} = {json.dumps(value)};" for name, value in inputs.items())
    imports = """
      import { Store } from "./store.js"; import { bannerOf } from "./banner.js"
      import { shownOf } from "./shown.js"; import { guideOf } from "./guide.js"
      import { TraceData } from "./trace_data.js"; import { verdict } from "./words.js"
    """
    ended = subprocess.run(
        ["node", "--input-type=module", "-e", imports + constants + script],
        cwd=PAGE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def play(*steps: tuple[int, dict[str, Any]], ask: str) -> Any:
    """Hand messages to a store, each at its time in ms, and ask."""
    script = f"""
      const store = new Store(); store.open(0)
      for (const [now, message] of steps) store.take(message, now)
      console.log(JSON.stringify({ask} ?? null))
    """
    return node(script, steps=[(0, HELLO), (0, LINK), *steps])


def test_a_number_is_shown_with_its_interval_and_the_grades_that_it_reaches() -> None:
    shown = play((100, ESTIMATE), (100, STATUS), ask="shownOf(store, 'AR', null, 200)")

    assert (shown["median"], shown["grade"], shown["live"]) == (9.12, "S2", True)
    assert shown["possible"] == ["S0", "S1", "S2", "S3"]


@pytest.mark.parametrize(
    ("late", "title"),
    [
        ((), None),
        (((1900, LINK),), "Stale"),
        (((150, {**LINK, "connected": False}),), "Daemon lost"),
        (((150, {**LINK, "connected": False, "problem": "key refused"}),), "Refused"),
    ],
    ids=["live", "silent daemon", "lost daemon", "refused key"],
)
def test_no_number_outlives_its_source(late: tuple[Any, ...], title: str | None) -> None:
    now = 2000 if title == "Stale" else 200
    steps = ((100, ESTIMATE), (100, STATUS), *late)

    shown = play(*steps, ask=f"shownOf(store, 'AR', null, {now})")
    banner = play(*steps, ask=f"bannerOf(store, null, {now})")

    assert (banner or {}).get("title") == title
    assert (shown is None) == (title is not None)


def test_what_a_late_page_is_handed_is_no_sign_of_life() -> None:
    room = {"messages": [STATUS, ESTIMATE], "exam": "exam-1", "history": {}}

    shown = play((100, {**HELLO, "rooms": {"room1": room}}), ask="shownOf(store, 'AR', null, 200)")

    assert shown is None


def test_a_hint_needs_frames_that_agree_for_a_while() -> None:
    bad = {**ESTIMATE, "reason": "black", "hint": "The picture is black.", "fat_pct": None}
    ask = "store.scanner.views.AR.hint"

    assert play((100, ESTIMATE), (133, bad), (166, bad), ask=ask) is None
    assert play(*((100 + 33 * i, bad) for i in range(12)), ask=ask)["code"] == "black"
    again = [*((100 + 33 * i, bad) for i in range(12)), (550, ESTIMATE)]
    assert play(*again, ask=ask)["code"] == "black"
    calm = [*again, *((560 + 33 * i, ESTIMATE) for i in range(12))]
    assert play(*calm, ask=ask) is None


def test_an_exam_that_goes_on_after_its_reading_starts_anew() -> None:
    reading = {"kind": "reading", "scanner": "room1", "exam": "exam-1", "publish_s": 1001.0,
               "views": {}}  # fmt: skip
    late = {**ESTIMATE, "publish_s": 1002.0}

    assert play((100, ESTIMATE), (110, reading), ask="store.scanner.ended") is True
    steps = ((100, ESTIMATE), (110, reading), (120, late))
    assert play(*steps, ask="store.scanner.ended") is False
    assert play(*steps, ask="store.scanner.views.AR.trace.length") == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"holds": 2}, "AR: 3 more holds, each taken anew"),
        ({"holds": 4}, "AR: 1 more hold, each taken anew"),
        ({"holds": 5, "verdict": "repeatable"}, "AR is repeatable: go on to HR"),
        ({"holds": 5, "verdict": "not_repeatable"}, "AR: the holds differ"),
        ({"holds_needed": None}, None),
    ],
)
def test_the_guide_says_what_is_missing(changes: dict[str, Any], said: str | None) -> None:
    found = play((100, {**ESTIMATE, **changes}), ask="guideOf(store.scanner)")

    assert found is None if said is None else found.startswith(said)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"holds": 2}, "… collecting: 2 of 5 holds"),
        ({"holds": 1, "holds_needed": None}, "… collecting: 1 hold"),
        ({"holds": 6, "verdict": "not_repeatable"}, "✕ not repeatable: 6 holds"),
        ({"rule": "none"}, ""),
    ],
)
def test_the_verdict_is_told_with_what_stands_behind_it(changes: dict[str, Any], said: str) -> None:
    script = "console.log(JSON.stringify(verdict(estimate)))"

    assert node(script, estimate={**ESTIMATE, **changes}) == said


def test_a_trace_breaks_at_a_pause_is_bounded_and_finds_its_place() -> None:
    script = """
      const data = new TraceData()
      const row = (t, holds = 0) => ({ publish_s: t, fat_pct: 1, median_pct: 2, iqr_pct: 1, holds, seq: "0" })
      for (const [t, holds] of [[10, 0], [11, 0], [20, 1], [20, 1], [19, 1]]) data.add(row(t, holds))
      const cut = [data.length, data.slice(0, 100, 10), data.holdTimes(0, 100), data.before(15), data.before(5)]
      for (let i = 0; i < 40000; i++) data.add(row(100 + i))
      console.log(JSON.stringify([...cut, data.length]))
    """  # noqa: E501
    length, columns, holds, before, never, bounded = node(script)

    assert length == 3, "a time that does not advance is left out"
    assert columns[0] == [0, 1, 5.5, 10]
    assert columns[4] == [2, 2, None, 2]
    assert columns[2][0] == 2.5
    assert holds == [[20, 1]]
    assert (before, never) == (1, -1)
    assert bounded <= 18_900


def test_the_page_names_no_other_host() -> None:
    own = [path for path in PAGE.rglob("*") if path.suffix in (".html", ".js", ".css", ".svg")]

    assert len(own) > 15
    for path in own:
        text = path.read_text().replace("http://www.w3.org/2000/svg", "")
        text = text.replace("https://github.com/leeoniya/uPlot", "")
        assert "://" not in text.replace("://${location.host}", ""), path.name


def test_the_vendored_library_comes_with_its_licence() -> None:
    script = (PAGE / "vendor" / "uPlot.iife.min.js").read_text()

    assert "uPlot (v1.6.32)" in script[:200]
    assert "MIT" in (PAGE / "vendor" / "uPlot.LICENSE").read_text()
