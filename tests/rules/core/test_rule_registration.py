"""Rule registration, and the files of dated values."""

import locale
from collections.abc import Iterator
from datetime import UTC, date
from pathlib import Path

import pytest

from rules.core import dated_values, errors
from rules.core.dated_values import Version
from rules.core.dates import office_day, start_of, utc_text
from rules.core.errors import RulesError
from rules.core.rule import OLDEST, REGISTRY, Bilingual, Finding, Rule, message, rule
from rules.core.translations import dutch, listed


@pytest.fixture
def made() -> Iterator[Rule]:
    @rule("moon.is-full", article="Awb 9:9", source="https://moon.example", nl="De maan is vol.")
    def full(*, phase: int) -> Bilingual | None:
        """The moon is full.

        More about it.
        """
        return None if phase == 4 else message(f"It is in phase {phase}.", f"Zij is in fase {phase}.")

    yield full
    del REGISTRY["moon.is-full"]


def test_a_rule_is_registered_with_its_article_dates_and_sentence(made: Rule) -> None:
    assert REGISTRY["moon.is-full"] is made
    assert (made.id, made.article, made.source) == ("moon.is-full", "Awb 9:9", "https://moon.example")
    assert (made.since, made.until, made.verified) == (OLDEST, None, True)
    assert (made.summary, made.summary_nl) == ("The moon is full.", "De maan is vol.")
    assert made.module == __name__
    assert made(phase=4) is None
    words = ("It is in phase 3.", "Awb 9:9", "https://moon.example", "Zij is in fase 3.")
    assert made(phase=3) == Finding("moon.is-full", *words, OLDEST)


def test_a_rule_that_ended_or_was_not_verified_is_registered_so() -> None:
    first, last = date(2024, 1, 1), date(2024, 12, 31)
    try:
        made = rule("moon.is-new", article="a", source="s", nl="n", since=first, until=last, verified=False)(old_moon)
    finally:
        REGISTRY.pop("moon.is-new", None)
    assert (made.since, made.until, made.verified) == (first, last, False)


def old_moon() -> Bilingual | None:
    """The moon is new."""
    return None


@pytest.mark.usefixtures("made")
def test_an_id_is_registered_once() -> None:
    with pytest.raises(RulesError, match=r"^Two rules are called moon.is-full; give one of them another id.$"):
        rule("moon.is-full", article="a", source="s", nl="n")(lambda: None)


def test_a_rule_without_a_docstring_is_refused() -> None:
    with pytest.raises(IndexError):
        rule("moon.is-new", article="a", source="s", nl="n")(lambda: None)


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [
        (date(2024, 1, 1), None, [False, True, True]),
        (date(2023, 12, 31), date(2023, 12, 31), [True, False, False]),
        (date(2023, 12, 31), date(2024, 1, 1), [True, True, False]),
    ],
)
def test_a_rule_is_in_force_from_its_first_through_its_last_day(
    since: date, until: date | None, holds: list[bool]
) -> None:
    held = Rule("a.b", "a", "s", since, until, True, "S.", "S.", "m", lambda: None)
    assert [held.in_force(day) for day in (date(2023, 12, 31), date(2024, 1, 1), date(2024, 1, 2))] == holds


# Files of values.

TABLE = '[{name}]\nunit = "x"\nversions = [{rows}]\n'
FIRST = "{{value = 1, from = 2024-01-01, until = {until}, source = 's', verified = true}}"
SECOND = "{value = 2, from = 2025-01-01, source = 't', verified = false}"
THIRD = "{value = 3, from = 2020-01-01, until = 2020-12-31, source = 'u', verified = true}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(dated_values, "FOLDER", tmp_path)
    dated_values.versions.cache_clear()
    yield tmp_path
    dated_values.versions.cache_clear()


def test_versions_are_read_in_the_order_of_their_dates(folder: Path) -> None:
    rows = f"{SECOND}, {FIRST.format(until='2024-12-31')}, {THIRD}"
    (folder / "a.toml").write_text(TABLE.format(name="a", rows=rows), "utf-8")
    assert dated_values.versions() == {
        "a": (
            Version("a", 3, date(2020, 1, 1), date(2020, 12, 31), "u", verified=True),
            Version("a", 1, date(2024, 1, 1), date(2024, 12, 31), "s", verified=True),
            Version("a", 2, date(2025, 1, 1), None, "t", verified=False),
        )
    }
    with pytest.raises(errors.UnknownValueError, match=r"^No value of b is known for 2025-01-01: add a version"):
        dated_values.value("b", date(2025, 1, 1))


@pytest.mark.parametrize("until", ["2025-01-01", "2025-01-02", None])
def test_versions_that_overlap_are_refused(folder: Path, until: str | None) -> None:
    first = FIRST.format(until=until) if until else FIRST.format(until="").replace("until = , ", "")
    (folder / "a.toml").write_text(TABLE.format(name="a", rows=f"{first}, {SECOND}"), "utf-8")
    with pytest.raises(RulesError, match=r"^The versions of a overlap on 2025-01-01: end the earlier one before it.$"):
        dated_values.versions()


def test_a_name_in_two_files_is_refused(folder: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (folder / name).write_text(TABLE.format(name="a", rows=SECOND), "utf-8")
    with pytest.raises(RulesError, match=r"^The value a is defined twice; the second time in b.toml.$"):
        dated_values.versions()


@pytest.fixture
def ascii_machine() -> Iterator[None]:
    """A machine whose files are in ASCII unless said otherwise."""
    before = locale.setlocale(locale.LC_CTYPE)
    locale.setlocale(locale.LC_CTYPE, "C")
    yield
    locale.setlocale(locale.LC_CTYPE, before)


@pytest.mark.usefixtures("ascii_machine")
def test_a_value_may_hold_what_is_not_ascii_on_any_machine(folder: Path) -> None:
    row = "{value = 'coördinator', from = 2025-01-01, source = 's', verified = true}"
    (folder / "a.toml").write_text(TABLE.format(name="a", rows=row), "utf-8")
    assert dated_values.value("a", date(2025, 1, 1)) == "coördinator"


def test_a_file_that_is_no_toml_is_refused_with_its_name_and_line(folder: Path) -> None:
    (folder / "a.toml").write_text("[a\n", "utf-8")
    with pytest.raises(RulesError, match=r"^a\.toml is no TOML: .*line 1"):
        dated_values.versions()


# Words and moments.


def test_names_are_listed_with_commas() -> None:
    assert listed(["mayor", "province", "moon"]) == "burgemeester, provincie, 'moon'"
    assert dutch("the receipt") == "de ontvangst"


def test_a_day_begins_at_midnight_in_amsterdam() -> None:
    start = start_of(date(2026, 3, 3))
    assert start.isoformat() == "2026-03-03T00:00:00+01:00"
    assert start_of(date(2026, 7, 3), 9).isoformat() == "2026-07-03T09:00:00+02:00"
    assert office_day(start) == date(2026, 3, 3)
    assert office_day(start.astimezone(UTC)) == date(2026, 3, 3)


@pytest.mark.usefixtures("far_east")
def test_a_moment_is_written_in_utc_wherever_the_machine_is() -> None:
    assert utc_text(start_of(date(2026, 3, 3))) == "2026-03-02T23:00:00.000000Z"
