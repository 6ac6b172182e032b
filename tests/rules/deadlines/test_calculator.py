"""Calculator of terms on the command line; the API uses the same function."""

import pytest
from typer.testing import CliRunner

from api.cli.main import app


def ask(words: str) -> tuple[int, list[str], str]:
    done = CliRunner().invoke(app, ["term", *words.split()])
    return done.exit_code, done.stdout.splitlines(), done.stderr


@pytest.mark.parametrize(
    ("words", "due_on", "why"),
    [
        ("--from 2026-02-20 --weeks 6", "2026-04-07", "Good Friday"),
        ("--from 2026-03-20 --weeks 8", "2026-05-18", "equated day"),
        ("--from 2026-10-30 --weeks 8", "2026-12-28", "Christmas Day"),
        ("--from 2026-11-13 --weeks 6", "2026-12-28", "Boxing Day"),
        ("--from 2027-03-12 --weeks 8", "2027-05-10", "equated day"),
        ("--from 2027-11-01 --weeks 8", "2027-12-27", "day after the event"),
        ("--from 2026-02-19 --weeks 6", "2026-04-02", "day after the event"),
        ("--from 2026-02-21 --weeks 6", "2026-04-07", "Easter Monday"),
        ("--from 2026-01-03 --days 90", "2026-04-07", "art. 1(1)"),
        ("--from 2026-01-02 --days 91", "2026-04-03", "art. 4"),
        ("--from 2026-01-02 --weeks 13", "2026-04-03", "art. 4"),
        ("--from 2026-01-03 --months 3", "2026-04-07", "art. 1(1)"),
        ("--from 2025-04-03 --years 1", "2026-04-03", "art. 4"),
        ("--from 2026-04-01 --hours 48", "2026-04-03", "art. 4"),
        ("--from 2026-04-13 --days 10 --backwards", "2026-04-03", "art. 1(2)"),
        ("--from 2026-02-20 --weeks 6 --service-level", "2026-04-03", "No law sets"),
        ("--from 2026-02-20 --weeks 6 --suspended 2026-03-01..2026-03-01", "2026-04-07", "Awb 4:15"),
        ("--from 2026-03-02 --weeks 4 --suspended 2026-03-09..2026-03-15 --suspended 2026-03-11..2026-03-17",
         "2026-04-08", "9 March"),
        ("--from 2026-03-02 --weeks 4 --suspended 2026-03-30..", "open", "no end yet"),
        # house hours: over a weekend, over the night that lost an hour, over the night that had one twice
        ("--from 2026-03-06T16:00 --hours 2 --service-level", "2026-03-09", "Monday 9 March 2026 10:00"),
        ("--from 2026-03-27T16:00 --hours 2 --service-level", "2026-03-30", "Monday 30 March 2026 10:00"),
        ("--from 2026-03-27T15:00Z --hours 2 --service-level", "2026-03-30", "Monday 30 March 2026 10:00"),
        ("--from 2026-10-23T14:00Z --hours 2 --service-level", "2026-10-26", "Monday 26 October 2026 10:00"),
        ("--from 2026-03-02 --hours 1 --service-level", "2026-03-03", "Tuesday 3 March 2026 10:00"),
        ("--from 2026-03-06 --hours 8 --service-level", "2026-03-09", "Monday 9 March 2026 17:00"),
        ("--from 2026-03-06T16:00 --service-level intake --lane urgent", "2026-03-09", "8 hours of office time"),
        ("--from 2026-03-28T12:00 --service-level advice --lane acute", "2026-03-29", "Sunday 29 March 2026 05:00"),
    ],
)  # fmt: skip
def test_the_first_line_is_the_day_and_the_reasons_follow(words: str, due_on: str, why: str) -> None:
    code, (first, *reasons), errors = ask(words)
    assert (code, first, errors) == (0, due_on, "")
    assert any(why in reason for reason in reasons), reasons


@pytest.mark.parametrize(
    ("words", "option"),
    [
        ("--from 2026-02-20", "--weeks"),
        ("--from 2026-02-20 --weeks 6 --days 3", "--weeks"),
        ("--from 2026-02-20 --weeks 0", "--weeks"),
        ("--from 20-02-2026 --weeks 6", "--from"),
        ("--from 20260220 --weeks 6", "--from"),
        ("--from 2026-W08-5 --weeks 6", "--from"),
        ("--from 2026-02-30 --weeks 6", "--from"),
        ("--from 20260220T16:00 --hours 2 --service-level", "--from"),
        ("--from 2026-02-20Tnoon --weeks 6", "--from"),
        ("--from 2026-02-20T16:00 --weeks 6", "--from"),
        ("--from 2026-02-20 --years 9000", "--from"),
        ("--from 2026-02-20 --days 99999999999", "--from"),
        ("--from 2026-02-20 --weeks 6 --suspended 2026-03-01", "--suspended"),
        ("--from 2026-02-20 --weeks 6 --suspended 2026-03-02..2026-03-01", "--suspended"),
        ("--from 2026-02-20 --weeks 6 --suspended soon..", "--suspended"),
        ("--from 2026-02-20 --weeks 6 --backwards --suspended 2026-02-01..2026-02-02", "--suspended"),
        ("--from 2026-02-20 --hours 6 --service-level --backwards", "--backwards"),
        ("--from 2026-02-20 --service-level tea --lane urgent", "--service-level"),
        ("--from 2026-02-20 --service-level intake", "--lane"),
        ("--from 2026-02-20 --service-level intake --lane fast", "--lane"),
        ("--from 2026-02-20 --service-level --lane urgent", "--lane"),
        ("--from 2026-02-20 intake --lane urgent", "--service-level"),
        ("--from 2026-02-20 --service-level intake --lane urgent --hours 6", "--hours"),
        ("--from 2026-02-20 --service-level intake --lane acute --backwards", "--backwards"),
        ("--weeks 6", "--from"),
    ],
)
def test_a_contradictory_question_is_refused_with_the_option_to_correct(words: str, option: str) -> None:
    code, lines, errors = ask(words)
    assert (code, lines) == (2, [])
    assert option in errors


@pytest.mark.parametrize(
    "words",
    [
        "--from 2028-12-16 --weeks 2",  # ends on Saturday 30 December and rolls over the edge
        "--from 2022-12-01 --weeks 6",
        "--from 2028-12-29T16:00 --hours 2 --service-level",
    ],
)
def test_beyond_the_known_calendar_it_says_what_to_add(words: str) -> None:
    code, lines, errors = ask(words)
    assert (code, lines) == (1, [])
    assert "equated_days" in errors
    assert "calendar_known_through" in errors


def test_before_the_first_service_level_it_says_which_value_to_add() -> None:
    asked = "--service-level intake --lane acute"
    code, lines, errors = ask(f"--from 2020-12-31T23:59 {asked}")
    assert (code, lines) == (1, [])
    assert "No value of service_level_intake is known for 2020-12-31" in errors
    assert ask(f"--from 2021-01-01T00:00 {asked}")[:2][1][0] == "2021-01-01"


def test_the_last_term_within_the_known_calendar_is_answered() -> None:
    assert ask("--from 2028-12-15 --weeks 2")[:2][1][0] == "2028-12-29"
