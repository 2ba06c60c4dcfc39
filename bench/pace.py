"""Waiting for a time, not for a while, so that no lateness adds up."""

import time


def wait_until(due_ns: int) -> None:
    """Sleep to a time of the monotonic clock; return at once where it has passed."""
    left_ns = due_ns - time.monotonic_ns()
    if left_ns > 0:
        time.sleep(left_ns / 1e9)
