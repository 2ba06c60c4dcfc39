"""`python -m bench.peers MODULE …`: one peer, started by `python -m bench`, not by hand."""

import importlib
import sys

from bench.errors import MISSING


def main() -> int:
    """Run it for ever; the exit code says where its library is missing, and the last line which."""
    module = sys.argv.pop(1)
    try:
        importlib.import_module(f"bench.peers.{module}").main()
    except (ImportError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return MISSING
    return 0


if __name__ == "__main__":
    sys.exit(main())
