"""The audit trail: who was let in or turned away, what ran, what changed; edits are found."""

from edge.audit.audit import Audit
from edge.audit.events import EVENTS, Event, Recorder, Value, unrecorded
from edge.audit.limit import RefusalLimit
from edge.audit.trail import AuditError, Trail
from edge.audit.verify import Report, last, records, verify

__all__ = [
    "EVENTS",
    "Audit",
    "AuditError",
    "Event",
    "Recorder",
    "RefusalLimit",
    "Report",
    "Trail",
    "Value",
    "last",
    "records",
    "unrecorded",
    "verify",
]
