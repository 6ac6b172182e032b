"""The progress report worded: as text for parliament, and as rows for a spreadsheet."""

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
"""What stands in the place of a number that is hidden."""
ACROSS = 6
"""So many quarters stand beside each other; more go into a table of their own."""
COLUMNS = ("from", "until", "figure", "by", "part", "label", "measure", "unit", "value", "hidden")
"""The columns of the CSV; docs/statistics.md says what each holds."""
MARKS = ("p10", "median", "p90")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A cell that begins with one of these is a formula to a spreadsheet."""


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
    """None where it is hidden."""


def known(language: str) -> str:
    """A language in which documents are written.

    Raises:
        NotificationsError: there is none.
    """
    if language not in LANGUAGES:
        raise NotificationsError(f"Documents are written in {' and '.join(LANGUAGES)}, not in {language!r}.")
    return language


def label(by: str, part: str, language: str) -> str:
    """What a part is called; a month is called what it is."""
    words = catalogue().words
    kind = by if by in {"office", "province"} and part != ALL else "progress-part"
    return part if by == "month" else words[kind][part][language]


def rows(found: Sequence[QuarterReport]) -> Iterator[Row]:
    """Every number of a report, one by one: wholes and parts, then how long they waited, and last the sums."""
    for one in found:
        span = one.quarter.since, one.quarter.until
        told = set()
        for table in one.tables:
            if table.of not in told:
                told.add(table.of)
                yield Row(*span, table.of, ALL, ALL, "count", unit(table.of), table.whole)
            for part, count in table.parts.items():
                when = month(part) if table.by == "month" else span
                yield Row(*when, table.of, table.by, part, "count", unit(table.of), count)
        for wait in one.waits:
            for mark in MARKS:
                yield Row(*span, wait.of, wait.by, wait.part, mark, "days", getattr(wait, mark))
    if len(found) > 1:
        yield from sums(found)


def sums(found: Sequence[QuarterReport]) -> Iterator[Row]:
    """The sums over all quarters, known where each quarter is shown."""
    span = found[0].quarter.since, found[-1].quarter.until
    told = set()
    for table in found[0].tables:
        if table.of not in told:
            told.add(table.of)
            whole = total(found, table.of, table.by, ALL)
            yield Row(*span, table.of, ALL, ALL, "count", unit(table.of), whole)
        if table.by != "month":
            for part in table.parts:
                count = total(found, table.of, table.by, part)
                yield Row(*span, table.of, table.by, part, "count", unit(table.of), count)


def unit(of: str) -> str:
    """What is counted."""
    return "terms" if of.startswith("terms-") else "applications"


def month(name: str) -> tuple[date, date]:
    """The first and the last day of a month such as 2026-01."""
    year, number = int(name[:4]), int(name[5:])
    after = date(year + number // 12, number % 12 + 1, 1)
    return date(year, number, 1), date.fromordinal(after.toordinal() - 1)


def as_csv(found: Sequence[QuarterReport], language: str = "nl") -> str:
    """The report for a spreadsheet: one number in each row, and no cell that is a formula.

    Raises:
        NotificationsError: no such language.
    """
    known(language)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows(found):
        value = HIDDEN if row.value is None else row.value
        name = label(row.by, row.part, language)
        cells = (*row[:5], name, row.measure, row.unit, value, "yes" if row.value is None else "no")
        writer.writerow([safe(cell) for cell in cells])
    return out.getvalue()


def safe(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    shown = str(cell)
    return f"'{shown}" if shown.startswith(FORMULA) else shown


def as_text(found: Sequence[QuarterReport], held: Limits, *, on: date, language: str = "nl") -> str:
    """The report as text.

    Args:
        found: what may be said of each quarter.
        held: what a published number rests on, to be told.
        on: the day on which it is drawn up.
        language: ``nl`` or ``en``.

    Raises:
        NotificationsError: no such language, or the template asks for what nobody told it.
    """
    known(language)
    told: dict[str, Any] = {
        "since": found[0].quarter.since.isoformat(),
        "until": found[-1].quarter.until.isoformat(),
        "on": on.isoformat(),
        "hidden": HIDDEN,
        "held": held._asdict(),
        "dominance": round(held.dominance * 100),
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
        return template.render(told)
    except TemplateError as error:
        raise NotificationsError(f"The progress report cannot be worded in {language!r}: {error}.") from None


def months(found: Sequence[QuarterReport]) -> str:
    """The applications received in each month."""
    lines = [
        (part, [shown(count)]) for one in found for part, count in table_of(one, "received", "month").parts.items()
    ]
    return laid_out([""], lines)


def table_of(one: QuarterReport, of: str, by: str) -> Table:
    """One table of a quarter."""
    return next(table for table in one.tables if (table.of, table.by) == (of, by))


def grid(found: Sequence[QuarterReport], of: str, by: str, language: str) -> str:
    """A table with a line for each part and a column for each quarter, the sum last; lines of nothing are left out."""
    blocks = []
    for first in range(0, len(found), ACROSS):
        some = found[first : first + ACROSS]
        summed = found if first + ACROSS >= len(found) and len(found) > 1 else None
        columns = [one.quarter.name for one in some] + ([{"nl": "totaal", "en": "total"}[language]] if summed else [])
        tables = [table_of(one, of, by) for one in some]
        lines = []
        for part in (*tables[0].parts, ALL):
            counts = [table.whole if part == ALL else table.parts[part] for table in tables]
            counts += [total(summed, of, by, part)] if summed else []
            if part == ALL or any(counts) or None in counts:
                lines.append((label(by, part, language), [shown(count) for count in counts]))
        blocks.append(laid_out(columns, lines))
    return "\n\n".join(blocks)


def wait_grid(found: Sequence[QuarterReport], what: str, language: str) -> str:
    """How long all and each part waited, with a column for each quarter; lines of which nothing is known left out."""
    blocks = []
    for first in range(0, len(found), ACROSS):
        some = found[first : first + ACROSS]
        by_part: dict[tuple[str, str], list[str]] = {}
        for one in some:
            for wait in one.waits:
                if wait.of == what:
                    by_part.setdefault((wait.by, wait.part), []).append(marks(wait))
        lines = [
            (label(*key, language), cells)
            for key, cells in by_part.items()
            if key == (ALL, ALL) or set(cells) != {HIDDEN}
        ]
        blocks.append(laid_out([one.quarter.name for one in some], lines))
    return "\n\n".join(blocks)


def marks(wait: Wait) -> str:
    """The median, and between brackets the 10 % and 90 % marks where they are known."""
    if wait.median is None:
        return HIDDEN
    return f"{wait.median}" if wait.p90 is None else f"{wait.median} ({wait.p10}-{wait.p90})"


def shown(count: int | None) -> str:
    """A number, or what stands in its place."""
    return HIDDEN if count is None else str(count)


def laid_out(columns: Sequence[str], lines: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Lines under columns, in text of one width."""
    first = max((len(name) for name, _ in lines), default=0)
    widths = [max(len(column), *(len(cells[at]) for _, cells in lines), 8) for at, column in enumerate(columns)]
    head = [" " * first, *(column.rjust(width) for column, width in zip(columns, widths, strict=True))]
    body = [
        "  ".join([name.ljust(first), *(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))])
        for name, cells in lines
    ]
    return "\n".join(line.rstrip() for line in ["  ".join(head), *body] if line.strip())
