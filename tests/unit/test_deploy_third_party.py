"""The list of others' parts names what is depended on, tests that exist, and a date."""

import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "deploy" / "THIRD-PARTY.md").read_text()
FRESH = timedelta(days=90)

CALLED = {
    "opencv-python-headless": "OpenCV",
    "onnxruntime": "ONNX Runtime",
    "onnxruntime-gpu": "CUDA",
}
"""Names in the list, where they are others than the distributions'."""


def depended_on() -> set[str]:
    """Distributions of a workstation's installation, as pyproject.toml asks for them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    stated = [
        *project["dependencies"],
        *(each for name in ("cpu", "gpu", "dicom", "viewer") for each in extras[name]),
    ]
    return {re.split(r"[\[<>=~!; ]", each)[0] for each in stated}


def named(page: str) -> set[str]:
    """Which of them the table's rows name."""
    rows = "\n".join(line.split("|")[1] for line in page.splitlines() if line.startswith("|"))
    return {name for name in depended_on() if CALLED.get(name, name).lower() in rows.lower()}


def test_every_part_that_is_depended_on_is_listed() -> None:
    assert named(PAGE) == depended_on()


def test_a_part_that_is_not_listed_is_found_out() -> None:
    """The control."""
    less = re.sub(r"^\| msgspec.*$", "", PAGE, flags=re.MULTILINE)

    assert depended_on() - named(less) == {"msgspec"}


def test_the_tests_that_stand_guard_exist() -> None:
    for name in re.findall(r"`(test_\w+)…`", PAGE):
        assert list((ROOT / "tests").rglob(f"{name}*.py")), name
    for path in re.findall(r"`(tests/[\w/]+)`", PAGE):
        assert (ROOT / path).is_dir(), path


@pytest.mark.soak
def test_the_known_faults_have_been_looked_through_lately() -> None:
    found = re.search(r"Known faults as of (\d{4}-\d{2}-\d{2})", PAGE)
    assert found
    age = datetime.now(UTC).date() - date.fromisoformat(found[1])
    assert age <= FRESH
