from typing import get_args

import pytest

from edge.reading.rules import DEFAULT_RULE, RULES, Rule, RuleId, verdict

RULE = Rule(3, 0.30, "a test", floor_pct=1.0)


@pytest.mark.parametrize(
    ("holds", "median_pct", "iqr_pct", "expected"),
    [
        (0, None, None, "collecting"),
        (1, 8.0, 0.0, "insufficient"),
        (2, 8.0, 9.0, "insufficient"),
        (3, 10.0, 3.0, "repeatable"),
        (3, 10.0, 3.01, "not_repeatable"),
        (7, 10.0, 2.0, "repeatable"),
        # Near zero fat a share of the median would allow nothing.
        (3, 0.5, 1.0, "repeatable"),
        (3, 0.5, 1.01, "not_repeatable"),
        (3, 0.0, 0.0, "repeatable"),
    ],
)
def test_the_verdict_follows_the_rule(
    holds: int, median_pct: float | None, iqr_pct: float | None, expected: str
) -> None:
    assert verdict(RULE, holds, median_pct, iqr_pct) == expected


def test_the_presets_are_those_of_the_table_and_say_where_they_come_from() -> None:
    assert set(RULES) == set(get_args(RuleId))
    assert DEFAULT_RULE in RULES
    for name, rule in RULES.items():
        assert name == f"n{rule.holds}-iqr{rule.share * 100:.0f}"
        assert f"{rule.holds} acquisitions" in rule.source
        assert f"{rule.share * 100:.0f} %" in rule.source
