"""Spreadsheets: files without formulas, with the same bytes every time, and with totals that add up."""

import csv
import hashlib
import io
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from states.accounting.export_rows import OpenItem
from states.accounting.spreadsheets import RUNS, Sheet, as_csv, as_workbook, control

DAY = date(2026, 3, 31)
PRINTED = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=20)
BEGUN = st.one_of(PRINTED, st.builds("{}{}".format, st.sampled_from(RUNS), PRINTED))


def item(number: str = "F-1", amount: str = "12.34") -> OpenItem:
    return OpenItem(
        employer="gemeente-zilverdam",
        kind="payable",
        item="payable-1",
        since=DAY,
        number=number,
        amount=Decimal(amount),
        state="checked",
        waits_for="the approval",
    )


def cells(file: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.decode(), newline="")))


@given(BEGUN)
@settings(max_examples=60, deadline=None)
def test_no_text_of_a_file_is_run_by_a_spreadsheet_and_none_is_lost(text: str) -> None:
    sheet = Sheet("open-items", OpenItem, [item(text)])
    (row,) = cells(as_csv(sheet))
    assert not row["number"].startswith(RUNS)
    assert row["number"].removeprefix("'" if text.startswith(RUNS) else "") == text
    page = load_workbook(io.BytesIO(as_workbook(sheet, about={}, made_on=DAY)))["open-items"]
    assert page.cell(2, 5).data_type == "s"


def test_a_negative_amount_is_a_number_and_no_formula() -> None:
    sheet = Sheet("open-items", OpenItem, [item(amount="-12.34")])
    assert cells(as_csv(sheet))[0]["amount"] == "-12.34"
    page = load_workbook(io.BytesIO(as_workbook(sheet, about={}, made_on=DAY)))["open-items"]
    assert (page.cell(2, 6).value, page.cell(2, 6).data_type) == (-12.34, "n")
    assert page.cell(2, 4).value.date() == DAY


def test_the_same_rows_are_the_same_bytes_and_one_cent_is_another_mark() -> None:
    one, other = (Sheet("open-items", OpenItem, [item(), item(amount=cents)]) for cents in ("0.01", "0.02"))
    assert as_csv(one) == as_csv(one)
    assert as_workbook(one, about={"on": DAY}, made_on=DAY) == as_workbook(one, about={"on": DAY}, made_on=DAY)
    assert control(one).sha256 == hashlib.sha256(as_csv(one)).hexdigest() != control(other).sha256
    assert (control(one).count, control(one).total) == (2, Decimal("12.35"))


def test_a_file_without_rows_has_its_heading_and_totals_of_nothing() -> None:
    sheet = Sheet("open-items", OpenItem, [])
    assert cells(as_csv(sheet)) == []
    assert as_csv(sheet).decode().strip().split(",") == sheet.columns
    assert (control(sheet).count, control(sheet).total) == (0, Decimal("0.00"))
