"""When repeated acquisitions agree: one table of rules, each with where it comes from.

Every rule here was made for another measure, most for attenuation or stiffness, and none has been
validated for a percentage that a network reads from B-mode. They say "repeatable"; whether a
reading is right they cannot say: a stricter spread did not make attenuation imaging agree better
with MRI (Ferraioli et al. 2024, Diagnostics 14:2171).
"""

from typing import Literal, NamedTuple

from edge.contract.messages import Verdict

RuleId = Literal["n3-iqr15", "n3-iqr30", "n5-iqr15", "n5-iqr30", "n10-iqr15", "n10-iqr30"]

FLOOR_PCT = 1.0
"""Spread in percentage points that is always allowed: IQR/median means nothing near zero, where 1
point around 2.5 % is 40 %. Ours: a third of the lowest grade's width, 3.12 %."""


class Rule(NamedTuple):
    """At least `holds` holds, and IQR of their medians ≤ max(floor_pct, share x their median)."""

    holds: int
    share: float
    source: str
    floor_pct: float = FLOOR_PCT


_THREE = "3 acquisitions: enough in studies of UDFF and of ATI (Ferraioli et al. 2024)"
_FIVE = "5 acquisitions: the protocol of UDFF and ATI"
_TEN = "10 acquisitions: the protocol of CAP and USAT"
_15 = "IQR ≤ 15 % of the median: as cited of attenuation imaging (WFUMB 2024); original not read"
_30 = "IQR ≤ 30 % of the median: as cited of elastography and UGAP; original not read"

RULES: dict[RuleId, Rule] = {
    "n3-iqr15": Rule(3, 0.15, f"{_THREE}; {_15}"),
    "n3-iqr30": Rule(3, 0.30, f"{_THREE}; {_30}"),
    "n5-iqr15": Rule(5, 0.15, f"{_FIVE}; {_15}"),
    "n5-iqr30": Rule(5, 0.30, f"{_FIVE}; {_30}"),
    "n10-iqr15": Rule(10, 0.15, f"{_TEN}; {_15}"),
    "n10-iqr30": Rule(10, 0.30, f"{_TEN}; {_30}"),
}

DEFAULT_RULE: RuleId = "n5-iqr30"


def verdict(rule: Rule, holds: int, median_pct: float | None, iqr_pct: float | None) -> Verdict:
    """What a rule says of an exam's holds.

    Args:
        rule: a row of the table.
        holds: acquisitions that count.
        median_pct: of the holds' medians, %; None where there is none.
        iqr_pct: of the holds' medians, percentage points.

    Returns:
        "collecting" before the first hold counts, "insufficient" while there are too few, then
        whether they agree.
    """
    if median_pct is None or iqr_pct is None or holds == 0:
        return "collecting"
    if holds < rule.holds:
        return "insufficient"
    agrees = iqr_pct <= max(rule.floor_pct, rule.share * median_pct)
    return "repeatable" if agrees else "not_repeatable"
