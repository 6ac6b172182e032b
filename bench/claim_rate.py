"""Claim rate (queue.claims_vs_bare, queue.claims_1m_vs_1k): claims per second against a bare statement.

One connection each, synchronous psycopg, one commit per claim, fsync on. Ours is the whole claim: availability,
classes, reserve, explanation and ledger entry. The bare statement takes the first row of the same table in the same
order. They run in turns of some claims each, so that a slow moment of the machine affects all.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

import psycopg
from sqlalchemy import Engine, text

from bench.databases import OFFICER, copy_database, create_cases, fill_queue, psycopg_url
from bench.office import now
from states.queue.claiming import claim
from states.storage.database import connect, transaction

FEW, MANY = 1_000, 1_000_000
CLAIMS_PER_TURN = 25
"""Claims in a turn; a person may hold thirty items at most."""
TURNS = 12
BARE = """
    UPDATE work_item SET assignee = %(person)s, claimed_at = %(at)s
    WHERE id = (SELECT id FROM work_item
                WHERE role = 'officer' AND organisation = '' AND skill = '' AND done_at IS NULL AND assignee IS NULL
                ORDER BY lane, start_by, created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id
"""
DONE = "UPDATE work_item SET done_at = now() WHERE assignee IS NOT NULL AND done_at IS NULL"


def claims_per_second(once: Callable[[], object], done: Callable[[], object]) -> float:
    """Claims per second in one turn; the claimed items are completed afterwards."""
    start = time.perf_counter()
    for _ in range(CLAIMS_PER_TURN):
        assert once() is not None
    took = time.perf_counter() - start
    done()
    return CLAIMS_PER_TURN / took


def own_claim(engine: Engine) -> Callable[[], object]:
    """Our claim, committed."""

    def once() -> object:
        with transaction(engine) as session:
            return claim(session, by=OFFICER, at=now())

    return once


def bare_claim(connection: psycopg.Connection[Any]) -> Callable[[], object]:
    """The bare statement, committed."""
    return lambda: connection.execute(BARE, {"person": OFFICER.person, "at": now()}).fetchone()


def main(url: str, engine: Engine) -> list[dict[str, Any]]:
    """Measure; each figure is the median over the turns."""
    references = create_cases(engine)
    engine.dispose()
    full = copy_database(url, "bench_full")
    fill_queue(url, FEW, references)
    fill_queue(full, MANY, references)
    found: dict[str, list[float]] = {"few": [], "many": [], "bare": [], "bare-many": []}
    many = connect(full, key=bytes(32), pool_size=1)
    with (
        psycopg.connect(psycopg_url(url), autocommit=True) as few_bare,
        psycopg.connect(full, autocommit=True) as many_bare,
    ):
        contestants = {
            "few": (own_claim(engine), lambda: few_bare.execute(DONE)),
            "bare": (bare_claim(few_bare), lambda: few_bare.execute(DONE)),
            "many": (own_claim(many), lambda: many_bare.execute(DONE)),
            "bare-many": (bare_claim(many_bare), lambda: many_bare.execute(DONE)),
        }
        for once, done in contestants.values():
            claims_per_second(once, done)  # warm-up
        for _ in range(TURNS):
            for name, (once, done) in contestants.items():
                found[name].append(claims_per_second(once, done))
            with engine.begin() as connection:  # as many as before
                connection.execute(
                    text("UPDATE work_item SET done_at = NULL, assignee = NULL WHERE done_at IS NOT NULL")
                )
    many.dispose()
    middle = {name: statistics.median(values) for name, values in found.items()}
    note = (
        f"one connection each, one commit a claim: ours {middle['few']:.0f}/s with {FEW:,} open items and "
        f"{middle['many']:.0f}/s with {MANY:,}; bare {middle['bare']:.0f}/s and {middle['bare-many']:.0f}/s; "
        f"{TURNS} turns of {CLAIMS_PER_TURN} claims"
    )
    ratios = {"queue.claims_vs_bare": ("few", "bare"), "queue.claims_1m_vs_1k": ("many", "few")}
    return [
        {
            "name": name,
            "value": round(statistics.median(a / b for a, b in zip(found[one], found[other], strict=True)), 3),
            "unit": "ratio",
            "note": note,
        }
        for name, (one, other) in ratios.items()
    ]
