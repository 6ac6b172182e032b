"""Query plans of lists: with many rows a page is read by an index, and no table is read whole or sorted."""

from collections.abc import Iterator
from typing import Any

import pytest
from office import OFFICER
from served import Api, Serve
from sqlalchemy import event, text

from states.tables.payments import PayableLine

MANY = 20_000
FILL = (
    "SET LOCAL session_replication_role = replica",  # the rows stand alone
    """
    INSERT INTO application (id, stream, state, office, applicant, urgency, urgency_lowered, certain_since,
                             in_territory, received_on, created_at, changed_at, advice_version, dwelling,
                             discretionary, new_facts, version)
    SELECT 'VA-' || n, 'VA-' || n, 'intake', 'mayor', 'person-' || n, 'routine', false, DATE '2024-06-01', true,
           DATE '2026-10-01', TIMESTAMPTZ '2026-01-01' + n * INTERVAL '1 minute', now(), 1, 1, false, false, 1
    FROM generate_series(1, :many) n
    """,
    """
    INSERT INTO work_item (id, application, chart, subject, action, role, organisation, lane, start_by, created_at,
                           estimate, assignee, done_at)
    SELECT 'work-' || n, 'VA-' || n, 'application', 'VA-' || n, 'close', 'officer', '', 1 + n % 4,
           TIMESTAMPTZ '2026-01-01' + n * INTERVAL '1 minute', TIMESTAMPTZ '2026-01-01', 5,
           CASE WHEN n % 3 = 0 THEN 'officer-2' END, CASE WHEN n % 5 = 0 THEN now() END
    FROM generate_series(1, :many) n
    """,
    """
    INSERT INTO payable_line (id, stream, payable, net, vat_rate, vat, gross)
    SELECT 'line-' || n, 'VA-' || n, 'payable-' || n, 1, 0, 0, 1 FROM generate_series(1, :many) n
    """,
)


@pytest.fixture(scope="module")
def api(serve: Serve) -> Iterator[Api]:
    """Serve an office with many cases, much work and many lines of invoices."""
    with serve() as served:
        with served.engine.begin() as connection:
            for statement in FILL:
                connection.execute(text(statement), {"many": MANY} if ":many" in statement else {})
        with served.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
        yield served


def plans(api: Api, path: str, table: str) -> list[str]:
    """The plans of the statements about a table that a reading sends."""
    found: list[str] = []

    def explain(_: Any, cursor: Any, statement: str, parameters: Any, *__: Any) -> None:
        if f"FROM {table} " in statement.replace("\n", " "):
            found.append("\n".join(row[0] for row in cursor.connection.execute(f"EXPLAIN {statement}", parameters)))

    event.listen(api.engine, "before_cursor_execute", explain)
    try:
        assert len(api.read(path, OFFICER)["items"]) == 50
    finally:
        event.remove(api.engine, "before_cursor_execute", explain)
    return found


@pytest.mark.parametrize(
    ("path", "table"), [("/v1/applications?limit=50", "application"), ("/v1/work-items?limit=50", "work_item")]
)
def test_a_page_of_a_long_list_is_read_in_its_order_by_an_index(api: Api, path: str, table: str) -> None:
    (plan,) = plans(api, path, table)
    assert "Sort" not in plan
    assert "Seq Scan" not in plan


def test_the_lines_of_the_invoices_of_one_case_are_found_by_an_index(api: Api) -> None:
    query = text(f"EXPLAIN SELECT * FROM {PayableLine.__tablename__} WHERE stream = 'VA-7'")
    with api.engine.connect() as connection:
        plan = "\n".join(connection.execute(query).scalars())
    assert "Seq Scan" not in plan
