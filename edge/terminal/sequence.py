"""What a viewer missed of a daemon's messages, seen from the numbers that the daemon gave them."""

from typing import Literal

Kind = Literal["first", "next", "repeat"]


class Sequence:
    """The numbers of every topic.

    Attributes:
        missed: messages that were published while this viewer listened and did not arrive.
    """

    def __init__(self) -> None:
        self.missed = 0
        self._last: dict[str, tuple[int, int]] = {}

    def note(self, topic: str, pub_epoch: int, pub_seq: int) -> Kind:
        """Take in a message's numbers, and say what it is.

        "first" of this topic and daemon process: perhaps an old value, sent to a viewer that came
        late. "repeat": known already; the daemon sent it again for the sake of another viewer.
        """
        epoch, last = self._last.get(topic, (pub_epoch, -1))
        is_first = topic not in self._last or epoch != pub_epoch
        if not is_first and pub_seq <= last:
            return "repeat"
        self._last[topic] = (pub_epoch, pub_seq)
        if is_first:
            return "first"
        self.missed += pub_seq - last - 1
        return "next"
