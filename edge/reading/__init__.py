"""The reading of an exam: median and spread of each view and of the pair, and a verdict."""

from edge.reading.boundaries import Moment
from edge.reading.exam import ExamReading
from edge.reading.rules import DEFAULT_RULE, RULES, Rule, RuleId
from edge.reading.typical import MAX_TYPICAL, Features, Kept, TypicalFrames

__all__ = [
    "DEFAULT_RULE",
    "MAX_TYPICAL",
    "RULES",
    "ExamReading",
    "Features",
    "Kept",
    "Moment",
    "Rule",
    "RuleId",
    "TypicalFrames",
]
