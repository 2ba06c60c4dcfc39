"""Errors stand in the order mean > ridge > CNN > oracle, or the report says that they do not."""

from train.study.order import order_sentence, violations

GOOD = {"mean": 9.1, "median": 9.8, "ridge": 5.5, "CNN": 2.4, "oracle": 0.9}


def test_the_expected_order_has_no_violation() -> None:
    assert violations(GOOD) == []
    assert "holds for all three" in order_sentence({"AR": []})


def test_a_network_below_the_oracle_is_named() -> None:
    assert violations(GOOD | {"CNN": 0.5}) == ["CNN 0.50 is not above oracle 0.90"]


def test_a_network_no_better_than_the_ridge_is_named() -> None:
    assert violations(GOOD | {"CNN": 5.5}) == ["ridge 5.50 is not above CNN 5.50"]


def test_real_images_have_no_oracle() -> None:
    without = {name: value for name, value in GOOD.items() if name != "oracle"}
    assert violations(without) == []


def test_a_violation_is_said_aloud() -> None:
    said = order_sentence({"AR": [], "HR": ["CNN 0.50 is not above oracle 0.90"]})
    assert "VIOLATED. HR: CNN 0.50 is not above oracle 0.90." in said
