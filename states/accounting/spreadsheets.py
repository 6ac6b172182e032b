"""Spreadsheets of rows, as CSV and as a workbook, with control totals for the receiver.

CSV is UTF-8 with a comma and a point in numbers; its SHA-256 identifies the rows in every format.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from hashlib import sha256
from typing import Any

import xlsxwriter

from states.accounting.export_rows import Row

RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""Characters that may not begin a cell, because a spreadsheet would run it."""
WIDTH = 18


@dataclass(frozen=True)
class Sheet:
    """Rows of one kind under a name."""

    name: str
    kind: type[Row]
    rows: Sequence[Row]

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return [field.alias or name for name, field in self.kind.model_fields.items()]

    def cells(self) -> list[list[Any]]:
        """The values of every row, in the order of the columns."""
        return [[getattr(row, name) for name in self.kind.model_fields] for row in self.rows]


class Control(Row):
    """Control totals for the receiver: number of rows, sums in euros, and the SHA-256 of the rows as CSV."""

    count: int
    debit: Decimal | None = None
    credit: Decimal | None = None
    total: Decimal | None = None
    sha256: str


def control(sheet: Sheet) -> Control:
    """The control totals of a sheet."""
    names = sheet.kind.model_fields
    sums = {
        total: sum((getattr(row, name) or Decimal(0) for row in sheet.rows), Decimal("0.00"))
        for total, name in (("debit", "debit"), ("credit", "credit"), ("total", "amount"), ("total", "cost"))
        if name in names
    }
    return Control(count=len(sheet.rows), sha256=sha256(as_csv(sheet)).hexdigest(), **sums)


def safe(value: Any) -> Any:
    """A value as a cell that no spreadsheet runs; numbers and days are unchanged."""
    return f"'{value}" if isinstance(value, str) and value.startswith(RUNS) else value


def as_csv(sheet: Sheet) -> bytes:
    """The rows as CSV, a heading first; the same bytes for the same rows."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(sheet.columns)
    writer.writerows([safe(value) for value in row] for row in sheet.cells())
    return out.getvalue().encode()


def as_workbook(sheet: Sheet, *, about: dict[str, Any], made_on: date) -> bytes:
    """The rows as XLSX with a control sheet; the same bytes for the same rows, text and day.

    Args:
        sheet: the rows; numbers and days keep their type, and no text is run.
        about: the further lines of the control sheet.
        made_on: the day of the file.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": sheet.name, "created": datetime.combine(made_on, time())})  # Excel has no time zones
    bold, euros = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
    days = book.add_format({"num_format": "yyyy-mm-dd"})

    def put(page: Any, line: int, column: int, value: Any) -> None:
        if value is None:
            return
        if isinstance(value, Decimal):
            page.write_number(line, column, float(value), euros)
        elif isinstance(value, int):
            page.write_number(line, column, value)
        elif isinstance(value, date):
            page.write_datetime(line, column, datetime.combine(value, time()), days)  # Excel has no time zones
        else:
            page.write_string(line, column, str(value))

    page = book.add_worksheet(sheet.name)
    page.freeze_panes(1, 0)
    for column, name in enumerate(sheet.columns):
        page.write_string(0, column, name, bold)
    page.set_column(0, len(sheet.columns) - 1, WIDTH)
    for line, row in enumerate(sheet.cells(), start=1):
        for column, value in enumerate(row):
            put(page, line, column, value)
    check = book.add_worksheet("control")
    check.set_column(0, 1, 2 * WIDTH)
    totals = control(sheet).model_dump(by_alias=True, exclude_none=True)
    for line, (name, value) in enumerate({**about, **totals}.items()):
        check.write_string(line, 0, name, bold)
        put(check, line, 1, value)
    book.close()
    return out.getvalue()
