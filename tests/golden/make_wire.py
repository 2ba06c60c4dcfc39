"""Writes tests/golden/wire: real messages, and what they say, made with plain msgpack.

    python tests/golden/make_wire.py

Each NAME.bin is the map part of one message. NAME.json has its kind, and either its `fields` and
which of them a receiver must ignore, or why it must be refused. These files are the protocol: run
this only to add to it, and look at the difference.
"""

import json
from pathlib import Path
from typing import Any

import msgpack

FOLDER = Path(__file__).parent / "wire"

Fields = dict[str, Any]

FRAME: Fields = {
    "v": 1,
    "epoch": 4_611_686_018_427_387_905,
    "seq": 1234,
    "capture_ns": 1_767_225_600_123_456_789,
    "exam": "exam-7f3a",
    "view": "AR",
    "width": 1024,
    "height": 768,
    "format": "gray8",
    "spacing_mm": [0.21, 0.25],
}
EVENT: Fields = {
    "v": 1,
    "epoch": 4_611_686_018_427_387_905,
    "exam": "exam-7f3a",
    "event": "status",
    "last_seq": 1234,
    "time_ns": 1_767_225_600_123_456_789,
}
SUMMARY: Fields = {
    "median_pct": 8.77,
    "iqr_pct": 1.5,
    "frames": 30,
    "holds": 0,
    "hold_median_pct": None,
    "hold_iqr_pct": None,
    "interval_pct": None,
    "grade": "S1",
    "verdict": "collecting",
    "rule": "none",
}
LEDGER: Fields = {
    "sent": 40,
    "read": 30,
    "gated": 1,
    "overwritten": 4,
    "invalid": 2,
    "missing": 3,
    "duplicate": 5,
    "garbage": 6,
}
MODEL: Fields = {
    "name": "paper",
    "version": "1",
    "sha256": "ab" * 32,
    "provider": "cpu",
    "precision": "fp32",
}
PUBLISHED: Fields = {
    "v": 1,
    "scanner": "room1",
    "pub_epoch": 4_611_686_018_427_387_907,
    "pub_seq": 29,
    "publish_ns": 1_767_225_600_223_456_789,
    "ledger": LEDGER,
    "model": MODEL,
}
ESTIMATE: Fields = {
    **{key: FRAME[key] for key in ("exam", "view", "epoch", "seq", "capture_ns")},
    **PUBLISHED,
    **SUMMARY,
    "age_ms": 13.75,
    "stage_ms": {"receive": 0.25, "gate": 0.0, "crop": 1.0, "infer": 12.5, "journal": 0.0},
    "fat_pct": 9.03,
    "reason": None,
    "flags": [],
}
GATED: Fields = {
    "view": None,
    "fat_pct": None,
    "reason": "view_unknown",
    "flags": ["unknown_scale"],
    "median_pct": None,
    "iqr_pct": None,
    "frames": 0,
    "grade": None,
}
PAIR: Fields = {**SUMMARY, "median_pct": 3.12, "iqr_pct": 0.0, "frames": 1, "grade": "S0"}
HOLDS: Fields = {
    "holds": 5,
    "hold_median_pct": 3.0,
    "hold_iqr_pct": 0.5,
    "interval_pct": [1.5, 5.0],
    "grades_possible": ["S0", "S1"],
    "verdict": "repeatable",
    "rule": "n5-iqr30",
    "frames_by_view": {"AR": 120, "HR": 80},
    "reasons": {"no_contact": 12, "repeated": 3},
    "restarts": 1,
}
READING: Fields = {**PUBLISHED, "exam": "exam-7f3a", "views": {"AR": SUMMARY, "AR+HR": PAIR}}
STATUS: Fields = {
    **PUBLISHED,
    "state": "ready",
    "fps": 29.5,
    "provider": "cpu",
    "uptime_s": 3600.25,
    "journal": "off",
    "clock_offset_ms": None,
}

KNOWN: dict[str, set[str]] = {
    "frame": {*FRAME, "hold"},
    "event": {*EVENT},
    "estimate": {*ESTIMATE, *HOLDS},
    "reading": {*READING, "acquisitions"},
    "status": {*STATUS, "overlay"},
}

VALID: dict[str, tuple[str, Fields]] = {
    "frame": ("frame", FRAME),
    "frame_hold": ("frame", {**FRAME, "hold": 3, "view": "HR"}),
    "frame_least_said": ("frame", {**FRAME, "view": None, "spacing_mm": None, "hold": None}),
    "frame_smallest": ("frame", {**FRAME, "seq": 0, "epoch": 0, "width": 16, "height": 16}),
    "frame_largest": (
        "frame",
        {**FRAME, "seq": 2**63 - 1, "epoch": 2**64 - 1, "width": 4096, "height": 4096},
    ),
    "frame_negative_times": ("frame", {**FRAME, "epoch": -(2**63), "capture_ns": -1}),
    "frame_longest_exam": ("frame", {**FRAME, "exam": "A.z_9-" * 10 + "0123"}),
    "frame_whole_mm": ("frame", {**FRAME, "spacing_mm": [1, 100]}),
    "frame_jpeg": ("frame", {**FRAME, "format": "jpeg"}),
    "frame_32_entries": ("frame", {**FRAME, **{f"x{n}": n for n in range(22)}}),
    "frame_unknown_keys": (
        "frame",
        {**FRAME, "probe": {"mhz": 3.5}, "gains": [1, None, "high"], "on": True},
    ),
    "event_status": ("event", EVENT),
    "event_before_first_frame": ("event", {**EVENT, "last_seq": -1}),
    "event_freeze": ("event", {**EVENT, "event": "freeze"}),
    "event_unfreeze": ("event", {**EVENT, "event": "unfreeze"}),
    "event_exam_end": ("event", {**EVENT, "event": "exam_end", "note": "unknown keys pass"}),
    "estimate": ("estimate", ESTIMATE),
    "estimate_gated": ("estimate", {**ESTIMATE, **GATED}),
    "estimate_pair": ("estimate", {**ESTIMATE, **PAIR, "view": "AR+HR"}),
    "estimate_interval": (
        "estimate",
        {**ESTIMATE, "interval_pct": [6.5, 11.25], "holds": 2, "hold_median_pct": 8.5},
    ),
    "estimate_pair_holds": ("estimate", {**ESTIMATE, **PAIR, **HOLDS, "view": "AR+HR"}),
    "reading": ("reading", READING),
    "reading_holds": (
        "reading",
        {
            **READING,
            "views": {"AR": SUMMARY, "AR+HR": {**PAIR, **HOLDS}},
            "acquisitions": {"AR": [{"median_pct": 8.5, "iqr_pct": 0.75, "frames": 30}]},
        },
    ),
    "status": ("status", STATUS),
    "status_overlay": (
        "status",
        {
            **STATUS,
            "overlay": {
                "exam": "exam-7",
                "epoch": 4_611_686_018_427_387_905,
                "seq": 12,
                "width": 800,
                "height": 600,
                "window_px": [130.0, 30.0, 670.0, 570.0],
                "scale": "fan",
                "spacing_mm": [0.3, 0.3],
                "fan_px": [[400.0, 60.5], [40.0, 540.0], [760.0, 540.0]],
            },
        },
    ),
    "status_clock": ("status", {**STATUS, "state": "stale", "clock_offset_ms": -0.5}),
}


def _without(fields: Fields, key: str) -> bytes:
    return msgpack.packb({name: value for name, value in fields.items() if name != key})


def _frame(**changes: Any) -> bytes:
    return msgpack.packb({**FRAME, **changes})


def _event(**changes: Any) -> bytes:
    return msgpack.packb({**EVENT, **changes})


def _twice(fields: Fields, key: str) -> bytes:
    body = msgpack.packb(fields)[1:] + msgpack.packb(key) + msgpack.packb(fields[key])
    return bytes([0x80 | len(fields) + 1]) + body


REFUSED_FRAMES: dict[str, tuple[str, bytes]] = {
    **{f"no_{key}": (f"{key} is missing", _without(FRAME, key)) for key in FRAME},
    "version": ("v is not 1", _frame(v=2)),
    "version_bool": ("v is not an int", _frame(v=True)),
    "seq_text": ("seq is not an int", _frame(seq="1234")),
    "seq_float": ("seq is not an int", _frame(seq=1234.0)),
    "seq_negative": ("seq is below 0", _frame(seq=-1)),
    "seq_large": ("seq is above 2^63 - 1", _frame(seq=2**63)),
    "capture_float": ("capture_ns is not an int", _frame(capture_ns=1.7e18)),
    "exam_empty": ("exam is shorter than 1", _frame(exam="")),
    "exam_long": ("exam is longer than 64", _frame(exam="x" * 65)),
    "exam_name": ("exam has a space", _frame(exam="Jane Doe")),
    "exam_line": ("exam has a line break at its end", _frame(exam="exam-7f3a\n")),
    "exam_bin": ("exam is bin, not str", _frame(exam=b"exam-7f3a")),
    "view": ("view is not AR, HR or nil", _frame(view="XX")),
    "view_pair": ("view AR+HR is the daemon's alone", _frame(view="AR+HR")),
    "narrow": ("width is below 16", _frame(width=15)),
    "high": ("height is above 4096", _frame(height=4097)),
    "format": ("format is unknown", _frame(format="bmp")),
    "spacing_zero": ("spacing_mm is not above 0", _frame(spacing_mm=[0.0, 0.2])),
    "spacing_large": ("spacing_mm is above 100", _frame(spacing_mm=[0.2, 100.5])),
    "spacing_three": ("spacing_mm is not two numbers", _frame(spacing_mm=[0.2, 0.2, 0.2])),
    "hold_negative": ("hold is below 0", _frame(hold=-1)),
    "nan": ("a number is NaN", _frame(spacing_mm=[float("nan"), 0.2])),
    "infinity": ("a number is infinite, though under an unknown key", _frame(x=float("inf"))),
    "key_twice": ("a key comes twice", _twice(FRAME, "seq")),
    "key_int": ("a key is not text", msgpack.packb({**FRAME, 7: 1})),
    "key_bin": ("a key is not text", msgpack.packb({**FRAME, b"x": 1})),
    "entries": ("33 entries", msgpack.packb({**FRAME, **{f"x{n}": n for n in range(23)}})),
    "array": ("an array of 33", _frame(x=[0] * 33)),
    "levels": ("3 levels", _frame(x=[[0]])),
    "ext": ("an ext type", _frame(x=msgpack.ExtType(5, b"x"))),
    "timestamp": ("an ext type", _frame(x=msgpack.Timestamp(1, 2))),
    "long": ("over 4 KiB", _frame(x="x" * 4096)),
    "cut_short": ("the bytes end too early", msgpack.packb(FRAME)[:-1]),
    "too_much": ("bytes after the end", msgpack.packb(FRAME) + b"\x00"),
    "not_utf8": (
        "text that is not UTF-8",
        msgpack.packb(FRAME).replace(b"7f3a", b"\xff\xfe\xfd\xfc"),
    ),
    "list": ("not a map", msgpack.packb(list(FRAME.values()))),
    "empty": ("no bytes", b""),
    "empty_map": ("everything is missing", b"\x80"),
    "claims_4_gib": ("a length of 4 GiB", b"\x81\xa1x\xdb\xff\xff\xff\xff"),
}
REFUSED_EVENTS: dict[str, tuple[str, bytes]] = {
    **{f"no_{key}": (f"{key} is missing", _without(EVENT, key)) for key in EVENT},
    "kind": ("event is unknown", _event(event="reboot")),
    "last_seq": ("last_seq is below -1", _event(last_seq=-2)),
    "time_float": ("time_ns is not an int", _event(time_ns=1.5)),
}


def main() -> None:
    """Write every sample anew."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.iterdir():
        path.unlink()
    for name, (kind, fields) in VALID.items():
        ignored = [key for key in fields if key not in KNOWN[kind]]
        _write(name, msgpack.packb(fields), {"kind": kind, "fields": fields, "ignored": ignored})
    for kind, samples in (("frame", REFUSED_FRAMES), ("event", REFUSED_EVENTS)):
        for name, (reason, data) in samples.items():
            _write(f"refused_{kind}_{name}", data, {"kind": kind, "refused": reason})


def _write(name: str, data: bytes, said: Fields) -> None:
    (FOLDER / f"{name}.bin").write_bytes(data)
    (FOLDER / f"{name}.json").write_text(json.dumps(said, indent=1) + "\n")


if __name__ == "__main__":
    main()
