import argparse
from pathlib import Path

import pytest

from edge.commands import view


def run(*words: str | Path) -> int:
    parser = argparse.ArgumentParser()
    view.add_arguments(parser)
    return view.run(parser.parse_args([str(word) for word in words]))


def token_file(folder: Path, text: str = "a" * 32, mode: int = 0o600) -> Path:
    path = folder / "token"
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("tcp://192.0.2.1:5556",), "not on the loopback interface"),
        (("--frames", "room1=tcp://192.0.2.1:5555"), "not on the loopback interface"),
        (("--host", "0.0.0.0"), "beyond this host a token and TLS are needed"),
        (("--tls-cert", "nowhere.pem"), "give both or neither"),
        (("--tls-cert", "nowhere.pem", "--tls-key", "k.pem"), "nowhere.pem: no such file"),
        (("--token-file", "/nonexistent"), "/nonexistent: cannot be read"),
        (("--bundle", "/nonexistent"), "no such bundle folder"),
        (("--config", "/nonexistent.toml"), "/nonexistent.toml: cannot be read"),
        (("--public-key", "x"), "of use only beside --server-key"),
        (("--server-key", "hush"), "keys: server: neither 40 characters of Z85 nor a file"),
        (("--image-side", "8"), "must be 16 to 4096 px"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert run(*words) == 2
    assert said in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        ("short", 0o600, "at least 16 letters and digits"),
        ("a" * 31 + ";", 0o600, "at least 16 letters and digits"),
        ("a" * 32, 0o644, "others can read it"),
    ],
)
def test_a_token_that_protects_nothing_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, mode: int, said: str
) -> None:
    assert run("--token-file", token_file(tmp_path, text, mode)) == 2
    assert said in capsys.readouterr().err


def test_a_token_alone_does_not_open_it_to_the_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--host", "192.0.2.1", "--token-file", token_file(tmp_path)) == 2
    assert "a token and TLS" in capsys.readouterr().err


@pytest.mark.parametrize("option", [("--image-fps", "0"), ("--port", "70000"), ("--frames", "x")])
def test_an_option_that_makes_no_sense_is_refused(option: tuple[str, str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*option)

    assert ended.value.code == 2
