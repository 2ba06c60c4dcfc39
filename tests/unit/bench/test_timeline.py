import numpy as np
import pytest

from bench import timeline
from bench.scanner_process import Sent
from bench.viewer_process import Arrival
from edge.contract.codec import encode
from edge.contract.messages import Estimate, LedgerCounts, ModelInfo, Reading

EPOCH = 77
MILLISECOND = 1_000_000
WALL_NS = 1_700_000_000_000_000_000
MODEL = ModelInfo(name="tiny", version="0", sha256="0" * 64, provider="cpu", precision="fp32")


def sent(count: int) -> Sent:
    """Frames 33 ms apart from 1 s on, each sent 0.25 ms late."""
    due_ns = np.arange(count, dtype=np.int64) * 33 * MILLISECOND + 1_000 * MILLISECOND
    return Sent(EPOCH, 0, due_ns, due_ns + MILLISECOND // 4)


def answer(table: Sent, seq: int, e2e_ms: float = 6.0, **changed: object) -> Arrival:
    """The arrival of one frame's estimate: 0.5 ms out, 5 ms in the daemon, 4 of them inference."""
    arrived_ns = int(table.sent_ns[seq]) + round(e2e_ms * MILLISECOND)
    wall_ns = WALL_NS + arrived_ns
    fields = {
        "median_pct": 5.0,
        "iqr_pct": 1.0,
        "frames": seq + 1,
        "grade": "S1",
        "scanner": "scanner",
        "exam": "bench",
        "view": "AR",
        "epoch": EPOCH,
        "seq": seq,
        "capture_ns": 0,
        "pub_epoch": 1,
        "pub_seq": seq,
        "publish_ns": wall_ns - MILLISECOND // 2,
        "age_ms": 5.0,
        "stage_ms": {"receive": 0.5, "infer": 4.0},
        "fat_pct": 5.0,
        "ledger": LedgerCounts(sent=seq + 1, read=seq + 1),
        "model": MODEL,
        **changed,
    }
    topic = f"fat/scanner/{fields['view']}"
    return Arrival(topic, encode(Estimate(**fields)), arrived_ns, wall_ns)


def final_reading() -> Arrival:
    message = Reading(
        scanner="scanner",
        exam="bench",
        pub_epoch=1,
        pub_seq=0,
        publish_ns=0,
        views={},
        ledger=LedgerCounts(sent=3, read=3),
        model=MODEL,
    )
    return Arrival("reading/scanner", encode(message), 0, 0)


def test_the_hops_and_the_age_add_up_to_end_to_end():
    table = sent(3)
    found = timeline.join([table], [answer(table, seq) for seq in range(3)], "AR")
    assert found.e2e_ms == pytest.approx([6, 6, 6])
    assert found.to_viewer_ms == pytest.approx([0.5, 0.5, 0.5])
    assert found.to_daemon_ms == pytest.approx([0.5, 0.5, 0.5])
    assert found.overhead_ms == pytest.approx([2, 2, 2])
    assert found.infer_ms.tolist() == [4, 4, 4]
    assert found.stage_ms["receive"].tolist() == [0.5, 0.5, 0.5]


def test_a_lost_frame_leaves_the_others_with_their_own_times():
    table = sent(4)
    arrivals = [answer(table, seq, e2e_ms=5.0 + seq) for seq in (3, 0, 1)]
    found = timeline.join([table], arrivals, "AR")
    assert found.seq.tolist() == [0, 1, 3]
    assert found.e2e_ms == pytest.approx([5, 6, 8])


def test_a_repeated_message_counts_when_it_came_first():
    table = sent(1)
    again = answer(table, 0, e2e_ms=900)
    found = timeline.join([table], [answer(table, 0), again], "AR")
    assert found.e2e_ms == pytest.approx([6])


def test_other_epochs_views_and_topics_do_not_count():
    table = sent(2)
    others = [
        answer(table, 0, epoch=1),
        answer(table, 0, view="AR+HR"),
        Arrival("status/scanner", b"", 0, 0),
    ]
    found = timeline.join([table], [*others, answer(table, 1)], "AR")
    assert found.seq.tolist() == [1]


def test_without_any_estimate_the_timeline_is_empty():
    assert timeline.join([sent(2)], [final_reading()], "AR").seq.size == 0
    assert timeline.last_estimate([final_reading()]) is None


def test_the_warm_up_is_told_by_frame_number_though_frames_are_lost():
    table = sent(6)
    arrivals = [answer(table, seq) for seq in (0, 2, 4, 5)]
    early, counted = timeline.join([table], arrivals, "AR").split(3)
    assert early.seq.tolist() == [0, 2]
    assert counted.seq.tolist() == [4, 5]
    assert counted.stage_ms["infer"].tolist() == [4, 4]


def test_the_reading_is_found_among_the_arrivals():
    table = sent(1)
    assert timeline.reading([answer(table, 0)]) is None
    found = timeline.reading([answer(table, 0), final_reading()])
    assert found is not None
    assert found.ledger.read == 3


def test_bursts_of_one_stream_are_matched_by_their_first_number():
    table = sent(5)
    early = Sent(EPOCH, 0, table.due_ns[:2], table.sent_ns[:2])
    late = Sent(EPOCH, 2, table.due_ns[2:], table.sent_ns[2:])
    arrivals = [answer(table, seq, e2e_ms=5.0 + seq) for seq in range(5)]
    found = timeline.join([early, late], arrivals, "AR")
    assert found.e2e_ms == pytest.approx([5, 6, 7, 8, 9])
    only_late = timeline.join([late], arrivals, "AR")
    assert only_late.seq.tolist() == [2, 3, 4]


def test_streams_with_the_same_numbers_are_kept_apart_by_their_epochs():
    table = sent(2)
    other = table._replace(epoch=EPOCH + 1, sent_ns=table.sent_ns + MILLISECOND)
    arrivals = [answer(table, 0), answer(table, 0, epoch=EPOCH + 1), answer(table, 1)]
    found = timeline.join([table, other], arrivals, "AR")
    assert found.seq.tolist() == [0, 0, 1]
    assert found.e2e_ms == pytest.approx([6, 5, 6])


def test_parts_are_gathered_in_their_order():
    table = sent(4)
    parts = [timeline.join([table], [answer(table, seq)], "AR") for seq in (2, 0)]
    nothing = timeline.join([table], [], "AR")
    whole = timeline.gather([nothing, *parts])
    assert whole.seq.tolist() == [2, 0]
    assert whole.stage_ms["infer"].tolist() == [4, 4]
