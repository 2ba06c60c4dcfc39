from edge.client.numbering import Numbering


def test_messages_that_did_not_come_are_counted() -> None:
    numbering = Numbering()

    kinds = [numbering.note("fat/a/AR", 1, number) for number in (5, 6, 9, 10)]

    assert kinds == ["first", "next", "next", "next"]
    assert numbering.missed == 2


def test_what_was_published_before_the_viewer_came_is_not_missed() -> None:
    numbering = Numbering()

    assert numbering.note("fat/a/AR", 1, 1000) == "first"
    assert numbering.missed == 0


def test_a_value_sent_again_for_another_viewer_is_not_a_gap() -> None:
    numbering = Numbering()
    numbering.note("fat/a/AR", 1, 7)

    assert [numbering.note("fat/a/AR", 1, number) for number in (7, 7, 8)] == [
        "repeat",
        "repeat",
        "next",
    ]
    assert numbering.missed == 0


def test_every_topic_has_its_own_numbers() -> None:
    numbering = Numbering()
    numbering.note("fat/a/AR", 1, 100)

    assert numbering.note("fat/a/HR", 1, 0) == "first"
    assert numbering.note("fat/a/AR", 1, 101) == "next"
    assert numbering.missed == 0


def test_a_restarted_daemon_counts_from_the_start() -> None:
    numbering = Numbering()
    numbering.note("fat/a/AR", 1, 100)

    assert numbering.note("fat/a/AR", 2, 0) == "first"
    assert numbering.note("fat/a/AR", 2, 3) == "next"
    assert numbering.missed == 2
