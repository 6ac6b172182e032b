"""Progress report over the API and as a command: its formats, and wrong parameters."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from office import ADVISER, COORDINATOR
from served import MINISTRY, Api, Serve, expect_problem, office_today

from api.cli.progress_report import write
from rules.reporting.periods import Quarter, quarter_of


def this_quarter() -> Quarter:
    return quarter_of(office_today())


def last_quarter() -> Quarter:
    return quarter_of(this_quarter().since - timedelta(days=1))


PERIOD = {"from": last_quarter().since.isoformat(), "until": last_quarter().until.isoformat()}
ADDRESS = "/v1/progress-report"


@pytest.fixture(scope="module")
def office(serve: Serve) -> Iterator[Api]:
    with serve() as served:
        yield served


def test_it_comes_in_every_form(office: Api) -> None:
    found = office.read(ADDRESS, MINISTRY, params=PERIOD)
    assert found["from"] == PERIOD["from"]
    assert found["limits"]["cases"] == 5
    assert found["whyHidden"].startswith("Een getal is verborgen")
    assert all(number["value"] is None and number["hidden"] for number in found["numbers"])
    for form, media, words in (
        ("text", "text/plain", "VOORTGANGSRAPPORTAGE"),
        ("csv", "text/csv", "\ufefffrom,until,figure"),
        ("svg", "image/svg+xml", "<svg"),
    ):
        answer = office.get(ADDRESS, COORDINATOR, params={**PERIOD, "format": form})
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith(media)
        assert answer.content.decode().startswith(words)
    picture = office.get(ADDRESS, COORDINATOR, params={**PERIOD, "format": "png"})
    assert picture.headers["Content-Type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    english = office.get(ADDRESS, COORDINATOR, params={**PERIOD, "format": "text", "language": "en"})
    assert english.text.startswith("PROGRESS REPORT")


def test_only_roles_that_manage_the_office_read_it(office: Api) -> None:
    assert expect_problem(office.get(ADDRESS, ADVISER, params=PERIOD), 403)["findings"][0]["rule"] == "duty.role"


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ({"from": "2026-04-01", "until": "2026-03-31"}, "from", "2026-04-01 is after until, 2026-03-31"),
        ({"from": "2026-01-02", "until": "2026-03-31"}, "from", "give 2026-01-01 or 2026-04-01"),
        ({"from": "2026-01-01", "until": "2026-03-30"}, "until", "give 2025-12-31 or 2026-03-31"),
        ({"from": "2026-01-01"}, "until", "required"),
        ({**PERIOD, "format": "pdf"}, "format", "svg"),
        ({**PERIOD, "language": "fy"}, "language", "nl"),
    ],
)
def test_a_question_that_cannot_be_answered_names_what_to_mend(
    office: Api, query: dict[str, str], field: str, words: str
) -> None:
    (error,) = expect_problem(office.get(ADDRESS, COORDINATOR, params=query), 422)["errors"]
    assert error["field"] == field
    assert words in error["message"]


def test_a_quarter_that_is_not_over_has_no_report_and_the_last_one_is_named(office: Api) -> None:
    query = {"from": "2026-01-01", "until": this_quarter().until.isoformat()}
    (error,) = expect_problem(office.get(ADDRESS, COORDINATOR, params=query), 422)["errors"]
    assert error["field"] == "until"
    assert f"give {last_quarter().until} at the latest" in error["message"]


def test_the_command_writes_a_file_or_to_the_screen(
    office: Api, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path, last = tmp_path / "report.svg", last_quarter()
    assert write(office.engine, last.since, last.until, "svg", "nl", path) == 0
    assert path.read_text("utf-8").startswith("<svg")
    capsysbinary.readouterr()
    assert write(office.engine, last.since, last.until, "text", "nl", None) == 0
    assert capsysbinary.readouterr().out.decode().startswith("VOORTGANGSRAPPORTAGE")


def test_the_command_says_which_option_is_wrong(
    office: Api, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine, path = office.engine, tmp_path / "nowhere" / "report.txt"
    last, now = last_quarter(), this_quarter()
    assert write(engine, last.since, last.until, "pdf", "nl", None) == 2
    assert write(engine, last.since, last.until, "text", "fy", None) == 2
    assert write(engine, last.since, now.until, "text", "nl", None) == 2
    assert write(engine, last.since, last.until, "text", "nl", path) == 2
    output = capsys.readouterr().err
    assert "--format: There is no pdf; give one of text, csv, svg, png" in output
    assert "--language: There is no fy; give one of nl, en." in output
    assert f"--until: {now.until} lies in a quarter that is not over yet" in output
    assert f"--out: {path} cannot be written" in output
