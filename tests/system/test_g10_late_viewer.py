"""G10: a viewer that comes late is handed every open median."""

import time

from tests.goals import Record
from tests.system.bare_viewer import BareViewer, topics_of
from tests.system.conftest import Place, Ward

SCANNERS = 8
LATE_MS = 200.0
TRIALS = 5


def snapshot_ms(place: Place, topics: set[str]) -> float:
    """How long a new viewer waits for the latest message of each topic."""
    started_s = time.monotonic()
    viewer = BareViewer(place.address)
    missing = set(topics)
    while missing:
        message = viewer.receive(5.0)
        assert message is not None, f"never sent: {missing}"
        missing.discard(message.topic)
    viewer.close()
    return 1e3 * (time.monotonic() - started_s)


def test_a_late_viewer_has_all_open_medians_within_200_ms(ward: Ward, goal: Record) -> None:
    places = [ward.place() for _ in range(SCANNERS)]
    for place in places:
        for view in ("AR", "HR"):
            place.scanner.frame(exam="open", view=view)
        place.viewer.estimate(seq=1, view="AR+HR")
    topics = {f"fat/{place.name}/{view}" for place in places for view in ("AR", "HR", "AR+HR")}

    waited_ms = sorted(snapshot_ms(places[0], topics) for _ in range(TRIALS))

    told = f"{len(topics)} medians of {SCANNERS} scanners after {waited_ms[TRIALS // 2]:.0f} ms"
    goal("G10", f"{told}, at most {waited_ms[-1]:.0f} ms of {TRIALS} viewers")
    assert waited_ms[TRIALS // 2] <= LATE_MS
    for place in places:
        place.viewer.close()


def test_a_viewer_that_asks_for_nothing_is_handed_nothing(place: Place, goal: Record) -> None:
    """The control: the snapshot is of what was subscribed to."""
    place.scanner.frame()
    place.viewer.estimate(seq=0)
    viewer = BareViewer(place.address, *topics_of("nobody"))

    assert viewer.receive(0.5) is None
    viewer.close()
    goal("G10", "", control="subscribed to another scanner's topics: nothing in 0.5 s")
