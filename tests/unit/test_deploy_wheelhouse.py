"""Installing without a network: what install.sh takes, what it refuses, what it leaves alone."""

import base64
import hashlib
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
UNSHARE = shutil.which("unshare")


def make_wheel(folder: Path, name: str, version: str, files: dict[str, str]) -> Path:
    """A pure wheel, as the wheel specification has it."""
    info = f"{name}-{version}.dist-info"
    contents = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = [f"{path},sha256={_digest(text)},{len(text)}" for path, text in contents.items()]
    contents[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,"]) + "\n"
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in contents.items():
            archive.writestr(path, text)
    return wheel


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def add_up(house: Path) -> str:
    """Write SHA256SUMS; its own digest."""
    paths = sorted(path for path in house.rglob("*") if path.is_file())
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  ./{path.relative_to(house)}"
        for path in paths
        if path.name != "SHA256SUMS"
    ]
    sums = house / "SHA256SUMS"
    sums.write_text("\n".join(lines) + "\n")
    return hashlib.sha256(sums.read_bytes()).hexdigest()


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A small wheelhouse: a stand-in for the project, and one dependency in its lock."""
    house = tmp_path / "house"
    wheels = house / "wheels"
    wheels.mkdir(parents=True)
    dependency = make_wheel(wheels, "leaf", "1.0", {"leaf.py": "NAME = 'leaf'\n"})
    main = "import leaf\nprint('steatoscope 0', leaf.NAME)\n"
    make_wheel(wheels, "steatoscope", "0", {"edge/__init__.py": "", "edge/__main__.py": main})
    digest = hashlib.sha256(dependency.read_bytes()).hexdigest()
    (house / "lock.txt").write_text(f"leaf==1.0 --hash=sha256:{digest}\n")
    shutil.copy(DEPLOY / "install.sh", house)
    add_up(house)
    return house


def install(house: Path, prefix: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    """Run install.sh, with no network at all where this host lets that be."""
    cut_off = (UNSHARE, "--net", "--map-root-user") if UNSHARE and _may_unshare() else ()
    command = ["sh", house / "install.sh", "--prefix", prefix, "--python", sys.executable, *more]
    return subprocess.run([*cut_off, *command], capture_output=True, text=True, check=False)


def _may_unshare() -> bool:
    assert UNSHARE is not None
    command = [UNSHARE, "--net", "--map-root-user", "true"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def says(prefix: Path) -> str:
    python = prefix / "venv" / "bin" / "python"
    told = subprocess.run([python, "-I", "-m", "edge"], capture_output=True, text=True, check=True)
    return told.stdout.strip()


def test_it_installs_without_a_network_and_a_wheel_unlike_the_lock_leaves_that_in_place(
    house: Path, tmp_path: Path
) -> None:
    prefix = tmp_path / "opt"
    first = install(house, prefix, "--sums", add_up(house))
    assert first.returncode == 0, first.stderr
    assert says(prefix) == "steatoscope 0 leaf"
    make_wheel(house / "wheels", "leaf", "1.0", {"leaf.py": "NAME = 'another'\n"})
    add_up(house)

    found = install(house, prefix)

    assert found.returncode != 0
    assert "do not match the hashes" in " ".join(found.stderr.lower().split())
    assert says(prefix) == "steatoscope 0 leaf"


def test_a_changed_file_is_refused_before_anything_is_installed(
    house: Path, tmp_path: Path
) -> None:
    wheel = next((house / "wheels").glob("leaf*"))
    data = bytearray(wheel.read_bytes())
    data[len(data) // 2] ^= 1
    wheel.write_bytes(data)

    found = install(house, tmp_path / "opt")

    assert found.returncode == 1
    assert "damaged or was changed" in found.stderr
    assert not (tmp_path / "opt").exists()


def test_whoever_changes_the_sums_too_is_caught_by_the_digest_that_went_another_way(
    house: Path, tmp_path: Path
) -> None:
    told = add_up(house)
    (house / "lock.txt").write_text("")
    add_up(house)

    found = install(house, tmp_path / "opt", "--sums", told)

    assert found.returncode == 1
    assert "not the list that --sums tells of" in found.stderr


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_the_locks_own_wheels_install_without_a_network_and_run(tmp_path: Path) -> None:
    """Needs a package registry to fill the wheelhouse from: about 150 MB."""
    house = tmp_path / "house"
    filled = subprocess.run(
        ["sh", DEPLOY / "wheelhouse.sh", "--python", sys.executable, house],
        capture_output=True,
        text=True,
        check=False,
    )
    if "No matching distribution" in filled.stderr or "ConnectionError" in filled.stderr:
        pytest.skip("no package registry is at hand")
    assert filled.returncode == 0, filled.stderr

    found = install(house, tmp_path / "opt")
    assert found.returncode == 0, found.stderr
    python = tmp_path / "opt" / "venv" / "bin" / "python"
    check = subprocess.run(
        [python, "-I", "-m", "edge", "run", "--check"], capture_output=True, text=True, check=False
    )
    assert check.returncode == 0, check.stderr
    assert "model virtual" in check.stdout

    assert install(house, tmp_path / "opt").returncode == 0
    assert (tmp_path / "opt" / "venv.old" / "bin" / "python").exists(), "to go back to"
    assert not (tmp_path / "opt" / "venv.new").exists()
