"""The goals of `budget.toml`, and whether a measured value meets them."""

from pathlib import Path
from typing import Literal

import msgspec

PATH = Path(__file__).with_name("budget.toml")

Verdict = Literal["stretch", "holds", "unsure", "broken"]


class Goal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A limit: `at_most` or `at_least`, one of them."""

    name: str
    what: str
    at_most: float | None = None
    at_least: float | None = None
    stretch: float
    gate: bool = False
    """Whether a breach fails CI as well."""

    def __post_init__(self) -> None:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError(f"{self.name}: at_most or at_least, one of them")

    @property
    def limit(self) -> str:
        """In short, with what is wished for in brackets."""
        if self.at_most is not None:
            return f"≤ {self.at_most:g} ({self.stretch:g})"
        return f"≥ {self.at_least:g} ({self.stretch:g})"

    def judge(self, value: float, low: float, high: float) -> Verdict:
        """What a value with its interval says; "unsure" where a breach may be chance."""
        if self.at_most is not None:
            limit, stretch, best = self.at_most, self.stretch, low
        else:
            # The same question about the other direction.
            limit, stretch, best = -(self.at_least or 0), -self.stretch, -high
            value = -value
        if value <= stretch:
            return "stretch"
        if value <= limit:
            return "holds"
        return "unsure" if best <= limit else "broken"


class _Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    goal: list[Goal]


def read_goals(path: Path = PATH) -> list[Goal]:
    """The goals, in their order; msgspec.ValidationError where the file is not as it must be."""
    return msgspec.toml.decode(path.read_bytes(), type=_Budget).goal
