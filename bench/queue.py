"""Queue: all its figures, and those of its peers, in one run on one PostgreSQL server with fsync on."""

from typing import Any

from bench import claim_rate, longest_wait, urgent_latency
from bench.office import office


def main() -> list[dict[str, Any]]:
    """Measure the claim rate, the latency of acute work, and the longest wait of each class."""
    with office() as (url, engine):
        found = claim_rate.main(url, engine)
        engine.dispose()
    with office() as (url, engine):
        engine.dispose()
        found += urgent_latency.main(url)
        found += longest_wait.main(url)
    return found
