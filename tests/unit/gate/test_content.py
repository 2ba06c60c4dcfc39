import cv2
import numpy as np
import pytest

from edge.contract.crop import CropSpec, crop
from edge.fan.placing import Placed
from edge.gate import limits
from edge.gate.content import Content
from edge.gate.look import Look
from tests import pictures

GOOD = Placed(pictures.drawn(0), pictures.drawn(0))


class WithDead(Look):
    def __init__(self, share: float) -> None:
        super().__init__(GOOD)
        self._dead = share

    def dead(self, share: float) -> bool:
        return self._dead >= share


@pytest.mark.parametrize(("make", "reason"), pictures.BAD.values(), ids=pictures.BAD)
def test_each_kind_of_bad_picture_has_its_reason(make: pictures.Make, reason: str) -> None:
    for number in range(20):
        image = make(number)
        assert Content().check(Look(Placed(image, image))) == reason


def test_good_pictures_have_none() -> None:
    content = Content()
    for number in range(20):
        image = pictures.drawn(number)
        assert content.check(Look(Placed(image, image))) is None


def test_a_picture_beside_the_window_is_told_from_one_without_contact() -> None:
    image, window = pictures.drawn(0), pictures.black(0)

    assert Content().check(Look(Placed(image, window))) == "outside_crop"


def test_a_band_at_the_face_of_a_probe_in_the_air_is_no_picture_beside_the_window() -> None:
    image, window = pictures.drawn(0), pictures.black(0)
    band = np.zeros_like(image)
    band[: image.shape[0] // 8] = image[image.shape[0] // 2 :][: image.shape[0] // 8]

    look = Look(Placed(band, window))

    assert look.outside() > 0.9
    assert Content().check(look) == "no_contact"


def test_the_depth_of_a_black_frame_is_none() -> None:
    black = pictures.black(0)

    assert Look(Placed(black, black)).depth() == 0.0


def test_a_picture_larger_than_the_window_is_not_outside_it() -> None:
    image = pictures.drawn(0)

    assert Content().check(Look(Placed(image, image[90:270, 90:270]))) is None


def test_what_is_outside_is_reckoned_at_the_scale_of_the_window() -> None:
    image = pictures.drawn(0)
    half = image[::2, ::2].copy()

    assert Look(Placed(image, half, zoom=(0.5, 0.5))).outside() < 0.05
    assert Look(Placed(image, half)).outside() > 0.7


def test_a_fault_stays_until_it_is_clearly_gone() -> None:
    content = Content()
    between = (limits.DEAD.enter + limits.DEAD.leave) / 2

    found = [content.check(WithDead(share)) for share in (between, limits.DEAD.enter, between)]
    found += [content.check(WithDead(share)) for share in (limits.DEAD.leave - 0.01, between)]

    assert found == [None, "no_contact", "no_contact", None, None]


def test_a_share_that_trembles_between_the_lines_does_not_make_the_verdict_flicker() -> None:
    content = Content()
    content.check(WithDead(limits.DEAD.enter))
    trembling = [limits.DEAD.leave + 0.001, limits.DEAD.enter - 0.001] * 50

    assert {content.check(WithDead(share)) for share in trembling} == {"no_contact"}


@pytest.mark.parametrize("side_px", [360, 200, 120, 64])
def test_a_frame_that_covers_only_the_middle_of_the_window_is_looked_at_there(side_px: int) -> None:
    spec = CropSpec()
    for make, reason in ((pictures.drawn, None), (pictures.half_contact, "no_contact")):
        image = np.asarray(cv2.resize(make(0), (side_px, side_px), interpolation=cv2.INTER_AREA))
        window = crop(np.asarray(image, np.uint8), spec)
        assert Content().check(Look(Placed(image, window))) == reason
