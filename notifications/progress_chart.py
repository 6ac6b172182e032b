"""Progress chart: applications, waiting times and terms per quarter; a hidden number has a mark and no bar."""

from collections.abc import Callable, Sequence

from notifications.drawing import INK, SOFT, Bar, Drawing, Label, Shape, Stroke
from notifications.progress_report import HIDDEN, number_text, require_language, table_of
from rules.reporting.progress_report import ALL, KEPT, OTHER, URGENT, QuarterReport, Wait

FIRST, SECOND, PALE = "#1d5b8f", "#d17b0f", "#b9c7d5"
LEFT, TOP, BAR_HEIGHT, FOOT, STEP, NARROWEST = 70, 130, 150, 62, 86, 640
HEADROOM = 1.15
"""Height available for a bar, as a multiple of the highest bar."""

TITLES = {
    "nl": (
        "Voortgang van de regeling Veilig Wonen",
        "Ontvangen aanvragen per kwartaal",
        "Helft van de aanvragers wachtte korter dan (kalenderdagen)",
        "Termijnen op tijd gehaald (%)",
        f"{HIDDEN}: verborgen, of te weinig om te tonen, zodat niemand herkend kan worden",
    ),
    "en": (
        "Progress of the Veilig Wonen regulation",
        "Applications received per quarter",
        "Half of the applicants waited less than (calendar days)",
        "Terms kept in time (%)",
        f"{HIDDEN}: hidden, or too few to show, so that nobody can be recognised",
    ),
}
LEGENDS = {
    "nl": (
        ("met spoed", "zonder spoed", "alle, spoed verborgen"),
        ("tot risicogesprek", "tot vastgesteld advies"),
        ("werkgevers", "beveiligingsautoriteit"),
    ),
    "en": (
        ("urgent", "not urgent", "all, urgency hidden"),
        ("until risk interview", "until adopted advice"),
        ("employers", "security authority"),
    ),
}


def draw(found: Sequence[QuarterReport], language: str = "nl") -> Drawing:
    """Lay out a report: three rows of bars with one group per quarter.

    Raises:
        NotificationsError: no such language.
    """
    title, *titles, hidden = TITLES[require_language(language)]
    width = max(LEFT + STEP * len(found) + 30, NARROWEST)
    span = f"{found[0].quarter.name} - {found[-1].quarter.name}"
    shapes: list[Shape] = [Label(24, 36, title, 21), Label(24, 60, span, 13, SOFT), Label(24, 80, hidden, 12, SOFT)]
    rows: tuple[Callable[[Sequence[QuarterReport], float], list[Shape]], ...] = (_received, _waits, _kept)
    colours = ((SECOND, FIRST, PALE), (FIRST, SECOND), (FIRST, SECOND))
    for number, row in enumerate(rows):
        base = TOP + (BAR_HEIGHT + FOOT + 44) * number + BAR_HEIGHT + 20
        shapes.append(Label(24, base - BAR_HEIGHT - 22, titles[number], 14))
        shapes += _legend(LEGENDS[language][number], colours[number], base + 42)
        shapes.append(Stroke(LEFT, base, width - 30, base, SOFT))
        shapes += [
            Label(LEFT + STEP * (at + 0.5), base + 18, one.quarter.name, 12, SOFT, "middle")
            for at, one in enumerate(found)
        ]
        shapes += row(found, base)
    return Drawing(width, TOP + (BAR_HEIGHT + FOOT + 44) * len(rows), title, shapes)


def _legend(names: Sequence[str], colours: Sequence[str], y: float) -> list[Shape]:
    shapes: list[Shape] = []
    x = float(LEFT)
    for name, colour in zip(names, colours, strict=True):
        shapes += [Bar(x, y - 9, 10, 10, colour), Label(x + 15, y, name, 12, SOFT)]
        x += 44 + 6.4 * len(name)
    return shapes


def _received(found: Sequence[QuarterReport], base: float) -> list[Shape]:
    """One bar per quarter, divided by urgency if both parts are shown."""
    tables = [table_of(one, "received", "urgency") for one in found]
    scale = _scale([table.whole for table in tables])
    shapes: list[Shape] = []
    for at, table in enumerate(tables):
        x, whole = LEFT + STEP * at + 22, table.whole
        urgent, other = table.parts[URGENT], table.parts[OTHER]
        if whole is not None and urgent is not None and other is not None:
            shapes.append(Bar(x, base - scale * other, 42, scale * other, FIRST))
            shapes.append(Bar(x, base - scale * whole, 42, scale * urgent, SECOND))
        elif whole is not None:
            shapes.append(Bar(x, base - scale * whole, 42, scale * whole, PALE))
        shapes.append(_number_label(x + 21, base - scale * (whole or 0), whole))
    return shapes


def _waits(found: Sequence[QuarterReport], base: float) -> list[Shape]:
    """The median waiting time of all applications until the interview and until the adoption."""
    pairs = [tuple(_wait(one, what).median for what in ("interview", "adoption")) for one in found]
    return _paired_bars(pairs, base, _scale([number for pair in pairs for number in pair]))


def _kept(found: Sequence[QuarterReport], base: float) -> list[Shape]:
    """The percentage of ended terms that were kept."""
    return _paired_bars(
        [tuple(_share(one, of) for of in ("terms-employer", "terms-security-authority")) for one in found],
        base,
        BAR_HEIGHT / 100 / HEADROOM,
    )


def _paired_bars(pairs: Sequence[tuple[int | None, ...]], base: float, scale: float) -> list[Shape]:
    shapes: list[Shape] = []
    for at, pair in enumerate(pairs):
        for place, (number, colour) in enumerate(zip(pair, (FIRST, SECOND), strict=True)):
            x = LEFT + STEP * at + 12 + 32 * place
            if number is not None:
                shapes.append(Bar(x, base - scale * number, 28, scale * number, colour))
            shapes.append(_number_label(x + 14, base - scale * (number or 0), number))
    return shapes


def _wait(one: QuarterReport, what: str) -> Wait:
    return next(wait for wait in one.waits if (wait.of, wait.by) == (what, ALL))


def _share(one: QuarterReport, of: str) -> int | None:
    """Percentage of terms that were kept; None if it is hidden."""
    table = table_of(one, of, "outcome")
    kept = table.parts[KEPT]
    return None if kept is None or not table.whole else round(100 * kept / table.whole)


def _scale(numbers: Sequence[int | None]) -> float:
    """The height of a bar per unit."""
    return BAR_HEIGHT / max(*(number or 0 for number in numbers), 1) / HEADROOM


def _number_label(x: float, y: float, number: int | None) -> Label:
    return Label(x, y - 5, number_text(number), 12, SOFT if number is None else INK, "middle")
