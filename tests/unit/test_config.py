from pathlib import Path

import pytest

from edge.config import ConfigError, check_crop, load
from edge.contract.crop import CropSpec

EXAMPLE = """
provider = "cpu"
[[scanner]]
name = "room1"
frames = "tcp://127.0.0.1:5555"
[[scanner]]
name = "room2"
frames = "tcp://10.0.0.7:5555"
server_key = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
[estimates]
bind = "tcp://127.0.0.1:5556"
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "edge.toml"
    path.write_text(text)
    return path


def test_a_file_is_read(tmp_path: Path) -> None:
    settings = load(written(tmp_path, EXAMPLE), {})

    assert [scanner.name for scanner in settings.scanner] == ["room1", "room2"]
    assert settings.provider == "cpu"


def test_everything_has_a_default() -> None:
    settings = load(None, {})

    assert settings.scanner[0].frames == "tcp://127.0.0.1:5555"
    assert settings.estimates.bind == "tcp://127.0.0.1:5556"
    assert settings.bundle_path.name == "builtin"


def test_flags_win_over_the_file(tmp_path: Path) -> None:
    assert load(written(tmp_path, EXAMPLE), {"threads": 3, "provider": "auto"}).threads == 3


def test_a_flag_of_a_section_leaves_the_rest_of_it_as_the_file_has_it(tmp_path: Path) -> None:
    path = written(tmp_path, '[journal]\npath = "/j"\ndurability = "full"\n')

    journal = load(path, {"journal": {"durability": "off"}}).journal

    assert (journal.path, journal.durability) == ("/j", "off")


def test_the_journal_lies_with_the_rest_of_the_state_unless_told() -> None:
    assert load(None, {"state_dir": "/s"}).journal_path == Path("/s/journal.db")
    assert load(None, {"journal": {"path": "/j/x.db"}}).journal_path == Path("/j/x.db")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('provder = "cpu"', "provder.*allowed here: scanner, estimates"),
        ('provider = "gpu"', "provider: .*'gpu'; allowed: auto, cpu, cuda, tensorrt"),
        ("threads = 0", "threads: .*>= 1"),
        ('[journal]\ndurability = "fast"', "durability: .*allowed: full, normal, off"),
        ("[journal]\nkeep_mib = 0", "journal: keep_mib: .*>= 1"),
        ("[journal]\nkeep = 3", "allowed here: path, durability, keep_days, keep_mib"),
        ('threads = "2"', "threads: Expected `int`"),
        ("exam_idle_s = nan", "exam_idle_s"),
        ('cpus = "0-99999"', "cpus: there is no CPU .*; those given: "),
        ("scanner = []", r"at least one \[\[scanner\]\]"),
        ('[[scanner]]\nname = "a"', "scanner 1: .*frames"),
        ('[[scanner]]\nname = "a b"\nframes = "ipc:///s"', "scanner 1: name: must be 1 to 64"),
        ('[[scanner]]\nname = "a"\nframes = "ipc:///s"\nx = 1', "allowed here: name, frames"),
        ('[[scanner]]\nname = "a"\nframes = "ipc:///s"\n' * 2, "'a' comes twice"),
        ('[[scanner]]\nname = "a"\nframes = "10.0.0.7"', "frames: .*not tcp://HOST:PORT"),
        ('[[scanner]]\nname = "a"\nframes = "tcp://10.0.0.7:5"', "loopback.*server_key"),
        (
            '[[scanner]]\nname = "a"\nframes = "ipc:///s"\nserver_key = "short"',
            "server_key: must be a public CURVE key",
        ),
        ('[estimates]\nbind = "tcp://0.0.0.0:5556"', "estimates: bind: .*loopback"),
        (
            """[[scanner]]
            name = "a"
            frames = "ipc:///s"
            server_key = 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7'
            [keys]
            dir = "/k"
            """,
            "server_key: with .keys. dir its key is enrolled instead",
        ),
        ("[keys]\nfolder = 1", "keys: .*allowed here: dir"),
        ('trusted_keys = ["AB"]', "trusted_keys 1: must be 64 of 0-9 a-f, as `python -m export"),
        ('trusted_keys = "ab"', "trusted_keys: Expected `array`"),
        ("allow_unsigned = 1", "allow_unsigned: Expected `bool`"),
        ("[estimates", "not TOML"),
    ],
)
def test_a_wrong_key_or_value_is_refused_with_file_key_and_remedy(
    tmp_path: Path, text: str, says: str
) -> None:
    path = written(tmp_path, text)

    with pytest.raises(ConfigError, match=says) as refusal:
        load(path, {})
    assert str(path) in str(refusal.value)


def test_with_keys_any_address_may_be_used(tmp_path: Path) -> None:
    text = '[[scanner]]\nname = "a"\nframes = "tcp://10.0.0.7:5"\n[keys]\ndir = "/k"\n'
    text += '[estimates]\nbind = "tcp://0.0.0.0:5556"'

    assert load(written(tmp_path, text), {}).keys.folder == Path("/k")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: cannot be read"):
        load(tmp_path / "none.toml", {})


@pytest.mark.parametrize("asked", ["bundle", "centre"])
def test_a_crop_that_the_models_were_trained_with_is_taken(asked: str) -> None:
    check_crop("edge.toml", load(None, {"crop": asked}), CropSpec())


@pytest.mark.parametrize(("asked", "trained"), [("fan", "centre"), ("centre", "fan")])
def test_a_crop_that_contradicts_the_models_is_refused(asked: str, trained: str) -> None:
    settings = load(None, {"crop": asked, "bundle": "/models/v4"})

    with pytest.raises(ConfigError, match=f'edge.toml: crop: "{asked}".*/models/v4.*"{trained}"'):
        check_crop("edge.toml", settings, CropSpec(placement=trained))  # type: ignore[arg-type]


def test_an_unknown_crop_is_refused_with_what_is_allowed() -> None:
    with pytest.raises(ConfigError, match=r"crop: .*'square'; allowed: bundle, centre, fan"):
        load(None, {"crop": "square"})
