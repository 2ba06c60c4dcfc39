import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.contract.protobuf import FIXED32, LENGTH, VARINT, WireError, fields, signed, varints


def read(data: bytes) -> list[tuple[int, int, int | bytes]]:
    return [
        (number, wire, value if isinstance(value, int) else bytes(value))
        for number, wire, value in fields(memoryview(data))
    ]


def test_the_examples_of_the_encoding_guide_are_read() -> None:
    assert read(bytes.fromhex("089601")) == [(1, VARINT, 150)]
    assert read(bytes.fromhex("120774657374696e67")) == [(2, LENGTH, b"testing")]
    assert list(varints(memoryview(bytes.fromhex("038e029ea705")))) == [3, 270, 86942]
    assert read(bytes.fromhex("3d0000803f")) == [(7, FIXED32, b"\0\0\x80?")]
    assert signed(2**64 - 2) == -2


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("08", "without end"),
        ("0896", "without end"),
        ("08" + "80" * 10 + "01", "without end"),
        ("08" + "ff" * 9 + "02", "over-long"),
        ("088000", "over-long"),
        ("0001", "field number 0"),
        ("0b0c", "wire type 3"),
        ("0e", "wire type 6"),
        ("120874657374696e67", "ends beyond"),
        ("3d000080", "ends beyond"),
        ("12ffffffffffffffffff01", "ends beyond"),
    ],
)
def test_what_a_lenient_reader_might_take_is_refused(data: str, says: str) -> None:
    with pytest.raises(WireError, match=says):
        read(bytes.fromhex(data))


@given(st.binary(max_size=64))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        list(fields(memoryview(data)))
    except WireError:
        return
