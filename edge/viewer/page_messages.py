"""The daemon's messages as the page gets them: the wire's fields, JSON, with words for codes.

Integers of 64 bits go as text, since JavaScript's numbers hold 53.
"""

import dataclasses
import json
import re
from collections.abc import Iterable
from typing import Any

from edge import gate
from edge.client import Estimate, Message, Reading, Summary

_INT64 = ("epoch", "seq", "capture_ns", "pub_epoch", "pub_seq", "publish_ns")

NOTICE = "Research use only. Not a medical device."


def as_json(kind: str, **fields: Any) -> str:
    """One message for the page."""
    return json.dumps({"kind": kind, **fields}, allow_nan=False, separators=(",", ":"))


def of_daemon(message: Message) -> str:
    """An estimate, a reading or a status for the page."""
    if isinstance(message, Estimate):
        return as_json("estimate", **fields(message), topic=message.topic, **_words(message))
    if isinstance(message, Reading):
        return as_json("reading", **reading_fields(message))
    return as_json("status", **fields(message))


def reading_fields(reading: Reading) -> dict[str, Any]:
    """A final reading, each view with the number of holds that its rule asks for."""
    views = {
        view: {**_summary_fields(summary), "holds_needed": holds_needed(summary)}
        for view, summary in reading.views.items()
    }
    return {**fields(reading), "views": views}


def fields(message: Message) -> dict[str, Any]:
    """Fields of the wire; `publish_s` beside them is a time that JavaScript can reckon with."""
    found = dataclasses.asdict(message)
    extra = _sendable(found.pop("extra"))
    texts = {name: str(found[name]) for name in _INT64 if name in found}
    return {**extra, **found, **texts, "publish_s": message.publish_ns / 1e9}


def holds_needed(summary: Summary) -> int | None:
    """Holds that the rule behind the verdict asks for; None where it does not say.

    A rule's id names its number, as in "n5-iqr30"; a message may also say it in `holds_needed`.
    """
    said = summary.extra.get("holds_needed")
    if isinstance(said, int):
        return said
    found = re.search(r"(?:^|[^a-z])n(\d+)", summary.rule)
    return int(found[1]) if found else None


def hint(reason: str | None) -> str | None:
    """What the operator should know of a frame that was not read; a code not known stays one."""
    if reason is None:
        return None
    words: Iterable[str] = (str(text) for code, text in gate.REASONS.items() if code == reason)
    return next(iter(words), reason.replace("_", " "))


def _words(estimate: Estimate) -> dict[str, Any]:
    return {"hint": hint(estimate.reason), "holds_needed": holds_needed(estimate)}


def _summary_fields(summary: Summary) -> dict[str, Any]:
    found = dataclasses.asdict(summary)
    return {**_sendable(found.pop("extra")), **found}


def _sendable(extra: dict[str, Any]) -> dict[str, Any]:
    """Those of the keys not known here that JSON can hold."""
    kept = {}
    for name, value in extra.items():
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError):
            continue
        kept[name] = value
    return kept
