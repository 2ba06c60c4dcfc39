"""What a viewer missed, seen from the numbers that the daemon gave its messages."""

from typing import Literal

Kind = Literal["first", "next", "repeat"]


class Numbering:
    """The last number of every topic.

    Attributes:
        missed: messages that were published while this viewer listened and did not arrive.
    """

    def __init__(self) -> None:
        self.missed = 0
        self._last: dict[str, tuple[int, int]] = {}

    def note(self, topic: str, pub_epoch: int, pub_seq: int) -> Kind:
        """Take in a message's numbers: the first of a daemon process, the next, or a repeat."""
        epoch, last = self._last.get(topic, (None, -1))
        if epoch == pub_epoch and pub_seq <= last:
            return "repeat"
        self._last[topic] = (pub_epoch, pub_seq)
        if epoch != pub_epoch:
            return "first"
        self.missed += pub_seq - last - 1
        return "next"
