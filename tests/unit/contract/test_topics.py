from edge.contract import topics


def test_the_topic_of_a_view_that_is_not_known_is_a_question_mark() -> None:
    assert topics.fat("room1", None) == "fat/room1/?"
    assert topics.fat("room1", "AR+HR") == "fat/room1/AR+HR"


def test_every_topic_has_a_row() -> None:
    assert set(topics.TOPICS) == {"frame", "event", "fat", "reading", "status"}
    assert topics.TOPICS["frame"].parts == 3
