"""Forecast command on a log, the example or assumptions, without an office."""

import json
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from PIL import Image
from typer.testing import CliRunner, Result

from api.cli.main import app

LOG = Path(__file__).parents[3] / "docs" / "examples" / "forecast-log.csv"
QUICK = ("--weeks", "4", "--replications", "10")


def ask(*words: object) -> Result:
    return CliRunner().invoke(app, ["forecast", *map(str, words)])


def forecast_json(*words: object) -> dict[str, Any]:
    done = ask(*words, "--json")
    assert (done.exit_code, done.stderr) == (0, ""), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_log_is_forecast_with_the_usual_what_ifs_and_the_same_seed_says_the_same() -> None:
    found = forecast_json("--log", LOG, *QUICK)
    assert found["basis"]["source"] == "log"
    assert found["basis"]["cases"] == 137
    assert found["basis"]["people"] == {"adviser": 2}
    assert set(found["base"]["lanes"]) == {"acute", "urgent", "elevated", "routine"}
    assert [one["name"] for one in found["whatIf"]] == ["1 ill", "intake times 2", "reserve every 3"]
    assert found["advisersNeeded"]["now"] == 2
    assert "backTest" not in found
    assert ask("--log", LOG, *QUICK, "--json").stdout == ask("--log", LOG, *QUICK, "--seed", 1, "--json").stdout
    assert forecast_json("--log", LOG, *QUICK, "--seed", 2)["base"] != found["base"]


def test_each_what_if_is_listed_after_the_base_and_then_all_together() -> None:
    found = forecast_json("--log", LOG, *QUICK, "--ill", "officer-2", "--intake", "1.5", "--joins", "domain:home")
    assert [one["name"] for one in found["whatIf"]] == [
        "officer-2 ill",
        "intake times 1.5",
        "one more with domain:home",
        "all of these",
    ]


def test_the_example_is_marked_as_assumed_and_is_plotted_and_printed(tmp_path: Path) -> None:
    pictures = [tmp_path / "out.png", tmp_path / "out.svg"]
    done = ask("--example", *QUICK, *(word for path in pictures for word in ("--plot", path)))
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("2 advisers, 7.37 cases a week, reserve every 5; from 2024-01-01 through 2024-01-28")
    assert "assumed: a case takes 9 hours of an adviser" in done.stdout
    for words in ("as it is", "1 ill", "intake times 2", "statutory term missed, decision (Awb 4:13(2), 8 weeks)"):
        assert words in done.stdout
    assert "Advisers needed: " in done.stdout
    with Image.open(pictures[0]).convert("RGB") as picture:
        assert picture.width > 2000
        assert picture.getpixel((3, 3)) == (255, 255, 255)
        assert len(picture.resize((200, 100)).getcolors(20_000)) > 50
    root = etree.fromstring(pictures[1].read_bytes())
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    for words in (
        "How long work waits until someone begins",
        "acute",
        "routine",
        "1 ill",
        "goal for urgent work: 2 days",
    ):
        assert words in texts


def test_assumptions_take_the_place_of_a_history() -> None:
    found = forecast_json(
        "--arrivals-per-week", 7.3, "--advisers", 3, "--hours-per-case", 5, "--from", "2026-03-02", "--bare", *QUICK
    )
    assert found["basis"]["source"] == "assumptions"
    assert found["basis"]["people"] == {"adviser": 3}
    assert found["simulated"]["from"] == "2026-03-02"
    assert found["base"]["casesPerWeek"] == 7.3
    assert found["whatIf"] == []
    assert "advisersNeeded" not in found


def test_one_adviser_is_written_in_the_singular() -> None:
    output = ask("--arrivals-per-week", 1, "--advisers", 1, *QUICK, "--confidence", 0.5).stdout
    assert output.startswith("1 adviser, ")
    assert "assumed: 1 adviser is there in all office hours" in output
    assert "\n     1 adviser: held in" in output


def test_a_log_with_other_advisers_cases_and_hours_says_that_they_are_assumed() -> None:
    found = forecast_json(
        "--log", LOG, "--advisers", 4, "--arrivals-per-week", 3, "--hours-per-case", 2, "--bare", *QUICK
    )
    assert found["basis"]["assumed"] == ["3 cases a week", "2 hours a case"]
    assert found["base"]["advisers"] == 4
    assert found["base"]["casesPerWeek"] == 3.0


def test_a_back_test_says_how_wrong_it_would_have_been() -> None:
    found = forecast_json("--log", LOG, "--bare", "--back-test", *QUICK)["backTest"]
    assert 0.5 < found["within80"] <= 1
    assert found["lanes"]["routine"]["meanAbsoluteError"] > 0
    words = ask("--log", LOG, "--bare", "--back-test", *QUICK).stdout
    assert "Back-test: fitted until 2024-03-0" in words
    assert "mean absolute error" in words


@pytest.mark.parametrize(
    ("words", "output"),
    [
        ("--example --reserve 0", "--reserve: reserve_every is 0; give a whole number of at least 2"),
        ("--example --reserve 1", "--reserve: reserve_every is 1; give a whole number of at least 2"),
        ("--example --ill officer-9", "--ill: There is no officer officer-9"),
        ("--example --ill 2", "--ill: It is 2, and 2 take this work"),
        ("--example --joins domain:garden", "--joins: There is no skill domain:garden"),
        ("--example --intake 0", "--intake: It is 0.0; give a number from"),
        ("--example --weeks 0", "--weeks: It is 0; give a number from 1"),
        ("--example --replications 3", "--replications: It is 3; give a number from 10"),
        ("--example --confidence 2", "--confidence: It is 2.0; give a share"),
        ("--example --advisers 0", "--advisers: It is 0; give a whole number from 1"),
        ("--example --hours-per-case 0", "--hours-per-case: It is 0; give a number above 0"),
        ("--example --hours never", "--hours: It is 'never'; give office or always"),
        ("--example --from soon", "--from: Write a day as 2026-02-20"),
        ("--example --from 2013-12-31", "--from: It is 2013-12-31; give a day from 2014-01-01 through 2099-"),
        ("--example --from 9999-12-01", "--from: It is 9999-12-01; give a day from 2014-01-01 through 2099-"),
        ("--example --plot out.gif", "--plot: out.gif is no picture that is drawn; name a file that ends with .svg or"),
        ("--example --plot /no/such/out.png", "--plot: There is no folder /no/such"),
        ("--example --back-test", "--back-test: Assumptions have no history"),
        ("--log nowhere.csv", "--log: nowhere.csv cannot be read: No such file or directory."),
        ("--log nowhere.csv --example", "--example: A log has figures of its own"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_option_and_what_would_be_right(words: str, output: str) -> None:
    done = ask(*words.split())
    assert (done.exit_code, done.stdout) == (2, "")
    assert output in done.stderr


def test_a_log_with_an_end_before_its_start_is_not_used(tmp_path: Path) -> None:
    lines = LOG.read_text("utf-8").splitlines()
    case, arrived, started, _, lane, officer = lines[3].split(",")
    lines[3] = f"{case},{arrived},{started},2024-01-01T00:00,{lane},{officer}"
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("\n".join(lines), "utf-8")
    done = ask("--log", wrong, "--json")
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"line 4, ended: '2024-01-01T00:00': give a moment at or after its start at {started}" in done.stderr
    wrong.write_bytes("case,arrived\nété".encode("latin-1"))
    assert "is not written in UTF-8 (byte 13)" in ask("--log", wrong).stderr


def test_a_log_that_is_too_short_says_the_minimum_and_what_to_assume(tmp_path: Path) -> None:
    short = tmp_path / "short.csv"
    short.write_text("\n".join(LOG.read_text("utf-8").splitlines()[:15]), "utf-8")
    done = ask("--log", short)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "The history holds 14 finished cases over" in done.stderr
    assert "at least 20 over 4 weeks are needed" in done.stderr
    assert "--arrivals-per-week 7.3 --advisers 2" in done.stderr


def test_without_an_office_a_log_or_assumptions_it_says_how_to_begin(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VEILIGADVIES_HOME", str(home))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    done = ask()
    assert done.exit_code == 1
    assert "No office was ever started" in done.stderr
