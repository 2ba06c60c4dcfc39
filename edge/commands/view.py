"""`python -m edge view`: the web viewer."""

import argparse
import math
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from edge import config
from edge.client import Keys, KeysError
from edge.client.keys import read_key
from edge.contract.bundle import BundleError, read_bundle
from edge.scanner.stopping import stop_signals
from edge.sockets.addresses import AddressError, check_address
from edge.viewer.picture import PictureSettings
from edge.viewer.settings import Eye, ViewError, ViewSettings, Web, read_token

HELP = "show the estimates and the image in a browser"

EPILOG = """\
examples:
  python -m edge view                                  the daemon and the scanner on this host
  python -m edge view --config edge.toml               the daemon's own settings: every scanner
  python -m edge view tcp://127.0.0.1:5556 --frames room1=tcp://127.0.0.1:5555
  python -m edge view --image-fps 10 --image-side 640  a lighter image, for a slow browser
  python -m edge view --host 192.0.2.7 --token-file token --tls-cert cert.pem --tls-key key.pem

It prints the page's address. Keys on the page: F freezes it and arrows scroll back over the exam,
1 to 9 choose a scanner, P prints the final reading, ? lists them all. The page needs no network but
this server. A page that is too slow gets fewer images, and holds up neither the daemon nor another.

Exit codes: 0 stopped by Ctrl-C or SIGTERM, 2 an option was refused, 3 the port could not be bound.
Research use only; not a medical device.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.epilog = EPILOG
    add = parser.add_argument
    add("address", nargs="?", metavar="ADDRESS", help="where the daemon publishes")
    add("--config", type=Path, metavar="FILE", help="the daemon's settings file: its address, "
        "scanners and bundle (default: the daemon's defaults)")  # fmt: skip
    add("--frames", action="append", default=[], type=_frames, metavar="NAME=ADDRESS",
        help="where scanner NAME publishes its frames, for the image; may come again")  # fmt: skip
    add("--bundle", type=Path, metavar="DIR", help="model bundle that the daemon runs")
    add("--image-fps", type=_fps, default=30.0, metavar="N",
        help="at most so many images a second (default: %(default)g)")  # fmt: skip
    add("--image-side", type=int, default=1024, metavar="PX",
        help="longest side of the image as sent (default: %(default)s)")  # fmt: skip
    web = parser.add_argument_group("where the page is served")
    web.add_argument("--host", default="127.0.0.1", help="address to bind (default: %(default)s)")
    web.add_argument(
        "--port", type=_port, default=8080, help="port, 0 for a free one (default: %(default)s)"
    )
    web.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help="what a browser must know: open the address with ?token=",
    )
    web.add_argument("--tls-cert", type=Path, metavar="PEM", help="certificate, with its chain")
    web.add_argument("--tls-key", type=Path, metavar="PEM", help="its private key")
    keys = parser.add_argument_group("where the daemon asks for CURVE keys (Z85 text or a file)")
    keys.add_argument("--server-key", metavar="KEY", help="the daemon's public key")
    keys.add_argument("--public-key", metavar="KEY", help="the viewer's own, as enrolled there")
    keys.add_argument("--secret-key", metavar="FILE", help="the viewer's own")


def run(args: argparse.Namespace) -> int:
    """Serve the page until stopped; returns the exit code."""
    console = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
    try:
        settings = _settings(args)
        bundle = read_bundle(settings.bundle)
    except (config.ConfigError, AddressError, KeysError, ViewError, BundleError) as error:
        console.print(f"steatoscope: {error}")
        return 2
    try:
        from edge.viewer import server
    except ModuleNotFoundError as error:
        console.print(f"steatoscope: {error}; install what the viewer needs: steatoscope[viewer]")
        return 2
    try:
        listening = server.bind(settings.web)
    except ViewError as error:
        console.print(f"steatoscope: {error}")
        return 3
    console.print(f"steatoscope: viewer on {server.url(settings.web, listening)}")
    with stop_signals():  # the web server hands a signal on after it has ended
        server.serve(settings, bundle, listening)
    return 0


def _settings(args: argparse.Namespace) -> ViewSettings:
    """Raises what `run` catches."""
    daemon = config.load(args.config, {})
    keys = _keys(args)
    token = read_token(args.token_file) if args.token_file else ""
    web = Web(args.host, args.port, token, args.tls_cert, args.tls_key)
    web.check()
    address = args.address or daemon.estimates.bind
    check_address(address, secured=keys is not None, connect=True)
    named = {name: Eye(address) for name, address in args.frames}
    eyes = named or {each.name: Eye(each.frames, each.server_key) for each in daemon.scanner}
    _check_eyes(eyes)
    if not 16 <= args.image_side <= 4096:
        raise ViewError(f"--image-side {args.image_side}: must be 16 to 4096 px")
    return ViewSettings(
        daemon=address,
        bundle=args.bundle or daemon.bundle_path,
        eyes=eyes,
        keys=keys,
        pictures=PictureSettings(args.image_fps, args.image_side),
        web=web,
    )


def _keys(args: argparse.Namespace) -> Keys | None:
    if not args.server_key:
        if args.public_key or args.secret_key:
            raise ViewError("--public-key, --secret-key: of use only beside --server-key")
        return None
    # Read here, where an error is still told in words.
    given = {"public": args.public_key, "secret": args.secret_key}
    own = {half: read_key(key, half, half) for half, key in given.items() if key}  # type: ignore[arg-type]
    return Keys(read_key(args.server_key, "public", "server"), **own)


def _check_eyes(eyes: Mapping[str, Eye]) -> None:
    for eye in eyes.values():
        check_address(eye.frames, secured=bool(eye.server_key), connect=True)


def _frames(text: str) -> tuple[str, str]:
    name, sign, address = text.partition("=")
    if not (name and sign and address):
        raise argparse.ArgumentTypeError(f"{text!r}: expected NAME=ADDRESS")
    return name, address


def _fps(text: str) -> float:
    try:
        fps = float(text)
    except ValueError:
        fps = math.nan
    if not 0 < fps <= 60:
        raise argparse.ArgumentTypeError(
            f"{text!r}: expected images a second, above 0 and up to 60"
        )
    return fps


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a port, 0 to 65535")
    return int(text)
