import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.__main__ import main
from tests.bundles import TRUSTED_KEY, make_bundle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Flags of a bundle, and of what makes it trusted."""
    folder = tmp_path_factory.mktemp("models")
    words = ["--trusted-key", TRUSTED_KEY, "--state-dir", str(folder)]
    return ["--bundle", str(make_bundle(folder / "tiny")), *words]


def test_each_path_is_an_exam_of_its_own(
    bundle: list[str], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    clips = [f"virtual:seed={seed},frames=12,preset=single" for seed in (3, 4)]

    assert main(["read", *bundle, *clips]) == 0

    rows = [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]
    assert [(row["exam"], row["source"], row["frames"]) for row in rows] == [
        ("exam-1", clips[0], 12),
        ("exam-2", clips[1], 12),
    ]


def test_what_is_read_of_one_does_not_depend_on_another(
    bundle: list[str], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    clip = "virtual:seed=3,frames=12"
    main(["read", *bundle, clip])
    alone = json.loads(capsysbinary.readouterr().out)
    main(["read", *bundle, "virtual:seed=4,frames=5", clip])
    after = json.loads(capsysbinary.readouterr().out.splitlines()[1])

    assert {**after, "exam": alone["exam"]} == alone


def test_frames_of_no_known_view_are_a_row_and_a_hint(
    bundle: list[str], tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    for number in range(2):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((64, 64), 80 + number, np.uint8))

    assert main(["read", *bundle, str(tmp_path)]) == 0

    said = capsysbinary.readouterr()
    row = json.loads(said.out)
    assert (row["view"], row["frames"], row["reasons"]) == (None, 0, {"view_unknown": 2})
    assert b"say --view AR or HR" in said.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.mkv"], "none.mkv: not found"),
        (["virtual:", "--format", "parquet"], "say where to write it with --out"),
        (["virtual:", "--bundle", "nowhere"], "nowhere"),
        (["virtual:", "--threads", "0"], "threads"),
    ],
)
def test_what_is_refused_is_named_and_nothing_is_read(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", *arguments]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_estimates_are_a_row_for_each_frame_of_each_view_that_ends_in_the_reading(
    bundle: list[str], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    clips = ["virtual:seed=3,frames=5", "virtual:seed=3,frames=3,view=HR"]
    main(["read", *bundle, *clips, "--exam", "both"])
    reading = [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]
    main(["read", *bundle, *clips, "--exam", "both", "--estimates"])
    rows = [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]

    assert [row["seq"] for row in rows if row["view"] == "AR"] == [0, 1, 2, 3, 4]
    assert [row["seq"] for row in rows if row["view"] == "HR"] == [5, 6, 7]
    assert [row["seq"] for row in rows if row["view"] == "AR+HR"] == [5, 6, 7]
    assert len(reading) == 3
    for final in reading:
        own = [row for row in rows if row["view"] == final["view"]]
        assert np.median([row["fat_pct"] for row in own]) == pytest.approx(final["median_pct"])
        for field in ("median_pct", "iqr_pct", "frames", "grade", "verdict", "model"):
            assert own[-1][field] == final[field]


def test_estimates_of_frames_that_are_not_read_say_why(
    bundle: list[str], tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    cv2.imwrite(str(tmp_path / "0.png"), np.zeros((400, 400), np.uint8))

    assert main(["read", *bundle, str(tmp_path), "--view", "AR", "--estimates"]) == 0

    (row,) = (json.loads(line) for line in capsysbinary.readouterr().out.splitlines())
    assert (row["fat_pct"], row["reason"], row["frames"]) == (None, "black", 0)
