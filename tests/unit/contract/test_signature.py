import pytest

from edge.contract.signature import Signature, SignatureError, parse, verify

# RFC 8032, section 7.1, TEST 2.
KEY = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
MESSAGE = b"\x72"
VALUE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)
SIGNATURE = Signature(KEY, VALUE)


def test_the_standards_own_signature_is_right() -> None:
    verify(SIGNATURE, MESSAGE)


@pytest.mark.parametrize(
    ("signature", "message"),
    [
        (SIGNATURE, b"\x73"),
        (SIGNATURE, b""),
        (Signature(KEY, bytes(64)), MESSAGE),
        (Signature("00" * 32, VALUE), MESSAGE),
        (Signature("ff" * 32, VALUE), MESSAGE),
    ],
)
def test_another_message_value_or_key_is_wrong(signature: Signature, message: bytes) -> None:
    with pytest.raises(SignatureError, match="not a signature of these bytes"):
        verify(signature, message)


def test_a_line_is_read_back() -> None:
    assert parse(SIGNATURE.line()) == SIGNATURE


@pytest.mark.parametrize(
    "line",
    [
        b"",
        SIGNATURE.line()[:-1],
        SIGNATURE.line() + b"\n",
        SIGNATURE.line().upper(),
        SIGNATURE.line().replace(b" ", b"  "),
        SIGNATURE.line().replace(b"\n", b"\r\n"),
        SIGNATURE.line().replace(b"ed25519", b"ed448"),
        SIGNATURE.line().replace(KEY.encode(), KEY.upper().encode()),
    ],
)
def test_a_signature_can_be_written_in_one_way_only(line: bytes) -> None:
    with pytest.raises(SignatureError, match="not a line"):
        parse(line)
