import os
import threading
from pathlib import Path

import pytest

from edge.__main__ import main
from edge.processor import GIVEN, cores, cpus_of, keep_to, multiplies_int8

ONE = min(GIVEN, default=0)


@pytest.mark.parametrize(
    ("flags", "can"),
    [
        ("fpu avx2 avx512f avx512_vnni", True),
        ("fpu avx2 avx_vnni", True),
        ("fpu amx_tile amx_int8", True),
        ("fpu sse4_2 avx2 fma", False),
        ("fpu not_avx512_vnni_at_all", False),
    ],
)
def test_vnni_and_amx_are_told_by_their_flags(tmp_path: Path, flags: str, can: bool) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"processor\t: 0\nmodel name\t: avx512_vnni\nflags\t\t: {flags}\n\n")

    assert multiplies_int8(cpuinfo) is can


def test_a_system_that_does_not_say_has_neither(tmp_path: Path) -> None:
    assert multiplies_int8(tmp_path / "none") is False


@pytest.mark.parametrize(("text", "cpus"), [("", []), ("3", [3]), ("2,4-6", [2, 4, 5, 6])])
def test_cpus_are_written_as_linux_writes_them(
    monkeypatch: pytest.MonkeyPatch, text: str, cpus: list[int]
) -> None:
    monkeypatch.setattr("edge.processor.GIVEN", frozenset(range(8)))

    assert cpus_of(text) == set(cpus)


@pytest.mark.parametrize(
    "text", ["a", "1-", "2,", ",2", "5-3", "-1", "1 2", "²", "٣", "0x1", "1-2-3"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match='numbers of CPUs, such as "2,4-7"'):
        cpus_of(text)


def test_a_cpu_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(ValueError, match=f"no CPU 99999 .* given: {ONE}"):
        cpus_of(f"{ONE},99999")


def test_where_nothing_can_be_kept_to_a_cpu_none_may_be_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("edge.processor.GIVEN", frozenset())

    assert cpus_of("") == frozenset()
    with pytest.raises(ValueError, match="leave it out"):
        cpus_of("0")


@pytest.mark.skipif(len(GIVEN) < 2, reason="there is one CPU only")
def test_every_thread_keeps_to_them_one_that_runs_already_too() -> None:
    ending = threading.Event()
    thread = threading.Thread(target=ending.wait)
    thread.start()
    try:
        keep_to(frozenset())
        assert cores() == len(GIVEN)
        keep_to(frozenset([ONE]))
        assert cores() == 1
        assert os.sched_getaffinity(thread.native_id or 0) == {ONE}
    finally:
        keep_to(GIVEN)
        ending.set()
        thread.join()


def test_where_it_may_not_choose_the_daemon_says_who_may(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As under the hardened unit, whose filter gives EPERM."""

    def refuse(_thread: int, _cpus: frozenset[int]) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setaffinity", refuse)

    assert main(["run", "--check", "--cpus", str(ONE)]) == 2
    assert "command line: cpus: this process may not choose" in capsys.readouterr().err
