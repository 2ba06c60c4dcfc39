from edge.contract.messages import ModelInfo
from edge.gate.limits import CONFIRMED_AFTER
from edge.gate.setup import Setup, SetupWatch

MODEL = ModelInfo(name="a", version="1", sha256="0" * 64, provider="cpu", precision="fp32")
USUAL = Setup(640, 480, "gray8", (0.3, 0.3), MODEL)
DEEPER = USUAL._replace(spacing_mm=(0.4, 0.4))


def test_a_single_odd_frame_changes_nothing() -> None:
    watch = SetupWatch(USUAL)

    assert [watch.take(setup) for setup in (USUAL, DEEPER, USUAL)] == ["same", "odd", "same"]


def test_a_setup_that_lasts_becomes_the_exams_own() -> None:
    watch = SetupWatch(USUAL)

    found = [watch.take(DEEPER) for _ in range(CONFIRMED_AFTER + 2)]

    assert found == ["odd"] * (CONFIRMED_AFTER - 1) + ["restart", "same", "same"]
    assert watch.take(USUAL) == "odd"


def test_setups_that_take_turns_are_never_confirmed() -> None:
    watch = SetupWatch(USUAL)
    other = USUAL._replace(width=800)

    assert {watch.take(setup) for setup in [DEEPER, other] * 20} == {"odd"}


def test_interrupted_frames_of_another_setup_do_not_add_up() -> None:
    watch = SetupWatch(USUAL)

    found = [watch.take(setup) for setup in ([DEEPER] * (CONFIRMED_AFTER - 1) + [USUAL]) * 3]

    assert "restart" not in found


def test_another_model_begins_anew_at_once() -> None:
    newer = ModelInfo(name="a", version="2", sha256="1" * 64, provider="cpu", precision="fp32")
    watch = SetupWatch(USUAL)

    assert watch.take(USUAL._replace(model=newer)) == "restart"
    assert watch.take(USUAL._replace(model=newer)) == "same"
