"""`python -m bench.engines MODULE …`: one engine in a process of its own, told by lines of JSON.

It says what it makes of every window, then times as many readings as each line on its standard
input asks for. Used by `bench.race`, not by hand.
"""

import argparse
import importlib
import io
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.engines import Asked, Read
from bench.errors import MissingError


def main() -> None:
    """Open, tell, obey."""
    parser = argparse.ArgumentParser()
    parser.add_argument("module")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--windows", type=Path, required=True)
    parser.add_argument("--keras", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--provider", default="cpu")
    args = parser.parse_args()
    # Libraries print what they like; what is meant for the parent has a file of its own.
    told = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    windows = np.load(io.BytesIO(args.windows.read_bytes()), allow_pickle=False)
    asked = Asked(args.model.read_bytes(), args.keras, args.threads, args.provider)
    try:
        read = importlib.import_module(f"bench.engines.{args.module}").open_engine(asked)
        _tell(told, {"said": [read(window) for window in windows]})
    except (ImportError, MissingError) as error:
        _tell(told, {"missing": str(error)})
        return
    except Exception as error:  # noqa: BLE001  # whatever a library raises is its row's text
        _tell(told, {"failed": f"{type(error).__name__}: {error}"[:500]})
        return
    for line in sys.stdin:
        _tell(told, {"ms": _time(read, windows, int(line))})


def _time(read: Read, windows: Any, count: int) -> list[float]:
    times = []
    for number in range(count):
        window = windows[number % len(windows)]
        start_ns = time.perf_counter_ns()
        read(window)
        times.append((time.perf_counter_ns() - start_ns) / 1e6)
    return times


def _tell(told: Any, message: dict[str, Any]) -> None:
    told.write(json.dumps(message) + "\n")
    told.flush()


if __name__ == "__main__":
    main()
