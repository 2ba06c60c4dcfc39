"""What the viewer is told: where the daemon and the scanners are, and who may look."""

import stat
from dataclasses import dataclass, field
from pathlib import Path

from edge.client import Keys
from edge.sockets.addresses import is_loopback
from edge.viewer.picture import PictureSettings

MIN_TOKEN_CHARS = 16


class ViewError(ValueError):
    """The viewer cannot start as asked; says why and what would help."""


@dataclass(frozen=True)
class Eye:
    """Where a scanner's frames are; `server_key`: its public CURVE key (Z85), "" on this host."""

    frames: str
    server_key: str = ""


@dataclass(frozen=True)
class Web:
    """Where the page is served; a token and TLS where that is not this host alone."""

    host: str = "127.0.0.1"
    port: int = 8080
    token: str = ""
    certificate: Path | None = None
    key: Path | None = None

    @property
    def secure(self) -> bool:
        """Whether it speaks TLS."""
        return self.certificate is not None

    def check(self) -> None:
        """ViewError where others could look without being asked, or read along."""
        if (self.certificate is None) != (self.key is None):
            raise ViewError("--tls-cert and --tls-key: give both or neither")
        for option, path in (("--tls-cert", self.certificate), ("--tls-key", self.key)):
            if path is not None and not path.is_file():
                raise ViewError(f"{option}: {path}: no such file")
        if not is_loopback(self.host) and not (self.token and self.secure):
            raise ViewError(
                f"--host {self.host}: beyond this host a token and TLS are needed; give "
                "--token-file, --tls-cert and --tls-key, or leave --host out"
            )


@dataclass(frozen=True)
class ViewSettings:
    """Everything that the viewer needs.

    `daemon`: where estimates are published. `eyes`: by the scanner's name in the daemon's settings.
    `bundle`: folder of the bundle that the daemon runs, for the window and for what it was measured
    on.
    """

    daemon: str
    bundle: Path
    eyes: dict[str, Eye] = field(default_factory=dict)
    keys: Keys | None = None
    pictures: PictureSettings = field(default_factory=PictureSettings)
    web: Web = field(default_factory=Web)


def read_token(path: Path) -> str:
    """The token in a file that only its owner can read; ViewError where it will not do."""
    try:
        mode = path.stat().st_mode
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ViewError(f"--token-file: {path}: cannot be read as ASCII text") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ViewError(f"--token-file: {path}: others can read it; chmod 600 {path}")
    if len(token) < MIN_TOKEN_CHARS or not token.isalnum():
        raise ViewError(
            f"--token-file: {path}: must hold at least {MIN_TOKEN_CHARS} letters and digits; "
            "for example: openssl rand -hex 16"
        )
    return token
