import pytest

from edge.contract.grading import grade


@pytest.mark.parametrize(
    ("fat_pct", "expected"),
    [
        (0.0, "S0"),
        (3.12, "S0"),
        (3.13, "S1"),
        (8.77, "S1"),
        (8.78, "S2"),
        (13.69, "S2"),
        (13.7, "S3"),
        (100.0, "S3"),
    ],
)
def test_a_threshold_belongs_to_the_lower_grade(fat_pct: float, expected: str) -> None:
    assert grade(fat_pct) == expected
