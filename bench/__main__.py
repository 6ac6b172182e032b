"""Command of ``make bench [ONLY=name]``: run the benchmarks and write their figures to bench/results.json."""

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path

from bench.environment import measurement_context

RESULTS = Path(__file__).parent / "results.json"
BENCHES = ("step", "run", "queue", "clock", "pain001")
ALSO_RUN = {"queue": ("clock",)}
"""Benchmarks that also run under the name of another one."""


def main() -> int:
    """Run every benchmark, or the one that --only names; the figures of others are not changed."""
    parser = argparse.ArgumentParser(description="Run the benchmarks.")
    parser.add_argument("--only", default="", help=f"one of {', '.join(BENCHES)}, or a figure's name")
    only = parser.parse_args().only
    module = only.partition(".")[0]
    wanted = [name for name in BENCHES if not only or name == module or name in ALSO_RUN.get(only, ())]
    if not wanted:
        print(f"There is no benchmark {only}; there are: {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    figures = {row["name"]: row for row in json.loads(RESULTS.read_text())} if RESULTS.exists() else {}
    for name in wanted:
        for row in import_module(f"bench.{name}").main():
            figures[row["name"]] = row | {"measured": measurement_context()}
            print(f"{row['name']}: {row['value']} {row['unit']} ({row['note']})", flush=True)
        RESULTS.write_text(json.dumps(list(figures.values()), indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
