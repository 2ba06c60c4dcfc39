from pathlib import Path

import pytest

from edge.contract.bundle import Bundle, BundleError, read_bundle
from edge.serials import FILE_NAME, read_serials, remember
from tests.bundles import TRUST, make_bundle


def bundle(folder: Path, name: str, serial: int) -> Bundle:
    path = make_bundle(folder / f"{name}-{serial}", name=name, serial=serial)
    return read_bundle(path, TRUST)


def test_the_highest_serial_of_each_name_is_remembered(tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert read_serials(state) == {}

    for name, serial in (("one", 3), ("two", 1), ("one", 5), ("one", 4)):
        remember(state, bundle(tmp_path, name, serial))

    assert read_serials(state) == {"one": 5, "two": 1}


def test_the_record_is_for_its_owner_alone(tmp_path: Path) -> None:
    state = tmp_path / "state"
    remember(state, bundle(tmp_path, "one", 3))

    assert state.stat().st_mode & 0o777 == 0o700
    assert (state / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in state.iterdir()] == [FILE_NAME]


def test_what_nobody_trusted_signed_is_not_remembered(tmp_path: Path) -> None:
    remember(tmp_path / "state", read_bundle(make_bundle(tmp_path / "b", serial=9)))

    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"one": -1}', '{"one": "3"}', "\xff"])
def test_a_damaged_record_is_not_taken_for_an_empty_one(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE_NAME).write_text(text, "latin-1")

    with pytest.raises(BundleError, match=r"bundles\.json: .*delete it") as refusal:
        read_serials(tmp_path)
    assert refusal.value.reason == "state"


def test_a_folder_that_cannot_be_made_is_refused_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "state").symlink_to(tmp_path / "nowhere")

    with pytest.raises(BundleError, match="set state_dir"):
        remember(tmp_path / "state", bundle(tmp_path, "one", 3))
