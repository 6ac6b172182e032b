"""Progress report as text for parliament and as rows for a spreadsheet."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from jinja2 import TemplateError

from notifications.catalogue import LANGUAGES, catalogue
from notifications.errors import NotificationsError
from notifications.wording import environment
from rules.reporting.disclosure_control import Limits
from rules.reporting.progress_report import ALL, OWNERS, URGENT, WAITS, QuarterReport, Table, Wait, total

HIDDEN = "x"
"""Printed in place of a hidden number."""
QUARTERS_PER_TABLE = 6
"""Quarters in one table; further quarters go into a next table."""
COLUMNS = ("from", "until", "figure", "by", "part", "label", "measure", "unit", "value", "hidden")
"""Columns of the CSV, described in docs/statistics.md."""
PERCENTILES = ("p10", "median", "p90")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet reads a cell with one of these as its first character as a formula."""


class Row(NamedTuple):
    """One number of the report."""

    since: date
    until: date
    figure: str
    by: str
    part: str
    measure: str
    unit: str
    value: int | None
    """None if it is hidden."""


def require_language(language: str) -> str:
    """Return the language, if documents are written in it.

    Raises:
        NotificationsError: they are not.
    """
    if language not in LANGUAGES:
        raise NotificationsError(f"Documents are written in {' and '.join(LANGUAGES)}, not in {language!r}.")
    return language


def label(by: str, part: str, language: str) -> str:
    """The name of a part of a table; a month is its own name."""
    words = catalogue().words
    kind = by if by in {"office", "province"} and part != ALL else "progress-part"
    return part if by == "month" else words[kind][part][language]


def rows(found: Sequence[QuarterReport]) -> Iterator[Row]:
    """Every number of a report: totals and parts, then waiting times, then sums over all quarters."""
    for one in found:
        span = one.quarter.since, one.quarter.until
        with_total = set()
        for table in one.tables:
            if table.of not in with_total:
                with_total.add(table.of)
                yield Row(*span, table.of, ALL, ALL, "count", unit(table.of), table.whole)
            for part, count in table.parts.items():
                when = month(part) if table.by == "month" else span
                yield Row(*when, table.of, table.by, part, "count", unit(table.of), count)
        for wait in one.waits:
            for percentile in PERCENTILES:
                yield Row(*span, wait.of, wait.by, wait.part, percentile, "days", getattr(wait, percentile))
    if len(found) > 1:
        yield from sums(found)


def sums(found: Sequence[QuarterReport]) -> Iterator[Row]:
    """The sums over all quarters; a sum is known if the number of every quarter is shown."""
    span = found[0].quarter.since, found[-1].quarter.until
    with_total = set()
    for table in found[0].tables:
        if table.of not in with_total:
            with_total.add(table.of)
            whole = total(found, table.of, table.by, ALL)
            yield Row(*span, table.of, ALL, ALL, "count", unit(table.of), whole)
        if table.by != "month":
            for part in table.parts:
                count = total(found, table.of, table.by, part)
                yield Row(*span, table.of, table.by, part, "count", unit(table.of), count)


def unit(of: str) -> str:
    """The unit of a figure."""
    return "terms" if of.startswith("terms-") else "applications"


def month(name: str) -> tuple[date, date]:
    """First and last day of a month such as 2026-01."""
    year, number = int(name[:4]), int(name[5:])
    after = date(year + number // 12, number % 12 + 1, 1)
    return date(year, number, 1), date.fromordinal(after.toordinal() - 1)


def as_csv(found: Sequence[QuarterReport], language: str = "nl") -> str:
    """The report for a spreadsheet: one number per row, and no cell that is a formula.

    Raises:
        NotificationsError: no such language.
    """
    require_language(language)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows(found):
        value = HIDDEN if row.value is None else row.value
        name = label(row.by, row.part, language)
        cells = (*row[:5], name, row.measure, row.unit, value, "yes" if row.value is None else "no")
        writer.writerow([without_formula(cell) for cell in cells])
    return out.getvalue()


def without_formula(cell: object) -> str:
    """The cell, quoted if a spreadsheet would read it as a formula."""
    shown = str(cell)
    return f"'{shown}" if shown.startswith(FORMULA_STARTS) else shown


def as_text(found: Sequence[QuarterReport], limits: Limits, *, on: date, language: str = "nl") -> str:
    """The report as text.

    Args:
        found: the publishable numbers per quarter.
        limits: the limits of disclosure control, which the text states.
        on: the date of the report.
        language: ``nl`` or ``en``.

    Raises:
        NotificationsError: no such language, or the template uses a value that is not given.
    """
    require_language(language)
    values: dict[str, Any] = {
        "since": found[0].quarter.since.isoformat(),
        "until": found[-1].quarter.until.isoformat(),
        "on": on.isoformat(),
        "hidden": HIDDEN,
        "held": limits._asdict(),
        "dominance": round(limits.dominance * 100),
        "received": total(found, "received", "month", ALL),
        "urgent": total(found, "received", "urgency", URGENT),
        "decided": total(found, "decided", "how", ALL),
        "adopted": total(found, "decided", "how", "advice"),
        "months": months(found),
        "tables": {by: grid(found, "received", by, language) for by in ("office", "province", "urgency")},
        "ways": grid(found, "decided", "how", language),
        "terms": {owner: grid(found, f"terms-{owner}", "outcome", language) for owner in OWNERS},
        "waits": {what: wait_grid(found, what, language) for what in WAITS},
        "tails": any(wait.p90 is not None for one in found for wait in one.waits),
    }
    try:
        template = environment(language).get_template(f"documents/progress-report/{language}.j2")
        return template.render(values)
    except TemplateError as error:
        raise NotificationsError(f"The progress report cannot be worded in {language!r}: {error}.") from None


def months(found: Sequence[QuarterReport]) -> str:
    """The applications received in each month."""
    lines = [
        (part, [number_text(count)])
        for one in found
        for part, count in table_of(one, "received", "month").parts.items()
    ]
    return text_table([""], lines)


def table_of(one: QuarterReport, of: str, by: str) -> Table:
    """The table of one figure of a quarter, by one property."""
    return next(table for table in one.tables if (table.of, table.by) == (of, by))


def grid(found: Sequence[QuarterReport], of: str, by: str, language: str) -> str:
    """A table with a row per part and a column per quarter, the sum last; rows with only zeros are left out."""
    blocks = []
    for first in range(0, len(found), QUARTERS_PER_TABLE):
        some = found[first : first + QUARTERS_PER_TABLE]
        summed = found if first + QUARTERS_PER_TABLE >= len(found) and len(found) > 1 else None
        columns = [one.quarter.name for one in some] + ([{"nl": "totaal", "en": "total"}[language]] if summed else [])
        tables = [table_of(one, of, by) for one in some]
        lines = []
        for part in (*tables[0].parts, ALL):
            counts = [table.whole if part == ALL else table.parts[part] for table in tables]
            counts += [total(summed, of, by, part)] if summed else []
            if part == ALL or any(counts) or None in counts:
                lines.append((label(by, part, language), [number_text(count) for count in counts]))
        blocks.append(text_table(columns, lines))
    return "\n\n".join(blocks)


def wait_grid(found: Sequence[QuarterReport], what: str, language: str) -> str:
    """Waiting times of the whole and each part, a column per quarter; rows that are hidden throughout are left out."""
    blocks = []
    for first in range(0, len(found), QUARTERS_PER_TABLE):
        some = found[first : first + QUARTERS_PER_TABLE]
        by_part: dict[tuple[str, str], list[str]] = {}
        for one in some:
            for wait in one.waits:
                if wait.of == what:
                    by_part.setdefault((wait.by, wait.part), []).append(percentile_text(wait))
        lines = [
            (label(*key, language), cells)
            for key, cells in by_part.items()
            if key == (ALL, ALL) or set(cells) != {HIDDEN}
        ]
        blocks.append(text_table([one.quarter.name for one in some], lines))
    return "\n\n".join(blocks)


def percentile_text(wait: Wait) -> str:
    """The median, with the 10th and 90th percentiles in parentheses if they are known."""
    if wait.median is None:
        return HIDDEN
    return f"{wait.median}" if wait.p90 is None else f"{wait.median} ({wait.p10}-{wait.p90})"


def number_text(count: int | None) -> str:
    """The number as text, or the mark of a hidden one."""
    return HIDDEN if count is None else str(count)


def text_table(columns: Sequence[str], lines: Sequence[tuple[str, Sequence[str]]]) -> str:
    """A table in fixed-width text."""
    first = max((len(name) for name, _ in lines), default=0)
    widths = [max(len(column), *(len(cells[at]) for _, cells in lines), 8) for at, column in enumerate(columns)]
    head = [" " * first, *(column.rjust(width) for column, width in zip(columns, widths, strict=True))]
    body = [
        "  ".join([name.ljust(first), *(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))])
        for name, cells in lines
    ]
    return "\n".join(line.rstrip() for line in ["  ".join(head), *body] if line.strip())
