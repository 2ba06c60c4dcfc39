"""Settings of the daemon: a TOML file, typed and checked before any socket opens."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_type_hints

import msgspec
from msgspec import Meta

from edge.contract.bundle import builtin_path
from edge.contract.crop import CropSpec
from edge.health.address import Place, parse_bind
from edge.journal.durability import Durability
from edge.log import LogFormat
from edge.processor import cpus_of
from edge.reading.rules import DEFAULT_RULE, RuleId
from edge.sockets.addresses import AddressError, check_address
from edge.sockets.keys import is_public_key
from edge.state import state_folder

Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+\Z")]

PublicKey = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
"""Ed25519 public key of a bundle's maker."""

MEBIBYTE = 2**20


class ConfigError(ValueError):
    """Settings that cannot be used; names the file, the key and what is allowed."""


class ScannerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One scanner to listen to.

    `name`: 1-64 of A-Z a-z 0-9 . _ -, part of the topics. `frames`: where the scanner's PUB socket
    is bound. `server_key`: its public CURVE key (Z85, 40 characters), needed unless on loopback.
    """

    name: Name
    frames: str
    server_key: str = ""


class EstimatesSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where viewers connect."""

    bind: str = "tcp://127.0.0.1:5556"


class KeysSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may talk to the daemon.

    `dir`: folder of the daemon's own key pair and of the keys enrolled (`python -m edge keys`);
    "" for no keys, and then everything stays on the loopback interface.
    """

    dir: str = ""

    @property
    def folder(self) -> Path | None:
        """The folder, or None where there are no keys."""
        return Path(self.dir).expanduser() if self.dir else None


class JournalSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is on disk before it is published (docs/journal.md).

    `path`: the journal's file, "" for journal.db in the folder of `state_dir`. `durability`: what a
    power cut may take: "full" nothing that was published, "normal" the last seconds; "off" keeps no
    journal, and whatever ends the daemon ends its exams. `keep_days`, `keep_mib`: what is older or
    more than this is taken out, the oldest first; exams that are open stay.
    """

    path: str = ""
    durability: Durability = "full"
    keep_days: Annotated[float, Meta(gt=0, le=36500)] = 30.0
    keep_mib: Annotated[int, Meta(ge=1, le=2**20)] = 1024


class HealthSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where health and metrics are served over HTTP.

    `bind`: HOST:PORT on the loopback interface, port 0 for any free one; "" for nowhere.
    """

    bind: str = "127.0.0.1:9108"

    @property
    def place(self) -> Place | None:
        """Where, or None for nowhere."""
        return parse_bind(self.bind)


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that can be set.

    `bundle`: folder of the models, "" for the built-in one. `trusted_keys`: whose signature on a
    bundle is trusted. `allow_unsigned`: run also a bundle that none of them has signed; every
    message then says so. `state_dir`: folder of what outlives the daemon, "" for the platform's
    own. `precision`: of the networks; auto is int8 on a CPU with VNNI or AMX where it is faster,
    else fp32. `engines`: folder of TensorRT's engines, "" for the user's cache folder. `threads`:
    of one inference. `cpus`: that the daemon may run on, as "2,4-7"; "" for all that it is given.
    `deadline_ms`: of one inference; a longer one is ended and its frame flagged.
    `exam_idle_s`: an exam without a frame for this long is ended. `rule`: id of
    the rule behind the verdict, a row of `edge.reading.rules`. `max_message_mib`: largest frame
    message that is taken in. `log_format`: of a line. `log_file`: where the log goes, "" is
    standard error. `crop`: placement of the window that the bundle must have been trained with;
    "bundle" takes it as it is.
    """

    scanner: tuple[ScannerSettings, ...] = (ScannerSettings("scanner", "tcp://127.0.0.1:5555"),)
    estimates: EstimatesSettings = EstimatesSettings()
    keys: KeysSettings = KeysSettings()
    journal: JournalSettings = JournalSettings()
    health: HealthSettings = HealthSettings()
    bundle: str = ""
    trusted_keys: tuple[PublicKey, ...] = ()
    allow_unsigned: bool = False
    state_dir: str = ""
    provider: Literal["auto", "cpu", "cuda", "tensorrt"] = "auto"
    precision: Literal["auto", "fp32", "int8", "fp16"] = "auto"
    engines: str = ""
    threads: Annotated[int, Meta(ge=1, le=64)] = 1
    cpus: str = ""
    deadline_ms: Annotated[int, Meta(ge=10, le=1000)] = 1000
    exam_idle_s: Annotated[float, Meta(gt=0, le=86400)] = 600.0
    rule: RuleId = DEFAULT_RULE
    max_message_mib: Annotated[int, Meta(ge=1, le=256)] = 8
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: LogFormat = "text"
    log_file: str = ""
    crop: Literal["bundle", "centre", "fan"] = "bundle"

    @property
    def bundle_path(self) -> Path:
        """Folder of the bundle to run."""
        return Path(self.bundle).expanduser() if self.bundle else builtin_path()

    @property
    def journal_path(self) -> Path:
        """The journal's file."""
        if self.journal.path:
            return Path(self.journal.path).expanduser()
        return state_folder(self.state_dir) / "journal.db"

    @property
    def engines_path(self) -> Path | None:
        """Folder of TensorRT's engines; None: the default one."""
        return Path(self.engines).expanduser() if self.engines else None


def load(path: Path | None, overrides: dict[str, Any]) -> Settings:
    """Settings from a TOML file (or the defaults) with `overrides`, by key, on top.

    Raises:
        ConfigError: the file cannot be read, or a key or value is not allowed.
    """
    source = str(path) if path else "command line"
    raw = _read(path) if path else {}
    for key, value in overrides.items():
        raw[key] = {**raw.get(key, {}), **value} if isinstance(value, dict) else value
    try:
        settings = msgspec.convert(raw, Settings)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{source}: {_explain(str(error))}") from error
    _check_cpus(source, settings)
    _check_scanners(source, settings)
    _check_keys(source, settings)
    _check_addresses(source, settings)
    _check_health(source, settings)
    return settings


def check_crop(source: str, settings: Settings, trained: CropSpec) -> None:
    """Refuse a placement of the window that the models were not trained with.

    `source`: where the settings come from. `trained`: the bundle's crop.

    Raises:
        ConfigError: `crop` contradicts the bundle.
    """
    if settings.crop not in ("bundle", trained.placement):
        raise ConfigError(
            f'{source}: crop: "{settings.crop}", but the models of {settings.bundle_path} were '
            f'trained with "{trained.placement}" and read other windows wrongly; leave crop out, '
            f"or set bundle to models trained with it"
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        decoded = msgspec.toml.decode(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
    return dict(decoded)


_PATTERNS = {
    "name": "1 to 64 of A-Z a-z 0-9 . _ -",
    "trusted_keys": "64 of 0-9 a-f, as `python -m export keys show` prints a public key",
}


def _explain(problem: str) -> str:
    """The validator's text with the key in TOML's words and what is allowed there."""
    what, _, where = problem.partition(" - at `$")
    key = re.sub(r"\[(\d+)\]", lambda match: f" {int(match[1]) + 1}", where.strip("`."))
    key = key.replace(".", ": ") or "settings"
    field = re.sub(r"\[\d+\]$", "", where.strip("`").rpartition(".")[2])
    if "unknown field" in what:
        allowed = ", ".join(_section(where).__struct_fields__)
        return f"{key}: {what}; allowed here: {allowed}"
    if "matching regex" in what:
        return f"{key}: must be {_PATTERNS[field]}"
    if "enum value" in what:
        choices = get_args(get_type_hints(_section(where))[field])
        return f"{key}: {what}; allowed: {', '.join(choices)}"
    return f"{key}: {what}"


def _section(where: str) -> type[msgspec.Struct]:
    if ".scanner" in where:
        return ScannerSettings
    if ".keys" in where:
        return KeysSettings
    if ".journal" in where:
        return JournalSettings
    if ".health" in where:
        return HealthSettings
    return EstimatesSettings if ".estimates" in where else Settings


def _check_cpus(source: str, settings: Settings) -> None:
    try:
        cpus_of(settings.cpus)
    except ValueError as error:
        raise ConfigError(f"{source}: cpus: {error}") from error


def _check_scanners(source: str, settings: Settings) -> None:
    names = [scanner.name for scanner in settings.scanner]
    if not names:
        raise ConfigError(f"{source}: scanner: at least one [[scanner]] is needed")
    if twice := {name for name in names if names.count(name) > 1}:
        raise ConfigError(f"{source}: scanner: name {', '.join(sorted(twice))!r} comes twice")


def _check_keys(source: str, settings: Settings) -> None:
    for scanner in settings.scanner:
        if scanner.server_key and not is_public_key(scanner.server_key):
            raise ConfigError(
                f"{source}: scanner {scanner.name!r}: server_key: must be a public CURVE key: "
                "40 characters of Z85"
            )
        if scanner.server_key and settings.keys.dir:
            raise ConfigError(
                f"{source}: scanner {scanner.name!r}: server_key: with [keys] dir its key is "
                f"enrolled instead: `python -m edge keys enrol {scanner.name} KEY --dir "
                f"{settings.keys.dir}`; then leave server_key out"
            )


def _check_health(source: str, settings: Settings) -> None:
    try:
        parse_bind(settings.health.bind)
    except ValueError as error:
        raise ConfigError(f"{source}: health: bind: {error}") from error


def _check_addresses(source: str, settings: Settings) -> None:
    keys = bool(settings.keys.dir)
    for scanner in settings.scanner:
        secured = keys or bool(scanner.server_key)
        try:
            check_address(scanner.frames, secured=secured, connect=True)
        except AddressError as error:
            remedy = "; give [keys] dir, or its server_key" if "loopback" in str(error) else ""
            raise ConfigError(
                f"{source}: scanner {scanner.name!r}: frames: {error}{remedy}"
            ) from error
    try:
        check_address(settings.estimates.bind, secured=keys)
    except AddressError as error:
        remedy = "; give [keys] dir" if "loopback" in str(error) else ""
        raise ConfigError(f"{source}: estimates: bind: {error}{remedy}") from error
