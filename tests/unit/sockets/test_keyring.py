import os
import resource
from pathlib import Path

import pytest

from edge.sockets.certificate import KeyringError, read_public
from edge.sockets.enrolment import Enrolment
from edge.sockets.keyring import Keyring
from edge.sockets.keys import KeyPair, fingerprint


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    ring = Keyring(tmp_path / "keys")
    ring.create()
    return ring


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_pair_is_written_for_its_owner_alone_and_read_back(tmp_path: Path) -> None:
    ring = Keyring(tmp_path / "keys")
    pair = ring.create()

    assert ring.own() == pair
    assert read_public(ring.folder / "own.key") == pair.public
    assert pair.secret not in (ring.folder / "own.key").read_text()
    assert (mode(ring.folder), mode(ring.folder / "own.key_secret")) == (0o700, 0o600)


def test_a_pair_is_not_overwritten(keyring: Keyring) -> None:
    before = keyring.own()

    with pytest.raises(KeyringError, match=r"own\.key_secret: there is a pair already"):
        keyring.create()

    assert keyring.own() == before


def test_a_secret_is_never_shown(keyring: Keyring) -> None:
    pair = keyring.own()

    assert pair.secret not in repr(pair)


@pytest.mark.parametrize("loose", [0o640, 0o604, 0o666])
def test_a_secret_that_others_may_read_is_refused(keyring: Keyring, loose: int) -> None:
    (keyring.folder / "own.key_secret").chmod(loose)

    with pytest.raises(KeyringError, match=f"mode 0{loose:o} lets others in; chmod 0600"):
        keyring.own()


def test_a_missing_pair_says_how_it_is_made(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="edge keys new --dir"):
        Keyring(tmp_path).own()


@pytest.mark.parametrize(
    ("replaced", "says"), [("secret-key", "no secret key"), ("public-key", "no public key")]
)
def test_a_broken_pair_is_refused(keyring: Keyring, replaced: str, says: str) -> None:
    path = keyring.folder / "own.key_secret"
    path.write_text(path.read_text().replace(replaced, "lost"))

    with pytest.raises(KeyringError, match=says):
        keyring.own()


def test_two_keys_that_are_no_pair_are_refused(keyring: Keyring) -> None:
    path = keyring.folder / "own.key_secret"
    other = KeyPair.draw()
    path.write_text(path.read_text().replace(keyring.own().public, other.public))

    with pytest.raises(KeyringError, match="are no pair"):
        keyring.own()


def test_peers_are_enrolled_and_revoked(keyring: Keyring) -> None:
    key = KeyPair.draw().public
    keyring.enrol("room1", key)
    enrolled = keyring.enrolled()
    keyring.revoke("room1")

    assert enrolled == ({"room1": key}, ())
    assert keyring.enrolled() == ({}, ())


@pytest.mark.parametrize("name", ["", "../room1", "a/b", "a b", ".hidden", "x" * 65, "Müller"])
def test_a_name_is_no_path(keyring: Keyring, name: str) -> None:
    for act in (lambda: keyring.enrol(name, KeyPair.draw().public), lambda: keyring.revoke(name)):
        with pytest.raises(KeyringError, match="a name is 1 to 64"):
            act()


def test_one_key_stands_for_one_peer(keyring: Keyring) -> None:
    key = KeyPair.draw().public
    keyring.enrol("room1", key)

    with pytest.raises(KeyringError, match="room1 has this key"):
        keyring.enrol("room2", key)
    with pytest.raises(KeyringError, match="room1 is enrolled already"):
        keyring.enrol("room1", KeyPair.draw().public)


def test_a_key_copied_under_a_second_name_admits_neither(keyring: Keyring) -> None:
    keyring.enrol("room1", KeyPair.draw().public)
    keyring.enrol("room2", KeyPair.draw().public)
    folder = keyring.folder / "enrolled"
    (folder / "twin.key").write_text((folder / "room1.key").read_text())
    (folder / "twin.key").chmod(0o600)

    keys, faults = keyring.enrolled()

    assert list(keys) == ["room2"]
    assert "room1, twin have one key" in faults[0]


def test_a_broken_file_admits_nobody_and_harms_nobody(keyring: Keyring) -> None:
    keyring.enrol("room1", KeyPair.draw().public)
    keyring.enrol("room2", KeyPair.draw().public)
    keyring.enrol("room3", KeyPair.draw().public)
    (keyring.folder / "enrolled" / "room1.key").write_text("public-key = 'short'")
    (keyring.folder / "enrolled" / "room2.key").chmod(0o666)

    keys, faults = keyring.enrolled()

    assert list(keys) == ["room3"]
    assert ["room1.key" in faults[0], "room2.key: mode 0666" in faults[1]] == [True, True]


def test_a_folder_in_which_others_may_write_enrols_nobody(keyring: Keyring) -> None:
    keyring.enrol("room1", KeyPair.draw().public)
    (keyring.folder / "enrolled").chmod(0o777)

    keys, faults = keyring.enrolled()

    assert keys == {}
    assert "mode 0777 lets others in" in faults[0]


def test_a_revoked_name_lists_who_is_left(keyring: Keyring) -> None:
    keyring.enrol("room1", KeyPair.draw().public)

    with pytest.raises(KeyringError, match="no such file; enrolled: room1"):
        keyring.revoke("room2")


def test_changes_are_seen_within_a_second_of_the_clock(keyring: Keyring) -> None:
    now_s = 100.0
    enrolment = Enrolment(keyring.folder, lambda: now_s)
    client = enrolment.client("room1")
    before = client.server_key()
    key = KeyPair.draw().public
    keyring.enrol("room1", key)
    within = client.server_key()
    now_s += 1.0

    assert (before, within, client.server_key()) == ("", "", key)
    assert enrolment.name_of(key) == "room1"
    keyring.revoke("room1")
    now_s += 1.0
    assert enrolment.name_of(key) is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(KeyringError, match="cannot be written"):
        Keyring(tmp_path / "keys").create()


def test_a_process_without_descriptors_shuts_nobody_out(keyring: Keyring) -> None:
    now_s = 100.0
    enrolment = Enrolment(keyring.folder, lambda: now_s)
    keyring.enrol("room1", KeyPair.draw().public)
    before = enrolment.enrolled()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    now_s += 1.0
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        during, faults = enrolment.enrolled(), enrolment.faults
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    now_s += 1.0

    assert during == before == enrolment.enrolled()
    assert "cannot be read just now: Too many open files" in faults[0]
    assert enrolment.faults == ()


def test_a_file_that_goes_while_it_is_read_harms_nobody(keyring: Keyring) -> None:
    keyring.enrol("room1", KeyPair.draw().public)
    (keyring.folder / "enrolled" / "gone.key").symlink_to(keyring.folder / "nowhere")

    keys, faults = keyring.enrolled()

    assert list(keys) == ["room1"]
    assert "gone.key: cannot be read: No such file or directory" in faults[0]


def test_a_pair_alone_enrols_nobody(keyring: Keyring) -> None:
    (keyring.folder / "enrolled").rmdir()

    assert keyring.enrolled() == ({}, ())


def test_who_comes_and_goes_while_it_runs_is_recorded_and_who_was_there_is_not(
    keyring: Keyring,
) -> None:
    now_s, told = 100.0, []
    keyring.enrol("room1", KeyPair.draw().public)
    enrolment = Enrolment(
        keyring.folder,
        lambda: now_s,
        lambda event, **fields: told.append((event, fields["name"], fields["key"])),
    )
    enrolment.enrolled()
    first, second = KeyPair.draw().public, KeyPair.draw().public
    keyring.enrol("ward", first)
    now_s += 1.0
    enrolment.enrolled()
    keyring.revoke("ward")
    keyring.enrol("ward", second)  # another key of the same name, within one look
    now_s += 1.0
    enrolment.enrolled()

    assert told == [
        ("admits", "ward", fingerprint(first)),
        ("admits_no_longer", "ward", fingerprint(first)),
        ("admits", "ward", fingerprint(second)),
    ]
