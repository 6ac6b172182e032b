"""Query plans of an idle tick: with many rows no statement reads a whole table."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text

from flows.clock import Clock
from flows.deployment_file import read, schedules
from states.jobs import runs
from states.jobs.reminders import DUE
from states.settings import Configuration
from states.storage.database import transaction

AT = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
MANY = 6_000
LARGE = ("threshold", "term", "application", "work_item", "outbox", "ledger_entry", "digest", "measure")
"""The tables that grow with the office's work."""
FILL = (
    """
    INSERT INTO stream (id, kind, seq, head, last_at) SELECT 'VA-' || n, 'application', 0, '', now()
    FROM generate_series(1, :many) n
    """,
    """
    INSERT INTO term (id, application, subject, kind, article, owner, organisation, started_on, amount, unit, due_on,
                      provisional, suspendable, reasons)
    SELECT 'term-' || n, 'VA-' || n, 'subject-' || n, 'takeover', 'Awb 4:13', 'employer', '', DATE '2026-11-01', 8,
           'weeks', DATE '2027-01-04', false, true, '[]'
    FROM generate_series(1, :many) n
    """,
    """
    INSERT INTO threshold (term, name, due_at, passed_at, late)
    SELECT 'term-' || n, name, TIMESTAMPTZ '2027-01-01' + n * INTERVAL '1 minute', NULL, false
    FROM generate_series(1, :many) n, unnest(ARRAY['50%', '80%', '100%']) name
    """,
    """
    INSERT INTO outbox (id, application, letter, language, recipient, facts, created_at, state, next_at, attempts,
                        failures, message_id)
    SELECT 'letter-' || n, 'VA-' || n, 'reminder', 'nl', 'someone', '{}', now(), 'sent', now(), 1, 0, '<' || n || '>'
    FROM generate_series(1, :many) n
    """,
    """
    INSERT INTO work_item (id, application, chart, subject, action, role, organisation, lane, start_by, created_at,
                           estimate, dispatched_at, done_at)
    SELECT 'work-' || n, 'VA-' || n, 'application', 'VA-' || n, 'close', 'officer', '', 4, now(), now(), 5, now(), now()
    FROM generate_series(1, :many) n
    """,
    """
    INSERT INTO ledger_entry (stream, seq, number, at, person, role, chart, subject, event, facts, changes, content,
                              receipt, previous, hash)
    SELECT 'VA-' || n, 1, n, now(), 'engine', 'engine', 'application', 'VA-' || n, 'receive', '{}', '{}', '{}', '[]',
           '', md5(n::text)
    FROM generate_series(1, :many) n
    """,
    "INSERT INTO checkpoint (number, at, hash) SELECT :many, now(), ''",
    """
    INSERT INTO person (id, stream, state, version) SELECT 'person-' || n, 'VA-' || n, 'active', 1
    FROM generate_series(1, :many) n
    """,
    """
    INSERT INTO application (id, stream, state, office, applicant, urgency, urgency_lowered, certain_since,
                             in_territory, received_on, created_at, changed_at, advice_version, dwelling,
                             discretionary, new_facts, version)
    SELECT 'VA-' || n, 'VA-' || n, 'intake', 'mayor', 'person-' || n, 'routine', false, DATE '2024-06-01', true,
           DATE '2026-10-01', now(), now(), 1, 1, false, false, 1
    FROM generate_series(1, :many) n
    """,
    """
    INSERT INTO measure (id, stream, state, domain, legal_basis, form, advice_version, estimate, recurring,
                         kept_after_office, invoiced, version)
    SELECT 'measure-' || n, 'VA-' || n, 'provided', 'digital', 'ict', 'provided', 1, 1, true, false, false, 1
    FROM generate_series(1, :many) n
    """,
    """
    INSERT INTO digest (person, day, at) SELECT 'person-' || n, DATE '2026-11-20', now()
    FROM generate_series(1, :many) n
    """,
)


@pytest.fixture
def many(engine: Engine) -> Engine:
    """An office with a great many running terms, none of them due."""
    with engine.begin() as connection:
        for statement in FILL:
            connection.execute(text(statement), {"many": MANY})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return engine


@contextmanager
def noted(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are carried out meanwhile."""
    found: list[tuple[str, Any]] = []

    def note(_: Connection, __: Any, statement: str, parameters: Any, ___: Any, ____: bool) -> None:
        found.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def plan(engine: Engine, statement: str, parameters: Any) -> str:
    with engine.connect() as connection:
        return "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())


def whole(shown: str) -> set[str]:
    """The large tables that a plan reads from end to end."""
    return set(re.findall(r"Seq Scan on (\w+)", shown)) & set(LARGE)


def found_due(engine: Engine) -> str:
    with noted(engine) as found, engine.connect() as connection:
        connection.execute(DUE, {"at": AT, "limit": 400, "skip": []})
    return plan(engine, *found[0])


def test_the_tick_finds_what_is_due_in_the_partial_index_alone(many: Engine) -> None:
    shown = found_due(many)
    assert "ix_threshold_due" in shown
    assert whole(shown) == set()


def test_without_its_index_the_tick_would_read_every_threshold(many: Engine) -> None:
    with many.begin() as connection:
        connection.execute(text("DROP INDEX ix_threshold_due"))
    assert "threshold" in whole(found_due(many))


def test_no_statement_of_an_idle_tick_reads_a_table_that_grows(many: Engine, tmp_path: Path) -> None:
    clock = Clock(many, Configuration(home=tmp_path), AT)
    with transaction(many) as session:
        runs.record_runs(session, *schedules(read()), at=AT, runner="test")
    with noted(many) as found:
        clock.tick(AT)
    asked = [(statement, parameters) for statement, parameters in found if re.match(r"\s*(SELECT|WITH)", statement)]
    assert len(asked) > 5
    assert {
        statement: bad for statement, parameters in asked if (bad := whole(plan(many, statement, parameters)))
    } == {}
