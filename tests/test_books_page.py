"""The page on the books describes every column of every file."""

import re
from pathlib import Path

import pytest

from states.accounting.export_rows import ClassRow, JournalRow, OpenItem, Row, SpendingRow

PAGE = (Path(__file__).parents[1] / "docs" / "books.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Columns of the journal", JournalRow),
        ("Columns of open items", OpenItem),
        ("Columns of tax classes", ClassRow),
        ("Columns of spending", SpendingRow),
    ],
)
def test_every_column_of_a_file_is_described(title: str, kind: type[Row]) -> None:
    section = re.split(r"^## ", PAGE.partition(f"## {title}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    found = re.findall(r"^\| `(\w+)` \| (.+) \|$", section, re.MULTILINE)
    assert found == [(field.alias, field.description) for field in kind.model_fields.values()]
