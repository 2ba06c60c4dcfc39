"""Subjects that differ in fat alone: the same seeds, the same body."""

import msgspec

from edge.scanner.virtual import Subject, draw_subject


def twin(seed: int, fat_pct: float, preset: str = "single") -> Subject:
    """The subject of a seed with that much fat, in the body of one with 5 %."""
    subject = draw_subject(preset, seed, fat_pct=fat_pct)
    return msgspec.structs.replace(subject, body=draw_subject(preset, seed, fat_pct=5.0).body)


def with_biology(subject: Subject, **changed: float) -> Subject:
    """The subject with some latents of its biology changed."""
    biology = msgspec.structs.replace(subject.biology, **changed)
    return msgspec.structs.replace(subject, biology=biology)


def spearman(first: list[float], second: list[float]) -> float:
    """Rank correlation; no ties."""
    ranks = [[sorted(values).index(value) for value in values] for values in (first, second)]
    apart = sum((a - b) ** 2 for a, b in zip(*ranks, strict=True))
    count = len(first)
    return float(1 - 6 * apart / (count * (count**2 - 1)))
