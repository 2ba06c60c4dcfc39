"""What a reader looks up stands in the documents: every reason, flag, rule and verdict."""

from pathlib import Path
from typing import get_args

import pytest

from edge.contract.messages import State, Verdict
from edge.contract.trust import UNSIGNED_FLAG
from edge.gate import FLAGS, REASONS
from edge.providers import DEGRADED_FLAG
from edge.reading import RULES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", ["protocol.md", "reading.md"])
def test_every_reason_flag_and_verdict_is_documented(page: str) -> None:
    text = (DOCS / page).read_text()

    for code in (*REASONS, *FLAGS, *get_args(Verdict)):
        assert f"`{code}`" in text, code


def test_the_reasons_stand_in_the_order_in_which_they_apply() -> None:
    text = (DOCS / "protocol.md").read_text()
    places = [text.index(f"\n| `{code}` |") for code in REASONS]

    assert places == sorted(places)


@pytest.mark.parametrize("page", ["protocol.md", "operations.md"])
def test_every_state_is_documented(page: str) -> None:
    text = (DOCS / page).read_text()

    for state in get_args(State):
        assert f"\n| `{state}` |" in text, state


def test_the_flags_of_a_model_are_documented() -> None:
    text = (DOCS / "protocol.md").read_text()

    assert all(f"`{flag}`" in text for flag in (UNSIGNED_FLAG, DEGRADED_FLAG))


def test_every_rule_is_documented() -> None:
    text = (DOCS / "reading.md").read_text()

    assert all(f"`{rule}`" in text for rule in RULES)
