"""``make bench [ONLY=name]``: run the benchmarks and keep what they found in bench/results.json."""

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path

from bench.surroundings import measured

RESULTS = Path(__file__).parent / "results.json"
BENCHES = ("step", "run", "queue", "clock", "pain001")
TOGETHER = {"queue": ("clock",)}
"""Benchmarks that are asked for by another one's name too."""


def main() -> int:
    """Run every benchmark, or the one that --only names; figures of others stay as they were."""
    parser = argparse.ArgumentParser(description="Run the benchmarks.")
    parser.add_argument("--only", default="", help=f"one of {', '.join(BENCHES)}, or a figure's name")
    only = parser.parse_args().only
    asked = only.partition(".")[0]
    wanted = [name for name in BENCHES if not only or name == asked or name in TOGETHER.get(only, ())]
    if not wanted:
        print(f"There is no benchmark {only}; there are: {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    kept = {row["name"]: row for row in json.loads(RESULTS.read_text())} if RESULTS.exists() else {}
    for name in wanted:
        for row in import_module(f"bench.{name}").main():
            kept[row["name"]] = row | {"measured": measured()}
            print(f"{row['name']}: {row['value']} {row['unit']} ({row['note']})", flush=True)
        RESULTS.write_text(json.dumps(list(kept.values()), indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
