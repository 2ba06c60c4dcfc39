"""What a daemon says, for tests of those who listen: every field has a value or is chosen."""

from typing import Any

from edge.contract import topics
from edge.contract.grading import grade
from edge.contract.messages import (
    Estimate,
    LedgerCounts,
    ModelInfo,
    Reading,
    State,
    Status,
    Summary,
)

MODEL = ModelInfo(name="tiny", version="0", sha256="0" * 64, provider="cpu", precision="fp32")
SECOND_NS = 1_000_000_000
START_NS = 1_800_000_000 * SECOND_NS


def estimate(seq: int = 0, **chosen: Any) -> tuple[str, Estimate]:
    """(topic, estimate) number `seq`; published at START_NS unless told."""
    fields: dict[str, Any] = {
        "scanner": "room1",
        "exam": "exam-1",
        "view": "AR",
        "epoch": 5,
        "seq": seq,
        "capture_ns": START_NS,
        "pub_epoch": 9,
        "pub_seq": seq,
        "publish_ns": START_NS,
        "age_ms": 4.25,
        "stage_ms": {"infer": 3.0},
        "fat_pct": 8.31,
        "median_pct": 9.12,
        "iqr_pct": 0.61,
        "frames": seq + 1,
        "grade": "S2",
        "ledger": LedgerCounts(sent=seq + 1, read=seq + 1),
        "model": MODEL,
        **chosen,
    }
    message = Estimate(**fields)
    return topics.fat(message.scanner, message.view), message


def status(seq: int = 0, state: State = "ready", **chosen: Any) -> tuple[str, Status]:
    """(topic, status) number `seq`; published at START_NS unless told."""
    fields: dict[str, Any] = {
        "scanner": "room1",
        "pub_epoch": 9,
        "pub_seq": seq,
        "publish_ns": START_NS,
        "state": state,
        "fps": 30.0,
        "ledger": LedgerCounts(),
        "provider": "cpu",
        "model": MODEL,
        "uptime_s": 3723.5,
        "journal": "off",
        **chosen,
    }
    message = Status(**fields)
    return topics.status(message.scanner), message


def reading(seq: int = 0, **chosen: Any) -> tuple[str, Reading]:
    """(topic, reading) number `seq` of all three views; published at START_NS unless told."""
    fields: dict[str, Any] = {
        "scanner": "room1",
        "exam": "exam-1",
        "pub_epoch": 9,
        "pub_seq": seq,
        "publish_ns": START_NS,
        "views": {"AR+HR": summary(9.42), "HR": summary(10.89), "AR": summary(7.96)},
        "ledger": LedgerCounts(sent=100, read=100),
        "model": MODEL,
        **chosen,
    }
    message = Reading(**fields)
    return topics.reading(message.scanner), message


def summary(median_pct: float, frames: int = 50) -> Summary:
    """State of one view of an exam."""
    return Summary(median_pct=median_pct, iqr_pct=0.55, frames=frames, grade=grade(median_pct))
