from pathlib import Path

import pytest

from edge.clock import Sync
from edge.config import EstimatesSettings, HealthSettings, KeysSettings, ScannerSettings, Settings
from edge.doctor import disk, host, model, ports, runtime, settings
from edge.doctor.finding import EXIT, Finding, split, worst
from edge.sockets.keyring import Keyring
from edge.sockets.keys import KeyPair
from tests.bundles import TRUSTED_KEY, make_bundle


def told(findings: object) -> list[tuple[str, str]]:
    return [(finding.check, finding.level) for finding in findings]  # type: ignore[attr-defined]


def only(findings: object) -> Finding:
    (finding,) = findings  # type: ignore[misc]
    return finding


def test_the_worst_level_is_the_exit_code() -> None:
    rows = [Finding("a", "ok", "x"), Finding("b", "warn", "x"), Finding("c", "fail", "x")]

    assert [EXIT[worst(rows[:count])] for count in range(4)] == [0, 0, 1, 2]


def test_an_errors_remedy_is_what_follows_its_first_semicolon() -> None:
    finding = split("a", "fail", ValueError("it is red; paint it; twice"))

    assert (finding.words, finding.remedy) == ("it is red", "paint it; twice")


@pytest.mark.parametrize(
    ("found", "level", "says"),
    [
        ({}, "fail", "not installed"),
        ({"onnxruntime": "1.31.1"}, "ok", "1.31.1"),
        ({"onnxruntime": "1.29.0"}, "warn", "proven with 1.31"),
        (
            {"onnxruntime": "1.31.1", "onnxruntime-gpu": "1.31.1"},
            "fail",
            "both .* overwrite each other's files",
        ),
    ],
)
def test_each_state_of_the_runtimes_packages_is_told(
    found: dict[str, str], level: str, says: str
) -> None:
    finding = only(runtime.packages(found))

    assert finding.level == level
    with pytest.raises(ValueError, match=says):
        raise ValueError(finding.words)
    assert bool(finding.remedy) == (level != "ok")


@pytest.mark.parametrize(
    ("there", "tensorrt", "levels", "says"),
    [
        ({"libcudart.so.13"}, False, ["ok"], "can be loaded"),
        ({"libcudart.so.12"}, False, ["fail"], "major 12 instead"),
        (set(), False, ["fail"], "cannot be loaded"),
        ({"libcudart.so.13", "libnvinfer.so.10"}, True, ["ok", "ok"], "can be loaded"),
        ({"libcudart.so.13", "libnvinfer.so.11"}, True, ["ok", "fail"], "major 11 instead"),
    ],
)
def test_a_wrong_major_of_a_gpu_library_is_told_apart_from_none(
    there: set[str], tensorrt: bool, levels: list[str], says: str
) -> None:
    found = list(runtime.libraries(13, tensorrt=tensorrt, loads=there.__contains__))

    assert [finding.level for finding in found] == levels
    assert says in found[-1].words
    assert all(finding.remedy for finding in found if finding.level == "fail")


def test_a_gpu_is_looked_for_where_one_is_asked_for() -> None:
    asked = list(runtime.gpu(Settings(provider="cuda"), {"onnxruntime": "1.31.1"}))

    assert told(asked)[0][0] == "gpu"
    assert list(runtime.gpu(Settings(provider="cpu"), {})) == []
    assert list(runtime.gpu(Settings(), {"onnxruntime": "1.31.1"})) == []


@pytest.mark.parametrize(
    ("sync", "level"),
    [
        (Sync(True, 0.001), "ok"),
        (Sync(None), "ok"),
        (Sync(False), "warn"),
        (Sync(True, 4.0), "warn"),
    ],
)
def test_a_clock_that_is_off_is_worth_a_look(sync: Sync, level: str) -> None:
    clock, zone = host.clock(sync)

    assert (clock.level, bool(clock.remedy), zone.check) == (level, level == "warn", "time zone")


def test_a_state_folder_is_made_and_found_in_order(tmp_path: Path) -> None:
    found = list(disk.state(tmp_path / "new"))

    assert [finding.check for finding in found] == ["state folder", "disk space", "disk speed"]
    assert (tmp_path / "new").is_dir()
    assert list((tmp_path / "new").iterdir()) == []


def test_a_state_folder_that_cannot_be_is_a_failure_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    finding = only(disk.state(tmp_path / "file" / "state"))

    assert (finding.level, "set state_dir" in finding.remedy) == ("fail", True)


def test_a_state_folder_in_memory_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/x / ext4 rw 0 0\ntmpfs {tmp_path} tmpfs rw 0 0\n")
    monkeypatch.setattr(disk, "MOUNTS", mounts)

    first, *_ = disk.state(tmp_path)

    assert (first.level, "lies in memory (tmpfs)" in first.words) == ("warn", True)


@pytest.mark.parametrize(
    ("name", "level"), [("new/edge.log", "ok"), ("there.log", "ok"), ("there.log/x", "fail")]
)
def test_a_log_file_is_looked_at(tmp_path: Path, name: str, level: str) -> None:
    (tmp_path / "there.log").touch()

    assert only(disk.log_file(str(tmp_path / name))).level == level
    assert list(disk.log_file("")) == []


@pytest.mark.parametrize(("free_mib", "level"), [(5000, "ok"), (500, "warn"), (10, "fail")])
def test_little_room_is_told(tmp_path: Path, free_mib: int, level: str) -> None:
    assert disk._space(tmp_path, free_mib).level == level


@pytest.mark.parametrize(("spent_ms", "level"), [(2.0, "ok"), (80.0, "warn")])
def test_a_slow_disk_is_told(spent_ms: float, level: str) -> None:
    assert disk._speed(spent_ms).level == level


def with_keys(folder: Path) -> Settings:
    return Settings(
        keys=KeysSettings(str(folder)), scanner=(ScannerSettings("room1", "tcp://127.0.0.1:1"),)
    )


def test_without_keys_nothing_is_missing() -> None:
    assert only(settings.keys(Settings())).level == "ok"


def test_keys_that_are_missing_or_open_to_others_are_told(tmp_path: Path) -> None:
    ring = Keyring(tmp_path / "keys")
    missing = only(settings.keys(with_keys(ring.folder)))
    ring.create()
    ring.enrol("room1", KeyPair.draw().public)
    good = only(settings.keys(with_keys(ring.folder)))
    (ring.folder / "own.key_secret").chmod(0o644)
    opened = only(settings.keys(with_keys(ring.folder)))

    assert (missing.level, "keys new" in missing.remedy) == ("fail", True)
    assert good.level == "ok"
    assert (opened.level, opened.remedy) == ("fail", f"chmod 0600 {ring.folder}/own.key_secret")


def test_a_scanner_that_is_not_enrolled_is_told_with_the_command(tmp_path: Path) -> None:
    ring = Keyring(tmp_path / "keys")
    ring.create()

    _, finding = settings.keys(with_keys(ring.folder))

    assert finding.level == "warn"
    assert finding.remedy == f"python -m edge keys enrol room1 KEY --dir {ring.folder}"


def test_a_bundle_is_verified_and_its_networks_run(tmp_path: Path) -> None:
    path = make_bundle(tmp_path / "bundle")
    chosen = Settings(
        bundle=str(path), trusted_keys=(TRUSTED_KEY,), provider="cpu", state_dir=str(tmp_path)
    )

    opened = model.open_model(chosen, "here")

    assert told(opened.findings) == [("bundle", "ok"), ("model", "ok"), ("provider", "ok")]
    assert (opened.bundle.path, opened.bundle.name) == (str(path), "tiny")
    assert opened.info is not None


def test_a_spoilt_bundle_is_a_failure(tmp_path: Path) -> None:
    path = make_bundle(tmp_path / "bundle")
    (path / "AR.onnx").write_bytes(b"x")
    chosen = Settings(bundle=str(path), trusted_keys=(TRUSTED_KEY,), state_dir=str(tmp_path))

    opened = model.open_model(chosen, "here")

    assert told(opened.findings) == [("bundle", "fail")]
    assert opened.info is None


def test_a_port_that_another_program_has_is_told(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        chosen = Settings(
            health=HealthSettings(""), estimates=EstimatesSettings(f"tcp://127.0.0.1:{port}")
        )
        finding = only(ports.own(chosen))
        somebody = only(
            ports.scanners(Settings(scanner=(ScannerSettings("a", f"tcp://127.0.0.1:{port}"),)))
        )
    free = only(ports.own(chosen))
    nobody = only(
        ports.scanners(Settings(scanner=(ScannerSettings("a", f"tcp://127.0.0.1:{port}"),)))
    )

    assert (finding.level, "set [estimates] bind" in finding.remedy) == ("fail", True)
    assert [somebody.level, free.level, nobody.level] == ["ok", "ok", "warn"]
