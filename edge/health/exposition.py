"""Prometheus' text format, version 0.0.4: families of samples as lines.

Source: Prometheus' documentation, "Exposition formats" and "Metric and label naming".
"""

import re
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from edge.health.tally import Histogram

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Kind = Literal["counter", "gauge", "histogram", "summary"]
Labels = Mapping[str, str]

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


class Sample(NamedTuple):
    """`suffix` of the family's name: "", "_bucket", "_sum" or "_count"."""

    value: float
    labels: Labels
    suffix: str = ""


class Family(NamedTuple):
    """All samples of one name."""

    name: str
    kind: Kind
    help: str
    samples: list[Sample]


def single(name: str, kind: Kind, text: str, value: float, /, **labels: str) -> Family:
    """A family of one sample."""
    return Family(name, kind, text, [Sample(value, labels)])


def bucketed(histogram: Histogram, labels: Labels) -> list[Sample]:
    """Samples of a histogram: counts up to each bound, the number of values and their sum."""
    samples, below = [], 0
    for bound, count in zip((*histogram.bounds, float("inf")), histogram.counts, strict=True):
        below += count
        samples.append(Sample(below, {**labels, "le": _number(bound)}, "_bucket"))
    return [*samples, Sample(histogram.total, labels, "_sum"), Sample(below, labels, "_count")]


def summed(total: float, count: float, labels: Labels) -> list[Sample]:
    """Samples of a summary without quantiles."""
    return [Sample(total, labels, "_sum"), Sample(count, labels, "_count")]


def render(families: Iterable[Family]) -> str:
    """The page; a family without a sample says that it exists, as Prometheus' own clients do.

    Raises:
        ValueError: a name is none.
    """
    lines: list[str] = []
    for family in families:
        if not _NAME.fullmatch(family.name):
            raise ValueError(f"{family.name!r}: a metric's name is made of a-z 0-9 _")
        lines += [f"# HELP {family.name} {family.help}", f"# TYPE {family.name} {family.kind}"]
        lines += [_line(family.name, sample) for sample in family.samples]
    return "\n".join(lines) + "\n"


def _line(name: str, sample: Sample) -> str:
    pairs = ",".join(
        f'{label}="{text.translate(_ESCAPES)}"' for label, text in sample.labels.items()
    )
    return (
        f"{name}{sample.suffix}{{{pairs}}} {_number(sample.value)}"
        if pairs
        else (f"{name}{sample.suffix} {_number(sample.value)}")
    )


def _number(value: float) -> str:
    if value == float("inf"):
        return "+Inf"
    return str(int(value)) if float(value).is_integer() else repr(float(value))
