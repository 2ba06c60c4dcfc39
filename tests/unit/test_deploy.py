from pathlib import Path

import msgspec

from edge.config import Settings, load

EXAMPLE = Path(__file__).parents[2] / "deploy" / "edge.toml"


def test_the_example_settings_are_the_defaults() -> None:
    assert load(EXAMPLE, {}) == Settings()


def test_the_example_settings_name_every_key() -> None:
    raw = msgspec.toml.decode(EXAMPLE.read_bytes())

    assert set(raw) == set(Settings.__struct_fields__)
    assert set(raw["scanner"][0]) == {"name", "frames", "server_key"}
    assert set(raw["estimates"]) == {"bind"}
    assert set(raw["keys"]) == {"dir"}
    assert set(raw["journal"]) == {"path", "durability", "keep_days", "keep_mib"}
    assert set(raw["health"]) == {"bind"}
