import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.reading.quartiles import quartiles


@given(st.lists(st.floats(0, 100), min_size=1, max_size=60))
def test_they_are_numpys_bit_for_bit(values: list[float]) -> None:
    lower, upper = np.percentile(values, (25, 75))

    assert quartiles(sorted(values)) == (lower, np.median(values), upper)


def test_of_nothing_there_are_none() -> None:
    with pytest.raises(ValueError, match="no value"):
        quartiles([])
