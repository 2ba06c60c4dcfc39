"""`python -m bench cohort`: how fast virtual frames are drawn on one core."""

import argparse
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from bench import machine
from bench.progress import progress
from bench.rendering import Rendering, measure_presets, peak_mib
from edge.scanner.virtual import PRESETS, VERSION

DESCRIPTION = """\
Draws clips of virtual subjects on one core, both views of every preset in turn, and says how long
a clip takes to set up and a frame to draw (down to the network's window), beside a plain FFT and a
plain separable blur over as many samples, so that the ratio can be compared between machines.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.description = DESCRIPTION
    parser.add_argument("--clips", type=int, default=12, metavar="N", help="of each preset (12)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every figure here")


def run(args: argparse.Namespace) -> int:
    """Measure, show, write down; returns the exit code."""
    errors = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
    if args.clips < 1:
        errors.print(f"bench: --clips {args.clips}: at least one clip of each preset, please")
        return 2
    host = machine.fingerprint()
    with progress(errors, args.clips * len(PRESETS)) as told:
        rows = measure_presets(args.clips, told)
    console = Console(highlight=False)
    console.print(_table(rows))
    console.print(f"{host.cpu}, one core; cohort version {VERSION}; peak {peak_mib():.0f} MiB")
    if args.json:
        found = {"machine": host, "simulator": VERSION, "peak_mib": peak_mib(), "rows": rows}
        args.json.write_bytes(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
    return 0


def _table(rows: list[Rendering]) -> Table:
    table = Table(title="Virtual frames on one core, medians")
    for heading in ("preset", "set-up s", "frame ms", "fps", "frame / FFT", "frame / blur", "cpu"):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(
            row.preset,
            f"{row.setup_s:.3f}",
            f"{row.frame_ms:.1f}",
            f"{row.fps:.0f}",
            f"{row.frame_ms / row.fft_ms:.2f}",
            f"{row.frame_ms / row.separable_ms:.2f}",
            f"{row.cpu_share:.2f}",
        )
    return table
