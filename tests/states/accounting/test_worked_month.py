"""Worked month: working it again gives docs/worked-month.md and its files."""

import io
import zipfile
from typing import Any

from office import (
    furnish,
)
from sqlalchemy import Engine
from worked_month import FOLDER, PAGE, Month, page_of, same_ids


def contents(name: str, file: bytes) -> Any:
    """The contents of a file: of a workbook its members, since compression differs between machines."""
    if not name.endswith(".xlsx"):
        return file
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return {member: archive.read(member) for member in sorted(archive.namelist())}


def test_the_worked_month_equals_the_documentation(engine: Engine) -> None:
    with same_ids():
        furnish(engine)
        month = Month(engine).work()
    assert sorted(month.files) == sorted(file.name for file in FOLDER.iterdir())
    for name, file in month.files.items():
        assert contents(name, (FOLDER / name).read_bytes()) == contents(name, file), name
    page = PAGE.read_text("utf-8")
    assert page_of(page, month.blocks) == page
    assert all(f"(worked-month/{name})" in page for name in month.files)
