from pathlib import Path

import pytest

from edge.__main__ import main
from edge.sockets.keyring import Keyring
from edge.sockets.keys import KeyPair


def told(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    """Exit code, and what was printed with its spaces closed up."""
    code = main(["keys", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, " ".join((out + err).split())


def test_a_pair_is_made_shown_and_exchanged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    daemon, scanner = tmp_path / "daemon", tmp_path / "scanner"
    codes = [told(capsys, "new", "--dir", folder)[0] for folder in (daemon, scanner)]
    code, enrolled = told(capsys, "enrol", "room1", scanner / "own.key", "--dir", daemon)
    _, shown = told(capsys, "show", "--dir", daemon)

    assert (*codes, code) == (0, 0, 0)
    assert "room1 is enrolled" in enrolled
    assert Keyring(daemon).own().public in shown
    assert f"room1 {Keyring(scanner).own().public}" in shown
    assert Keyring(daemon).own().secret not in shown


def test_a_key_may_be_given_as_text_and_be_revoked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Keyring(tmp_path).create()
    key = KeyPair.draw().public
    told(capsys, "enrol", "ward", "--dir", tmp_path, "--", key)
    enrolled, _ = Keyring(tmp_path).enrolled()
    code, said = told(capsys, "revoke", "ward", "--dir", tmp_path)

    assert enrolled == {"ward": key}
    assert (code, Keyring(tmp_path).enrolled()[0]) == (0, {})
    assert "cuts it off within 5 s" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("show",), "edge keys new --dir"),
        (("revoke", "ward"), "enrolled: nobody"),
        (("enrol", "ward", "no-such-file"), "no-such-file: cannot be read"),
        (("enrol", "../ward", "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"), "a name is 1 to 64"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    code, said = told(capsys, *arguments, "--dir", tmp_path)

    assert code == 2
    assert says in said
