"""The journal: every estimate is on disk before it is published, and a start goes on from there."""
