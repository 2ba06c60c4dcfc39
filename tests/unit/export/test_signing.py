"""Keys stay with their owner, and what is signed is what the daemon trusts."""

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed448, x25519

from edge.contract.bundle import BundleError, read_bundle
from edge.contract.trust import Trust
from export.__main__ import main
from export.signing import KeyFileError, default_key_path, new_key, read_key, sign
from tests.bundles import make_bundle


def test_a_new_key_is_its_owners_alone_and_signs_what_is_then_trusted(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "key.pem"
    public = new_key(path)
    folder = make_bundle(tmp_path / "bundle")

    bundle = sign(folder, read_key(path))

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert bundle.signed_by == public
    assert read_bundle(folder, Trust(frozenset({public}))).origin == "signed"


def test_a_key_file_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("dear")

    with pytest.raises(KeyFileError, match="is there already"):
        new_key(tmp_path / "key.pem")
    assert (tmp_path / "key.pem").read_text() == "dear"


def test_no_key_is_made_inside_of_a_repository_unless_insisted_on(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    path = tmp_path / "deep" / "down" / "key.pem"

    with pytest.raises(KeyFileError, match="--in-repository"):
        new_key(path)
    assert not path.exists()
    new_key(path, in_repository=True)
    assert path.exists()


def test_the_default_place_is_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert default_key_path() == Path("/home/me/.config/steatoscope/signing-key.pem")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/c")
    assert default_key_path() == Path("/c/steatoscope/signing-key.pem")


def test_a_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    new_key(tmp_path / "key.pem")
    (tmp_path / "key.pem").chmod(0o640)

    with pytest.raises(KeyFileError, match=r"mode 0640 .*chmod 600"):
        read_key(tmp_path / "key.pem")


def _pem(key: ed448.Ed448PrivateKey | x25519.X25519PrivateKey, password: bytes = b"") -> bytes:
    encryption = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )


@pytest.mark.parametrize(
    ("pem", "says"),
    [
        (b"", "not an unencrypted private key"),
        (b"-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----\n", "not an unencrypted"),
        (_pem(ed448.Ed448PrivateKey.generate()), "not one of Ed25519"),
        (_pem(x25519.X25519PrivateKey.generate(), b"secret"), "not an unencrypted"),
    ],
)
def test_what_is_no_such_key_is_refused(tmp_path: Path, pem: bytes, says: str) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(pem)
    path.chmod(0o600)

    with pytest.raises(KeyFileError, match=says):
        read_key(path)


def test_a_damaged_bundle_is_not_signed(tmp_path: Path) -> None:
    new_key(tmp_path / "key.pem")
    folder = make_bundle(tmp_path / "bundle")
    (folder / "AR.onnx").write_bytes(b"")

    with pytest.raises(BundleError, match=r"AR\.onnx: SHA-256"):
        sign(folder, read_key(tmp_path / "key.pem"))
    assert not (folder / "manifest.sig").exists()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="OpenSSL's command is not here")
def test_a_signature_can_be_checked_with_openssl(tmp_path: Path) -> None:
    """As docs/bundle.md shows it, for who does not take our word."""
    key, folder = tmp_path / "key.pem", make_bundle(tmp_path / "bundle")
    new_key(key)
    sign(folder, read_key(key))
    value = bytes.fromhex((folder / "manifest.sig").read_text().split()[2])
    (tmp_path / "raw").write_bytes(value)
    verify = ["openssl", "pkeyutl", "-verify", "-rawin", "-inkey", key]

    done = subprocess.run(
        [*verify, "-in", folder / "manifest.json", "-sigfile", tmp_path / "raw"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert "Signature Verified Successfully" in done.stdout


def test_from_key_to_verified_bundle_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, folder = str(tmp_path / "key.pem"), str(make_bundle(tmp_path / "bundle", serial=7))

    assert main(["keys", "new", "--key", key]) == 0
    made = capsys.readouterr()
    assert main(["keys", "show", "--key", key]) == 0
    public = capsys.readouterr().out.strip()
    assert made.out.strip() == public
    assert "PRIVATE" not in made.out + made.err

    assert main(["verify", folder, "--trusted-key", public]) == 1
    assert "refused (untrusted_key)" in " ".join(capsys.readouterr().out.split())
    assert main(["sign", folder, "--key", key]) == 0
    assert f"signed tiny 0, serial 7 by {public}" in " ".join(capsys.readouterr().out.split())
    assert main(["verify", folder, "--trusted-key", public]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert f"vouched for by trusted key {public}" in shown
    assert "Cast Expand Flatten" in shown


def test_a_missing_key_says_how_to_make_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(make_bundle(tmp_path / "bundle"))

    assert main(["sign", folder, "--key", str(tmp_path / "none.pem")]) == 1
    assert "python -m export keys new" in " ".join(capsys.readouterr().out.split())
