import dataclasses
import json
from pathlib import Path
from typing import Any

import msgpack
import pytest

from edge.client import Estimate, Reading, RefusedError, Status, Summary
from edge.client.messages import decode
from edge.contract import messages as contract

FOLDER = Path(__file__).parents[2] / "golden" / "wire"
TOPIC = {"estimate": "fat/room/AR", "reading": "reading/room", "status": "status/room"}
KINDS = {"estimate": Estimate, "reading": Reading, "status": Status}
OWN = {"extra", "blank"}


def golden(stem: str) -> tuple[dict[str, Any], bytes]:
    """Fields and bytes of a stored message of the daemon's."""
    said = json.loads((FOLDER / f"{stem}.json").read_text())
    return said["fields"], (FOLDER / f"{stem}.bin").read_bytes()


def stored() -> list[str]:
    names = [path.stem for path in FOLDER.glob("*.bin")]
    return sorted(name for name in names if name.partition("_")[0] in TOPIC)


@pytest.mark.parametrize("stem", stored())
def test_the_daemons_stored_bytes_are_read_with_every_field(stem: str) -> None:
    fields, data = golden(stem)
    kind = stem.partition("_")[0]

    message = decode(TOPIC[kind], data)

    assert isinstance(message, KINDS[kind])
    del fields["v"]
    assert _of(dataclasses.asdict(message), fields) == fields


def _of(told: Any, said: Any) -> Any:
    """What is told of all that was said, without the defaults of what was left out."""
    if isinstance(said, dict):
        return {key: _of(told[key], each) for key, each in said.items()}
    if isinstance(said, list):
        return [_of(*pair) for pair in zip(told, said, strict=True)]
    return told


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (Estimate, contract.Estimate),
        (Reading, contract.Reading),
        (Status, contract.Status),
        (Summary, contract.Summary),
    ],
)
def test_the_fields_are_those_of_the_contract(here: Any, there: Any) -> None:
    ours = {field.name for field in dataclasses.fields(here)} - OWN

    theirs = set(there.__struct_fields__) - {"v"}
    optional = set(there.__struct_fields__[-len(there.__struct_defaults__) :])

    assert ours <= theirs
    assert theirs - ours <= optional, "what is optional there reaches a viewer in `extra`"


def test_a_key_that_is_not_known_is_kept_aside() -> None:
    fields = msgpack.unpackb(golden("estimate")[1])

    message = decode("fat/room/AR", msgpack.packb({**fields, "novel": [1, 2]}))

    assert message is not None
    assert message.extra == {"novel": [1, 2]}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"median_pct": "9"}, "median_pct"),
        ({"median_pct": float("nan")}, "median_pct"),
        ({"seq": 1.0}, "seq"),
        ({"seq": True}, "seq"),
        ({"scanner": b"room"}, "scanner"),
        ({"interval_pct": [1.0]}, "interval_pct"),
        ({"ledger": {"sent": "1"}}, "sent"),
        ({"model": {}}, "name is missing"),
        ({"v": 2}, "version 1"),
    ],
)
def test_a_field_that_is_wrong_is_refused_by_name(change: dict[str, Any], named: str) -> None:
    fields = msgpack.unpackb(golden("estimate")[1])

    with pytest.raises(RefusedError, match=named):
        decode("fat/room/AR", msgpack.packb({**fields, **change}))


def test_a_missing_field_is_refused_by_name() -> None:
    fields = msgpack.unpackb(golden("estimate")[1])
    del fields["median_pct"]

    with pytest.raises(RefusedError, match="Estimate: median_pct is missing"):
        decode("fat/room/AR", msgpack.packb(fields))


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x90", bytes(70_000)])
def test_bytes_that_are_no_message_are_refused(data: bytes) -> None:
    with pytest.raises(RefusedError):
        decode("fat/room/AR", data)


def test_a_topic_of_another_kind_is_passed_over() -> None:
    assert decode("novel/room", b"") is None
