import threading

from edge.contract.messages import Event, FrameHeader
from edge.inbox import FRESH_NS, Arrival, ExamEnd, Freeze, Inbox, Taken


def arrival(seq: int, epoch: int = 1, received_ns: int = 0) -> Arrival:
    header = FrameHeader(
        v=1,
        epoch=epoch,
        seq=seq,
        capture_ns=0,
        exam="e",
        view="AR",
        width=16,
        height=16,
        format="gray8",
        spacing_mm=None,
    )
    return Arrival(header, bytes(256), received_ns)


def event(kind: str, last_seq: int, epoch: int = 1) -> Event:
    return Event(v=1, epoch=epoch, exam="e", event=kind, last_seq=last_seq, time_ns=0)  # type: ignore[arg-type]


def new_inbox() -> Inbox:
    return Inbox(threading.Condition(), size=4)


def drain(inbox: Inbox) -> list[Taken]:
    taken = []
    while isinstance(item := inbox.take(), Taken):
        item.ledger.read += 1
        taken.append(item)
    return taken


def test_the_newest_frames_win_and_the_oldest_are_counted() -> None:
    inbox = new_inbox()
    for seq in range(10):
        inbox.put_frame(arrival(seq))

    taken = drain(inbox)

    assert [item.arrival.header.seq for item in taken] == [6, 7, 8, 9]
    assert taken[-1].counts().overwritten == 6


def test_the_ledger_of_every_frame_adds_up_though_later_ones_are_overwritten() -> None:
    inbox = new_inbox()
    inbox.put_frame(arrival(0))
    first = inbox.take()
    assert isinstance(first, Taken)
    # While the first is being read, many more come and push each other out.
    for seq in range(3, 20):
        inbox.put_frame(arrival(seq))
    first.ledger.read += 1

    counts = [first.counts()]
    while isinstance(item := inbox.take(), Taken):
        item.ledger.read += 1
        counts.append(item.counts())

    assert (counts[0].sent, counts[0].read, counts[0].overwritten) == (1, 1, 0)
    for ledger in counts:
        assert ledger.sent == ledger.read + ledger.overwritten + ledger.missing
    assert (counts[-1].sent, counts[-1].missing) == (20, 2)


def test_the_end_of_an_exam_waits_behind_its_frames_and_is_never_overwritten() -> None:
    inbox = new_inbox()
    inbox.put_frame(arrival(0))
    inbox.put_event(event("exam_end", last_seq=0))
    for seq in range(1, 9):
        inbox.put_frame(arrival(seq))

    items = [inbox.take() for _ in range(5)]

    assert isinstance(items[0], ExamEnd)
    assert items[0].ledger.overwritten == 5
    assert (items[0].counts().sent, items[0].counts().overwritten) == (1, 1)
    assert all(isinstance(item, Taken) for item in items[1:])


def test_a_flood_of_ends_does_not_pile_up() -> None:
    inbox = new_inbox()
    for _ in range(10_000):
        inbox.put_event(event("exam_end", last_seq=-1))

    taken = 0
    while inbox.take():
        taken += 1
    assert taken < 50


def test_while_frames_wait_the_status_states_the_last_ledger_that_added_up() -> None:
    inbox = new_inbox()
    inbox.put_frame(arrival(0))
    drain(inbox)
    before = inbox.counts()
    inbox.put_frame(arrival(1))

    assert inbox.counts() == before
    drain(inbox)
    assert inbox.counts().read == 2


def test_a_lost_tail_shows_in_the_status() -> None:
    inbox = new_inbox()
    inbox.put_frame(arrival(0))
    drain(inbox)

    inbox.put_event(event("status", last_seq=5))

    assert (inbox.counts().sent, inbox.counts().missing) == (6, 5)


def test_a_new_epoch_starts_a_ledger_of_its_own_and_a_replay_of_the_old_one_is_known() -> None:
    inbox = new_inbox()
    inbox.put_frame(arrival(5, epoch=1))
    inbox.put_frame(arrival(0, epoch=2))
    inbox.put_frame(arrival(5, epoch=1))

    taken = drain(inbox)

    assert [(item.arrival.header.epoch, item.counts().sent) for item in taken] == [(1, 1), (2, 1)]


def test_garbage_is_counted_before_any_frame_has_come() -> None:
    inbox = new_inbox()
    inbox.put_refused(None, None)

    assert inbox.counts().garbage == 1


def test_each_item_wakes_the_loop() -> None:
    ready = threading.Condition()
    inbox = Inbox(ready)
    woken = threading.Event()

    def wait() -> None:
        with ready:
            waiting.set()
            if ready.wait(timeout=10):
                woken.set()

    waiting = threading.Event()
    thread = threading.Thread(target=wait)
    thread.start()
    waiting.wait(10)
    inbox.put_frame(arrival(0))
    thread.join(10)

    assert woken.is_set()


def test_a_freeze_keeps_its_place_among_the_frames() -> None:
    inbox = new_inbox()
    inbox.put_frame(arrival(0))
    inbox.put_event(event("freeze", last_seq=0))
    inbox.put_frame(arrival(1))
    inbox.put_event(event("unfreeze", last_seq=1))

    items = [inbox.take() for _ in range(4)]

    assert [type(item) for item in items] == [Taken, Freeze, Taken, Freeze]
    assert [item.frozen for item in items if isinstance(item, Freeze)] == [True, False]


def test_of_a_flood_of_freezes_the_last_ones_stay_and_the_end_of_an_exam_has_room() -> None:
    inbox = new_inbox()
    for number in range(10_001):
        inbox.put_event(event(("freeze", "unfreeze")[number % 2], last_seq=-1))
    inbox.put_event(event("exam_end", last_seq=-1))

    items = []
    while item := inbox.take():
        items.append(item)

    assert len(items) < 50
    assert isinstance(items[-1], ExamEnd)
    assert isinstance(items[-2], Freeze)
    assert items[-2].frozen


def test_behind_only_fresh_frames_are_read_until_it_has_caught_up() -> None:
    inbox = new_inbox()
    for seq in range(5):
        inbox.put_frame(arrival(seq, received_ns=seq * FRESH_NS))
    now_ns = 4 * FRESH_NS

    first, last = inbox.take(now_ns), inbox.take(now_ns)

    assert isinstance(first, Taken)
    assert isinstance(last, Taken)
    assert [taken.arrival.header.seq for taken in (first, last)] == [3, 4]
    first.ledger.read += 2
    assert (last.counts().overwritten, inbox.counts().sent) == (3, 5)
    for seq in range(5, 9):
        inbox.put_frame(arrival(seq, received_ns=now_ns))
    assert [inbox.take(9 * now_ns).arrival.header.seq for _ in range(4)] == [5, 6, 7, 8]  # type: ignore[union-attr]


def test_a_slow_moment_that_the_ring_rides_out_costs_no_frame() -> None:
    inbox = new_inbox()
    for seq in range(4):
        inbox.put_frame(arrival(seq, received_ns=0))

    found = [inbox.take(9 * FRESH_NS) for _ in range(4)]

    assert [taken.arrival.header.seq for taken in found] == [0, 1, 2, 3]  # type: ignore[union-attr]


def test_the_last_of_stale_frames_is_read_all_the_same() -> None:
    inbox = new_inbox()
    for seq in range(9):
        inbox.put_frame(arrival(seq))

    taken = inbox.take(99 * FRESH_NS)

    assert isinstance(taken, Taken)
    assert taken.arrival.header.seq == 8
    assert inbox.take() is None


def test_when_frames_began_to_flow_is_known_after_each_pause() -> None:
    inbox = new_inbox()
    flowing_s, every_ms = [], []
    for seq, at_s in enumerate((10.0, 10.03, 10.06, 20.0, 20.9, 22.0)):
        inbox.put_frame(arrival(seq)._replace(received_ns=round(at_s * 1e9)))
        flowing_s.append(inbox.flowing_ns / 1e9)
        every_ms.append(inbox.every_ns / 1e6)

    assert every_ms == [10_000, 30, 30, 9940, 900, 1100]
    assert flowing_s == [10, 10, 10, 20, 20, 22]
    assert inbox.frame_ns == 22_000_000_000


def test_the_next_frame_is_told_and_stays() -> None:
    inbox = new_inbox()
    assert inbox.next_frame() is None
    inbox.put_frame(arrival(0))
    inbox.put_event(event("exam_end", 0))

    told = inbox.next_frame()

    [taken] = drain(inbox)
    assert taken.arrival is told
    assert inbox.next_frame() is None
