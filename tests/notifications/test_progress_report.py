"""Progress report in words, rows and bars: a hidden number is hidden in each of them."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
from lxml import etree

from notifications import progress_chart
from notifications.drawing import Bar, Label, svg
from notifications.errors import NotificationsError
from notifications.progress_report import COLUMNS, as_csv, as_text, month, rows, without_formula
from rules.core.regulation import Province, PublicOffice
from rules.reporting.disclosure_control import limits
from rules.reporting.periods import quarters_asked
from rules.reporting.progress_report import DECISIONS, UNKNOWN, Case, Decided, QuarterReport, TermEnded, report

ON = date(2026, 11, 28)
HELD = limits(ON)
SINCE = date(2024, 7, 1)
PLACES = (Province.DRENTHE, Province.UTRECHT, UNKNOWN)


def made_up(until: date, *, each: int = 40) -> list[QuarterReport]:
    """Quarters with as many cases each, one king's commissioner among them; the last quarter has two."""
    cases, decided, terms = [], [], []
    for number, quarter in enumerate(quarters := quarters_asked(SINCE, until, on=ON)):
        count = 2 if number and number == len(quarters) - 1 else each
        for place in range(count):
            day = quarter.since + timedelta(days=2 * place)
            office = (
                PublicOffice.KINGS_COMMISSIONER
                if place == 0
                else (PublicOffice.MAYOR, PublicOffice.ALDERMAN)[place % 2]
            )
            employer = f"employer-{place % 7}"
            waits = {"interview": 5 + place, "adoption": 20 + place, "takeover": 30 + place}
            cases.append(Case(day, office, PLACES[place % 3], employer, place % 4 == 0, waits))
            decided.append(Decided(day, DECISIONS[place % 2], employer))
            terms.append(TermEnded(day, "employer", employer, place % 3 > 0))
    return report(quarters, cases, decided, terms, HELD)


YEAR = made_up(date(2025, 6, 30))
SHORT = made_up(date(2024, 9, 30))
LONG = made_up(date(2026, 6, 30))


def text(found: list[QuarterReport], language: str = "nl") -> str:
    return as_text(found, HELD, on=ON, language=language)


def test_the_text_reads_as_a_ministry_would_send_it() -> None:
    written = text(SHORT)
    assert written.startswith("VOORTGANGSRAPPORTAGE")
    assert "Periode: 1 juli 2024 tot en met 30 september 2024" in written
    assert "Opgemaakt op 28 november 2026" in written
    assert "In deze periode zijn 40 aanvragen ontvangen." in written
    assert "Daarvan hadden er 10 spoed (25 %)" in written
    assert "Op 40 aanvragen is beslist, of zij eindigden anders; bij 20 daarvan stelde" in written
    assert re.search(r"^niet vastgelegd +13$", written, re.MULTILINE)
    assert re.search(r"^commissaris van de Koning +x$", written, re.MULTILINE)
    assert re.search(r"^alle +25 \(9-40\)$", written, re.MULTILINE)
    assert "minder dan 5 aanvragen of termijnen of minder dan 3 werkgevers" in written
    assert "meer dan 75 %" in written
    assert "minstens 6 verschillende waarden" in written
    assert "totaal" not in written.partition("7. WAT")[0].partition("1. ONTVANGEN")[2]


def test_it_reads_in_english_too() -> None:
    written = text(SHORT, "en")
    assert "Period: 1 July 2024 through 30 September 2024" in written
    assert "In this period 40 applications were received." in written
    assert re.search(r"^King's commissioner +x$", written, re.MULTILINE)
    assert "fewer than 5 applications or terms" in written


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_number_hidden_for_the_whole_period_is_explained_in_words(language: str) -> None:
    written = text(YEAR, language)
    words = {"nl": "kan over deze hele periode niet worden getoond", "en": "in the whole period cannot be shown"}
    assert words[language] in written
    assert "None" not in written
    assert "{" not in written
    assert not re.search(r"\n{4,}", written)
    assert max(len(line) for line in text(LONG, language).split("\n") if "20" in line and "-Q" in line) < 160


def test_more_quarters_than_fit_are_in_separate_tables() -> None:
    heads = re.findall(r"^ +2024-Q3.*$", text(LONG), re.MULTILINE)
    assert heads
    assert all("2025-Q4" in head and "2026-Q1" not in head and "totaal" not in head for head in heads)
    assert re.search(r"^ +2026-Q1 +2026-Q2 +totaal$", text(LONG), re.MULTILINE)


def test_the_rows_are_one_number_each_and_open_in_a_spreadsheet() -> None:
    read = list(csv.DictReader(io.StringIO(as_csv(YEAR))))
    assert tuple(read[0]) == COLUMNS
    assert len(read) == len(list(rows(YEAR)))
    keys = [(row["from"], row["until"], row["figure"], row["by"], row["part"], row["measure"]) for row in read]
    assert len(set(keys)) == len(keys)
    for row in read:
        assert (row["value"] == "x") == (row["hidden"] == "yes")
        assert row["value"] == "x" or row["value"].isdigit()
        assert not row["label"].startswith(("=", "+", "-", "@"))
    (mayors,) = [r for r in read if (r["from"], r["until"], r["part"], r["figure"], r["measure"]) ==
                 ("2024-07-01", "2024-09-30", "mayor", "received", "count")]  # fmt: skip
    assert (mayors["label"], mayors["unit"], mayors["hidden"]) == ("burgemeester", "applications", "yes")
    (august,) = [row for row in read if row["part"] == "2024-08"]
    assert (august["from"], august["until"]) == ("2024-08-01", "2024-08-31")
    english = csv.DictReader(io.StringIO(as_csv(YEAR, "en")))
    assert "King's commissioner" in {row["label"] for row in english}


def test_a_cell_is_never_a_formula() -> None:
    assert [without_formula(cell) for cell in ("=1", "+1", "-1", "@x", "\tx", "plain", 7, None)] == [
        "'=1", "'+1", "'-1", "'@x", "'\tx", "plain", "7", "None",
    ]  # fmt: skip
    assert month("2024-12") == (date(2024, 12, 1), date(2024, 12, 31))


@pytest.mark.parametrize("found", [SHORT, YEAR, LONG], ids=["quarter", "year", "two-years"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_chart_is_an_image_that_stays_within_its_frame(found: list[QuarterReport], language: str) -> None:
    drawing = progress_chart.draw(found, language)
    image = etree.fromstring(svg(drawing).encode())
    assert image.tag.endswith("svg")
    words = ["".join(each.itertext()) for each in image.iter("{*}text")]
    assert {one.quarter.name for one in found} <= set(words)
    assert "x" in words
    for bar in image.iter("{*}rect"):
        if "x" in bar.attrib:
            assert 0 <= float(bar.attrib["x"]) <= drawing.width - float(bar.attrib["width"])
            assert 0 <= float(bar.attrib["y"]) <= drawing.height - float(bar.attrib["height"])
            assert float(bar.attrib["height"]) >= 0


def test_a_hidden_number_has_no_bar() -> None:
    few = made_up(date(2024, 9, 30), each=2)
    shapes = progress_chart.draw(few).shapes
    bars = [shape for shape in shapes if isinstance(shape, Bar)]
    assert {(bar.width, bar.height) for bar in bars} == {(10, 10)}, "only those of the legend"
    assert sum(isinstance(shape, Label) and shape.text == "x" for shape in shapes) == 5


def test_the_bars_are_as_high_as_their_numbers() -> None:
    shapes = progress_chart.draw(SHORT).shapes
    other, urgent = [shape for shape in shapes if isinstance(shape, Bar) and shape.width == 42]
    assert other.height == pytest.approx(3 * urgent.height)
    assert other.y == pytest.approx(urgent.y + urgent.height)


@pytest.mark.parametrize("make", [text, as_csv, progress_chart.draw])
def test_an_unknown_language_is_refused(make: object) -> None:
    with pytest.raises(NotificationsError, match="nl and en, not in 'fy'"):
        make(SHORT, "fy")  # type: ignore[operator]
