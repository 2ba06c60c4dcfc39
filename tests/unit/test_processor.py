from pathlib import Path

import pytest

from edge.processor import multiplies_int8


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
