"""Quartiles of sorted values, bit for bit as numpy's."""

from collections.abc import Sequence

from edge.histogram import between


def quartiles(ordered: Sequence[float]) -> tuple[float, float, float]:
    """25th, 50th and 75th percentile of sorted values (Hyndman and Fan 1996, type 7).

    Raises:
        ValueError: there is no value.
    """
    if not ordered:
        raise ValueError("no value yet")
    count = len(ordered)
    middle = count // 2
    median = ordered[middle] if count % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    return _at(ordered, 0.25), median, _at(ordered, 0.75)


def _at(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    rank = int(place)
    low, high = ordered[rank], ordered[min(rank + 1, len(ordered) - 1)]
    return between(low, high, place % 1)
