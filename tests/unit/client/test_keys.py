from pathlib import Path

import pytest
import zmq
import zmq.auth

from edge.client import Keys, KeysError
from edge.client.keys import read_key


def text(key: bytes) -> str:
    return key.decode()


def test_a_key_is_read_from_text_a_plain_file_or_a_certificate(tmp_path: Path) -> None:
    public, secret = map(text, zmq.curve_keypair())
    plain = tmp_path / "server.key"
    plain.write_text(public + "\n")
    files = zmq.auth.create_certificates(tmp_path, "viewer")

    assert read_key(public, "public", "server") == public
    assert read_key(plain, "public", "server") == public
    assert read_key(str(plain), "public", "server") == public
    for file in files[1:]:
        for half in ("public", "secret"):
            found = read_key(file, half, half)  # type: ignore[arg-type]
            assert found.encode() in zmq.auth.load_certificate(file)
    assert secret != public


@pytest.mark.parametrize("name", ["server", "secret"])
def test_what_is_no_key_is_refused_without_repeating_it(name: str) -> None:
    mistyped = "hush" * 9

    with pytest.raises(KeysError, match=name) as refused:
        read_key(mistyped, "secret", name)

    assert mistyped not in str(refused.value)


def test_a_file_without_a_key_is_named(tmp_path: Path) -> None:
    path = tmp_path / "viewer.key"
    path.write_text("nothing of the kind")

    with pytest.raises(KeysError, match=r"viewer\.key: holds no secret key"):
        read_key(path, "secret", "secret")


def test_half_a_pair_is_refused() -> None:
    public = text(zmq.curve_keypair()[0])
    socket = zmq.Context.instance().socket(zmq.SUB)

    with socket, pytest.raises(KeysError, match="both or neither"):
        Keys(public, public=public).apply(socket)
