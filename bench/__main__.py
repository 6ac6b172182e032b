"""``make bench [ONLY=name]``: run the benchmarks and keep what they found in bench/results.json."""

import json
import os
import sys
from pathlib import Path

RESULTS = Path(__file__).parent / "results.json"
BENCHES = ("step", "run")


def main() -> int:
    """Run every benchmark, or the one that ONLY names; figures of others stay as they were."""
    only = os.environ.get("ONLY", "")
    wanted = [name for name in BENCHES if not only or only.split(".")[0] == name]
    if not wanted:
        print(f"There is no benchmark {only}; there are: {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    kept = {row["name"]: row for row in json.loads(RESULTS.read_text())} if RESULTS.exists() else {}
    for name in wanted:
        for row in __import__(f"bench.{name}", fromlist=["main"]).main():
            kept[row["name"]] = row
            print(f"{row['name']}: {row['value']} {row['unit']} ({row['note']})")
    RESULTS.write_text(json.dumps(list(kept.values()), indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
