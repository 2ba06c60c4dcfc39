"""Real bytes of the protocol, and what they say (tests/golden/make_wire.py)."""

import json
from pathlib import Path
from typing import Any

import msgpack
import msgspec
import pytest

from edge.contract import codec

FOLDER = Path(__file__).parents[2] / "golden" / "wire"
SAMPLES = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}
VALID = [name for name, said in SAMPLES.items() if "fields" in said]
REFUSED = [name for name, said in SAMPLES.items() if "refused" in said]
DECODE = {
    "frame": codec.decode_frame,
    "event": codec.decode_event,
    "estimate": codec.decode_estimate,
    "reading": codec.decode_reading,
    "status": codec.decode_status,
}

SUMMARY_LEFT_OUT = {"grades_possible": [], "frames_by_view": {}, "reasons": {}, "restarts": 0}
"""Optional keys, and what they are for whoever does not send them."""


def complete(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with the optional ones that were left out."""
    if kind == "frame":
        return {"hold": None, **fields}
    if kind == "estimate":
        return {**SUMMARY_LEFT_OUT, **fields}
    if kind == "reading":
        views = {view: {**SUMMARY_LEFT_OUT, **each} for view, each in fields["views"].items()}
        return {"acquisitions": {}, **fields, "views": views}
    if kind == "status":
        return {"overlay": None, **fields}
    return fields


def sample(name: str) -> tuple[dict[str, Any], bytes]:
    return SAMPLES[name], (FOLDER / f"{name}.bin").read_bytes()


def plain(message: msgspec.Struct) -> dict[str, Any]:
    """A typed message as its bytes read without types."""
    fields: dict[str, Any] = msgpack.unpackb(codec.encode(message))
    return fields


def test_there_are_samples_of_every_kind() -> None:
    assert {SAMPLES[name]["kind"] for name in VALID} == set(DECODE)
    assert {SAMPLES[name]["kind"] for name in REFUSED} == {"frame", "event"}
    assert len(VALID) + len(REFUSED) == len(list(FOLDER.glob("*.bin"))) > 60


@pytest.mark.parametrize("name", VALID)
def test_plain_msgpack_reads_the_fields_beside_the_bytes(name: str) -> None:
    said, data = sample(name)

    assert msgpack.unpackb(data) == said["fields"]


@pytest.mark.parametrize("name", VALID)
def test_the_codec_reads_the_fields_beside_the_bytes(name: str) -> None:
    said, data = sample(name)

    fields = plain(DECODE[said["kind"]](data))

    known = {key: value for key, value in said["fields"].items() if key not in said["ignored"]}
    assert fields == complete(said["kind"], known)


@pytest.mark.parametrize("name", VALID)
def test_what_is_encoded_decodes_to_the_same(name: str) -> None:
    said, data = sample(name)
    decode = DECODE[said["kind"]]

    message = decode(data)

    assert decode(codec.encode(message)) == message


@pytest.mark.parametrize("name", REFUSED)
def test_what_must_be_refused_is_refused(name: str) -> None:
    said, data = sample(name)

    with pytest.raises(codec.RefusedError) as refusal:
        DECODE[said["kind"]](data)

    assert "Jane" not in str(refusal.value)
