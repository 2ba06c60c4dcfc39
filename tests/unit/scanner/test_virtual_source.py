import numpy as np
import pytest

from edge.scanner.source import SourceError
from edge.scanner.virtual_source import VirtualSource


def test_the_same_words_give_the_same_pixels() -> None:
    text = "virtual:fat=12,view=HR,seed=7,frames=2"
    one, two = (list(VirtualSource(text).shots()) for _ in range(2))
    assert len(one) == 2
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(one, two, strict=True))
    assert not np.array_equal(one[0].pixels, one[1].pixels)


def test_shots_say_view_scale_and_time() -> None:
    source = VirtualSource("virtual:view=HR,frames=2")
    _, shot = source.shots()
    assert (source.count, source.fps) == (2, 30)
    assert (shot.view, shot.format) == ("HR", "gray8")
    assert shot.time_s == pytest.approx(1 / 30)
    assert shot.pixels.flags.c_contiguous
    assert shot.spacing_mm is not None
    assert 0.1 < shot.spacing_mm[0] < 1


def test_every_key_is_optional() -> None:
    source = VirtualSource("virtual:")
    assert source.count is not None
    assert source.count > 1
    assert next(source.shots()).view == "AR"


def test_another_seed_is_another_subject() -> None:
    one, two = (next(VirtualSource(f"virtual:seed={n},frames=1").shots()) for n in (1, 2))
    assert not np.array_equal(one.pixels, two.pixels)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("virtual:fatt=3", "'fatt' is not a key"),
        ("virtual:fat=3,fat=4", "'fat' comes twice"),
        ("virtual:fat", "'fat' is not allowed"),
        ("virtual:fat=-1", "'fat=-1' is not allowed"),
        ("virtual:fat=nan", "'fat=nan' is not allowed"),
        ("virtual:view=ar", "'view=ar' is not allowed"),
        ("virtual:seed=1.5", "'seed=1.5' is not allowed"),
        ("virtual:preset=nice", "'preset=nice' is not allowed"),
        ("virtual:frames=0", "'frames=0' is not allowed"),
    ],
)
def test_what_is_not_allowed_is_refused_with_all_that_is(text: str, said: str) -> None:
    with pytest.raises(SourceError, match=rf"{said}.*allowed: fat=.*view=AR\|HR.*preset=.*frames="):
        VirtualSource(text)


def test_more_frames_than_the_clip_has_are_refused_with_its_length() -> None:
    with pytest.raises(SourceError, match=r"clip has \d+ frames; frames=1\.\.\d+ are allowed"):
        VirtualSource("virtual:frames=100000")
