"""Ten thousand ways to get a message wrong, from a seed: headers, pixels, parts, topics, events."""

import struct
from collections.abc import Callable, Iterator
from itertools import cycle
from random import Random
from typing import Any

import msgpack

from tests.system.bare_scanner import BareScanner, Fields, Parts
from tests.system.pictures import BAD_JPEGS, BAD_PNGS

CANARY = "CANARY-Jane-Doe-1970"
"""Stands for a patient's name: in every part of every message, and never to be seen again."""

Kind = Callable[[Random, BareScanner], Parts]

STRANGE_VALUES = (
    None,
    True,
    -1,
    0,
    2**64 - 1,
    -(2**63),
    0.5,
    float("nan"),
    float("inf"),
    -float("inf"),
    "",
    CANARY,
    f"{CANARY}\n",
    "Ä" * 40,
    b"\x00\xff",
    [],
    [0.3],
    [0.3, float("nan")],
    [0.3, -0.3],
    [[0.3], 0.3],
    [100.0, 100.0],
    [5e-324, 5e-324],
    [5e-324, 100.0],
    [0] * 33,
    {},
    {"a": 1},
    {"a": {"b": 1}},
    {str(number): number for number in range(33)},
    msgpack.ExtType(5, CANARY.encode()),
    msgpack.Timestamp(1, 2),
    "x" * 5000,
    b"x" * 5000,
)


def messages(random: Random, scanner: BareScanner) -> Iterator[Parts]:
    """Messages for the scanner's present frame, without end; a few happen to be well-formed.

    The caller moves the frame's number on.
    """
    for kind in cycle(KINDS):
        yield kind(random, scanner)


def _good(scanner: BareScanner, **changes: Any) -> tuple[Fields, bytes]:
    fields = scanner.header(note=CANARY, **changes)
    return fields, CANARY.encode().ljust(fields["width"] * fields["height"], b"~")


def _bit_flips(random: Random, scanner: BareScanner) -> Parts:
    fields, pixels = _good(scanner)
    header = bytearray(msgpack.packb(fields))
    for _ in range(random.choice((1, 1, 1, 2, 8))):
        header[random.randrange(len(header))] ^= 1 << random.randrange(8)
    return b"frame", bytes(header), pixels


def _truncated(random: Random, scanner: BareScanner) -> Parts:
    fields, pixels = _good(scanner)
    header = msgpack.packb(fields)
    return b"frame", header[: random.randrange(len(header))], pixels


def _prolonged(random: Random, scanner: BareScanner) -> Parts:
    fields, pixels = _good(scanner)
    return b"frame", msgpack.packb(fields) + random.randbytes(random.randint(1, 9)), pixels


def _strange_value(random: Random, scanner: BareScanner) -> Parts:
    fields, pixels = _good(scanner)
    fields[random.choice(list(fields))] = random.choice(STRANGE_VALUES)
    return b"frame", msgpack.packb(fields), pixels


def _key_missing(random: Random, scanner: BareScanner) -> Parts:
    fields, pixels = _good(scanner)
    del fields[random.choice(list(fields))]
    return b"frame", msgpack.packb(fields), pixels


def _key_twice(random: Random, scanner: BareScanner) -> Parts:
    fields, pixels = _good(scanner)
    again = random.choice(list(fields))
    body = msgpack.packb(fields)[1:] + msgpack.packb(again) + msgpack.packb(fields[again])
    return b"frame", bytes([0x80 | len(fields) + 1]) + body, pixels


def _strange_key(random: Random, scanner: BareScanner) -> Parts:
    fields, pixels = _good(scanner)
    fields[random.choice((7, b"view", None, 1.5, CANARY))] = 1
    return b"frame", msgpack.packb(fields), pixels


def _many_entries(random: Random, scanner: BareScanner) -> Parts:
    fields, pixels = _good(scanner)
    total = random.choice((32, 33, 40, 300))
    more = {f"k{number}": number for number in range(total - len(fields))}
    return b"frame", msgpack.packb({**fields, **more}), pixels


def _deep(random: Random, scanner: BareScanner) -> Parts:
    fields, pixels = _good(scanner)
    depth = random.choice((2, 3, 500, 1500, 4000))
    header = msgpack.packb({**fields, "deep": 0})[:-1] + b"\x91" * depth + b"\x00"
    return b"frame", header, pixels


def _huge_claim(random: Random, scanner: BareScanner) -> Parts:
    """A length of 4 GiB before a few bytes."""
    _, pixels = _good(scanner)
    kind = random.choice((b"\xdd", b"\xdf", b"\xdb", b"\xc6", b"\xc9"))
    return b"frame", b"\x81\xa1a" + kind + struct.pack(">I", 2**32 - 1) + b"\x01\x02", pixels


def _noise(random: Random, scanner: BareScanner) -> Parts:
    _, pixels = _good(scanner)
    return b"frame", random.randbytes(random.randrange(200)), pixels


def _wrong_size(random: Random, scanner: BareScanner) -> Parts:
    fields, pixels = _good(scanner)
    change = random.choice(({"width": 65}, {"height": 4096}, {"format": "rgb8"}, {"width": 16}))
    length = random.choice((0, 1, len(pixels) - 1, len(pixels) + 1))
    if random.random() < 0.5:
        return b"frame", msgpack.packb({**fields, **change}), pixels
    return b"frame", msgpack.packb(fields), (pixels + b"~")[:length]


def _bad_picture(random: Random, scanner: BareScanner) -> Parts:
    image_format = random.choice(("jpeg", "png"))
    fields, _ = _good(scanner, format=image_format)
    pictures = BAD_JPEGS if image_format == "jpeg" else BAD_PNGS
    return b"frame", msgpack.packb(fields), random.choice(list(pictures.values()))


def _wrong_parts(random: Random, scanner: BareScanner) -> Parts:
    fields, pixels = _good(scanner)
    header = msgpack.packb(fields)
    return random.choice(
        (
            (b"frame",),
            (b"frame", header),
            (b"frame", header, pixels, pixels),
            (b"frame", header, pixels, b""),
            (b"frame", b"", b""),
            (b"frame", header, b""),
            (b"event",),
            (b"event", header, pixels),
            (b"frame", *(b"" for _ in range(999))),
        )
    )


def _wrong_topic(random: Random, scanner: BareScanner) -> Parts:
    fields, pixels = _good(scanner)
    topic = random.choice((b"frames", b"frame/", b"frame\x00", b"event ", b"frame" * 900))
    return topic + CANARY.encode(), msgpack.packb(fields), pixels


def _bad_event(random: Random, scanner: BareScanner) -> Parts:
    fields = {"v": 1, "epoch": scanner.epoch, "exam": CANARY, "event": "status"}
    fields |= {"last_seq": scanner.seq - 1, "time_ns": 5}
    key = random.choice(list(fields))
    if random.random() < 0.2:
        del fields[key]
    else:
        fields[key] = random.choice(STRANGE_VALUES)
    return b"event", msgpack.packb(fields)


KINDS: tuple[Kind, ...] = (
    _bit_flips,
    _bit_flips,
    _bit_flips,
    _truncated,
    _prolonged,
    _strange_value,
    _strange_value,
    _key_missing,
    _key_twice,
    _strange_key,
    _many_entries,
    _deep,
    _huge_claim,
    _noise,
    _wrong_size,
    _bad_picture,
    _wrong_parts,
    _wrong_topic,
    _bad_event,
)
