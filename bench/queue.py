"""The queue's figures, side by side with its peers in one run on one PostgreSQL server with fsync on."""

from typing import Any

from bench import claims, longest, urgent
from bench.office import office


def main() -> list[dict[str, Any]]:
    """Measure what a claim costs, how soon acute work is begun, and how long each class waits at most."""
    with office() as (url, engine):
        found = claims.main(url, engine)
        engine.dispose()
    with office() as (url, engine):
        engine.dispose()
        found += urgent.main(url)
        found += longest.main(url)
    return found
