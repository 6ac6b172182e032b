"""Worked month of a fictional municipality: a test works it and compares docs/worked-month.md and its files.

``.venv/bin/python tests/states/worked_month.py`` works it and rewrites them.
"""

import csv
import inspect
import io
import random
import re
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from office import (
    APPROVER,
    CONTACT,
    FINANCE,
    GOUDVEEN,
    RELEASER,
    ZILVERDAM,
    at_event,
    do,
    furnish,
    iban,
    receive,
    row,
    rows,
    sparing,
    walk,
)
from sqlalchemy import Engine
from sqlmodel import Session

from api.processes import embedded_postgres
from api.routes.money_trails import views
from migrations.upgrade import upgrade
from states.accounting import journal_query, reports, xaf
from states.accounting.export_rows import ClassRow, JournalRow, OpenItem, Row, SpendingRow
from states.accounting.spreadsheets import Sheet, as_csv, as_workbook, control
from states.commands.bank_files import take_in
from states.errors import RefusedError
from states.formats import demonstration_bank
from states.payments.batch_files import batch_document
from states.storage.database import connect, transaction
from states.tables.accounting import Booking
from states.tables.application import Measure
from states.tables.payments import BatchLine, Payable, PaymentBatch

DOCS = Path(__file__).parents[2] / "docs"
PAGE, FOLDER = DOCS / "worked-month.md", DOCS / "worked-month"
MARCH = date(2026, 3, 1), date(2026, 3, 31)
ELSEWHERE = iban(55)
"""The supplier's account that turned out to be closed."""


class Draws:
    """Draws ids of each kind from its own sequence, so that the ids in the files do not depend on other ids."""

    def __init__(self) -> None:
        self.kinds: dict[str, random.Random] = {}

    def __call__(self, alphabet: str) -> str:
        frame = inspect.currentframe()
        while frame is not None and "prefix" not in frame.f_locals:
            frame = frame.f_back
        kind = str(frame.f_locals["prefix"]) if frame is not None else ""
        return self.kinds.setdefault(kind, random.Random(kind)).choice(alphabet)


@contextmanager
def same_ids() -> Iterator[None]:
    """Draw the same ids every time, of each kind from its own sequence."""
    with patch.object(secrets, "choice", Draws()):
        yield


def on(day: int, month: int = 3, hour: int = 9) -> datetime:
    """An hour of a day of 2026."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


class Month:
    """The month, and the files that it made."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.files: dict[str, bytes] = {}
        self.blocks: dict[str, str] = {}

    def work(self) -> "Month":
        """All events, in their order."""
        self.invoices()
        first = self.batch(on(9), "1")
        self.bank(demonstration_bank.answer(first, booked_on=date(2026, 3, 10)), on(10, hour=19), "camt.053-1.xml")
        alarm = row(self.engine, Payable, Payable.number == "2026-0117")
        self.book(alarm.id, on(11))
        shared = row(self.engine, Payable, Payable.number == "V26-88", Payable.organisation == ZILVERDAM)
        sent = row(self.engine, BatchLine, BatchLine.payable == shared.id).end_to_end
        back = demonstration_bank.returned(first, sent, booked_on=date(2026, 3, 13), reason="AC04")
        self.bank(back, on(13, hour=19), "camt.053-2-return.xml")
        self.do("payable", shared.id, "approve", APPROVER, on(16))
        second = self.batch(on(16, hour=10), "2")
        self.bank(demonstration_bank.answer(second, booked_on=date(2026, 3, 17)), on(17, hour=19), "camt.053-3.xml")
        self.do(
            "organisation",
            ZILVERDAM,
            "set-accounts",
            FINANCE,
            on(20),
            since="2026-03-01",
            source="KADERNOTA-2026",
            costCentre="BESTUUR-3",
            taxNumber="001234567",
        )
        wrong = row(self.engine, Booking, Booking.payable == alarm.id)
        reasons = "It was booked on the cost centre of last year."
        self.do("booking", wrong.id, "correct", FINANCE, on(20, hour=10), reasons=reasons)
        self.month_end(alarm, shared)
        return self

    def do(self, chart: str, subject: str | None, event: str, by: Any, at: datetime, **body: Any) -> Any:
        return do(self.engine, chart, subject, event, by=by, at=at, body=body).row

    def invoices(self) -> None:
        """Two cases with provided measures, and three invoices for them; one is not approved this month."""
        one = receive(self.engine, inOfficeUntil="2028-06-30")
        walk(self.engine, one, before=at_event("receive-invoice"), choose=sparing)
        two = receive(self.engine, employers=[ZILVERDAM, GOUDVEEN], name="B. Voorbeeld", inOfficeUntil="2028-06-30")
        walk(self.engine, two, before=at_event("receive-invoice"), choose=sparing)
        for case, number, day, lines, payee in (
            (one, "2026-0117", 5, (("1250.00", "262.50", "1512.50", False),), iban(77)),
            (two, "V26-88", 6, (("300.01", "63.00", "363.01", True),), ELSEWHERE),
            (one, "2026-0131", 26, (("80.00", "16.80", "96.80", True),), iban(77)),
        ):
            measure = row(self.engine, Measure, Measure.stream == case).id
            body = {
                "number": number,
                "dated": f"2026-03-{day:02}",
                "payee": "Beveiliging Voorbeeld BV",
                "iban": payee,
                "lines": [
                    {
                        "measure": measure,
                        "net": net,
                        "vatRate": "21",
                        "vat": vat,
                        "gross": total,
                        "final": last,
                    }
                    for net, vat, total, last in lines
                ],
            }
            self.do("application", case, "receive-invoice", CONTACT, on(day), **body)
        for payable in rows(self.engine, Payable, Payable.organisation == ZILVERDAM):
            late = payable.number == "2026-0131"
            self.do("payable", payable.id, "check", FINANCE, on(26 if late else 6, hour=10))
            if not late:
                self.do("payable", payable.id, "approve", APPROVER, on(6, hour=11))

    def batch(self, at: datetime, number: str) -> bytes:
        """Build a batch of the approved payables, seal, release and export it, and return the file."""
        made: PaymentBatch = self.do("payment-batch", None, "build", FINANCE, at, employer=ZILVERDAM)
        for event, by in (("seal", FINANCE), ("release", RELEASER), ("export", FINANCE)):
            self.do("payment-batch", made.id, event, by, at)
        with Session(self.engine) as session:
            written = batch_document(session, session.get_one(PaymentBatch, made.id))
        self.files[f"pain.001-{number}.xml"] = written
        return written

    def bank(self, file: bytes, at: datetime, name: str) -> None:
        """Import a statement of the bank."""
        with transaction(self.engine) as session:
            take_in(session, file, by=FINANCE, at=at)
        self.files[name] = file

    def book(self, payable: str, at: datetime, **body: Any) -> None:
        """The evidence of a payment is completed, and it is booked."""
        made = row(self.engine, Booking, Booking.payable == payable, Booking.state != "reversed")
        if made.missing:
            self.do("booking", made.id, "complete-evidence", FINANCE, at, noOwnContribution=True)
        self.do("booking", made.id, "book", FINANCE, at, **body)

    def month_end(self, alarm: Payable, shared: Payable) -> None:
        """Export at the end of the month, and what arrives too late for it."""
        with Session(self.engine) as session:
            self.sheet("open-items", OpenItem, reports.open_items(session, [ZILVERDAM]))
            lines = journal_query.journal(session, [ZILVERDAM], *MARCH)
            self.sheet("journal-2026-03", JournalRow, lines)
            self.sheet("tax-classes-2026", ClassRow, reports.tax_classes(session, [ZILVERDAM], 2026))
            self.sheet("spending-2026", SpendingRow, reports.spending(session, [ZILVERDAM], 2026))
            context: Any = SimpleNamespace(session=session, by=FINANCE)
            (found,) = views(context, [session.get_one(Payable, alarm.id)])
        self.files["trail.json"] = f"{found.model_dump_json(by_alias=True, indent=2)}\n".encode()
        heading = xaf.Heading(ZILVERDAM, "Gemeente Zilverdam", "001234567", "2026-03", on(1, 4).date(), "worked month")
        self.files["journal-2026-03.xaf"] = xaf.document(heading, lines)
        sheet = Sheet("journal", JournalRow, lines)
        about = {"employer": ZILVERDAM, "period": "2026-03"}
        self.files["journal-2026-03.xlsx"] = as_workbook(sheet, about=about, made_on=on(1, 4).date())
        totals = control(sheet)
        self.blocks["control"] = (
            f"{totals.count} lines, {totals.debit} debit, {totals.credit} credit; SHA-256 of the CSV `{totals.sha256}`."
        )
        self.do("organisation", ZILVERDAM, "close-period", FINANCE, on(1, 4), period="2026-03")
        try:
            self.book(shared.id, on(1, 4, 10), bookedOn="2026-03-31")
        except RefusedError as error:
            found_rule = error.findings[0]
            self.blocks["refused"] = f"> `{found_rule.rule}` ({found_rule.article}): {found_rule.message}"
        self.book(shared.id, on(1, 4, 11), bookedOn="2026-03-31", closedPeriod="first-open-day")
        booked = row(self.engine, Booking, Booking.payable == shared.id, Booking.state == "booked")
        self.blocks["moved"] = f"It is booked on {booked.booked_on}; March stays as it left."

    def sheet(self, name: str, kind: type[Row], found: Iterable[Row]) -> None:
        """Rows as a CSV file, and as a table of the page."""
        sheet = Sheet(name, kind, list(found))
        self.files[f"{name}.csv"] = as_csv(sheet)
        self.blocks[name] = table(self.files[f"{name}.csv"], SHOWN.get(name))


SHOWN = {
    "journal-2026-03": ("bookedOn", "account", "costCentre", "debit", "credit", "part", "mirrors", "invoiceNumber"),
    "tax-classes-2026": ("taxClass", "designation", "bookings", "cost", "compensableVat", "gross"),
    "spending-2026": ("employerKind", "employers", "cost", "contribution"),
    "open-items": ("kind", "since", "number", "amount", "state", "waitsFor"),
}
"""The columns that the page shows of a file."""


def table(file: bytes, columns: Iterable[str] | None) -> str:
    """A CSV file as a table of Markdown."""
    lines = list(csv.DictReader(io.StringIO(file.decode())))
    names = list(columns or lines[0])
    head = ["| " + " | ".join(names) + " |", "|---" * len(names) + "|"]
    return "\n".join([*head, *("| " + " | ".join(line[name] for name in names) + " |" for line in lines)])


def page_of(text: str, blocks: dict[str, str]) -> str:
    """The page with its generated parts rewritten."""
    for name, block in blocks.items():
        mark = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(\n<!-- /{re.escape(name)} -->)", re.DOTALL)
        assert mark.search(text), f"The page has no place for {name}."
        text = mark.sub(lambda found, block=block: f"{found[1]}\n{block}\n{found[2]}", text)  # type: ignore[misc]
    return text


def main() -> None:
    """Work the month on a separate server and write the files."""
    with tempfile.TemporaryDirectory(prefix="worked-month-") as folder:
        server = embedded_postgres.start(Path(folder) / "postgres")
        try:
            upgrade(server.url)
            engine = connect(server.url, key=bytes(range(32)))
            with same_ids():
                furnish(engine)
                month = Month(engine).work()
            engine.dispose()
        finally:
            server.stop()
    for file in FOLDER.iterdir():
        file.unlink()
    for name, content in month.files.items():
        (FOLDER / name).write_bytes(content)
    PAGE.write_text(page_of(PAGE.read_text("utf-8"), month.blocks), "utf-8")


if __name__ == "__main__":
    main()
