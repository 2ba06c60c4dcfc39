"""`python -m bench limit`: what the arithmetic units allow, and how near each engine comes."""

import argparse
from collections.abc import Mapping

import msgspec
import numpy as np
from rich.console import Console

from bench import macs, outputs, result
from bench.commands.engines import add_course, course_of, row
from bench.engines import ENGINES, GEMM_SIDE, GEMMS
from bench.progress import progress
from bench.race import Course, Result, race
from bench.statistics import quantiles
from bench.steadiness import Milliseconds, laps_ms
from bench.whole_graph import whole_graph
from edge.contract.variant import Precision

DESCRIPTION = """\
Counts the multiplications of a network from its graph, measures how many a second one core reaches
in a large matrix product (fp32 by NumPy's BLAS, 8 bits by ONNX Runtime), in turns with the engines,
and prints the floor and how near each engine comes to it. 100 % is as fast as the arithmetic goes
with direct convolution; Winograd's needs fewer multiplications and may go beyond. The same small
piece of work, done for ten seconds, shows how steady the machine is: where it takes many times as
long at times, so does all else, and tails are partly the machine's.
"""

EPILOG = """\
examples:
  python -m bench limit
  python -m bench limit --bundle DIR --python /opt/openvino/bin/python

Exit codes: 0 measured; 1 it could not be; 2 the bundle or an option was refused.
"""

FAST_QUANTILE = 0.1
"""Of the product's times: what the core reaches when nothing is in its way."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    add_course(parser, rounds=40)
    outputs.add_outputs(parser)


def run(args: argparse.Namespace) -> int:
    """Count, time, show, write; returns the exit code."""

    def measured(console: Console) -> list[result.Row]:
        course = course_of(args)
        engines = [one for one in ENGINES if one.source == "bundle" or course.keras]
        with progress(console, args.rounds) as told:
            results = race(course, [*GEMMS, *engines], args.rounds, told)
        products, found = results[: len(GEMMS)], results[len(GEMMS) :]
        rates = {each.engine.precision: rate_gmac_s(each) for each in products if each.turns}
        with console.status("watching how steady the machine is"):
            laps = laps_ms()
        rows = [_steadiness(laps), *(_product(each) for each in products)]
        return rows + [_engine(each, found[0], course, rates) for each in found]

    return outputs.report(args, measured)


def rate_gmac_s(product: Result) -> float:
    """Multiplications with additions a second that a product reached, in 10^9."""
    fast_ms = float(np.quantile(product.all_ms, FAST_QUANTILE))
    return GEMM_SIDE**3 / fast_ms / 1e6


def _steadiness(laps: Milliseconds) -> result.Row:
    """`laps`: times of the same work."""
    found = quantiles(laps)
    note = (
        f"one in a hundred takes {found.p99 / found.p50:.1f} times as long as most, "
        f"the longest {found.max / found.p50:.1f} times"
    )
    plain = result.bare("limit", "the same work, again and again")
    return msgspec.structs.replace(plain, infer_ms=found, note=note)


def _product(each: Result) -> result.Row:
    plain = msgspec.structs.replace(row(each, each), kind="limit", ratio=None, ratio_to="")
    if not each.turns:
        return plain
    note = f"one core reaches {rate_gmac_s(each):.1f} GMAC/s ({2 * rate_gmac_s(each):.0f} GOP/s)"
    return msgspec.structs.replace(plain, note=note)


def _engine(
    each: Result, base: Result, course: Course, rates: Mapping[Precision, float]
) -> result.Row:
    plain = row(each, base)
    # Where fp16 is not computed in halves, as on most CPUs, fp32's units do the work.
    rate = rates.get("int8" if each.engine.precision == "int8" else "fp32")
    if not each.turns or rate is None or plain.infer_ms is None:
        return msgspec.structs.replace(plain, kind="limit")
    # Bands multiply by zeros, which are no part of the network.
    counted = macs.count(whole_graph(course.bundle, course.view, each.engine.precision))
    floor_ms = counted / rate / 1e6
    limit = result.Limit(
        macs=counted,
        rate_gmac_s=rate,
        floor_ms=floor_ms,
        nearness=floor_ms / plain.infer_ms.p50,
    )
    note = f"{counted / 1e6:.1f} MMAC, floor {floor_ms:.2f} ms"
    return msgspec.structs.replace(plain, kind="limit", limit=limit, note=note)
