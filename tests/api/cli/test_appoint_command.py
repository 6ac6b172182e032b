"""First administrator: registered by a command, once, and only the demonstration office prints tokens."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session, select
from typer.testing import CliRunner, Result

from api.cli.main import app
from rules.core.roles import ENGINE
from states.commands.fire import fire
from states.settings import Configuration
from states.storage.database import transaction
from states.storage.office_key import make_key, open_office
from states.tables.ledger import LedgerEntry
from states.tables.people import Duty

ANSWERS = "H. Oofd\nh@office.example\nB. Eheer\nb@office.example\n"


@pytest.fixture
def configuration(database: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> Configuration:
    """Return the configuration of an office without people, which the commands find too."""
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("VEILIGADVIES_HOME", str(home))
    found = Configuration()
    make_key(found.key_file)
    return found


def command(*words: str, answers: str = "") -> Result:
    """Return the result of a command."""
    return CliRunner().invoke(app, list(words), input=answers)


def test_the_first_administrator_comes_by_a_command_that_the_ledger_records(configuration: Configuration) -> None:
    done = command("appoint", "beheer-1", "hoofd-1", answers=ANSWERS)
    assert done.exit_code == 0, done.output
    engine = open_office(str(configuration.database_url), configuration.key_file)
    with Session(engine) as session:
        held = {(duty.person, str(duty.role)) for duty in session.exec(select(Duty))}
        entries = session.exec(select(LedgerEntry).where(LedgerEntry.chart == "person")).all()
    engine.dispose()
    assert held == {("beheer-1", "administrator"), ("hoofd-1", "head")}
    assert {(entry.subject, entry.event, entry.role) for entry in entries} == {
        ("beheer-1", "register-first", "engine"),
        ("hoofd-1", "register-first", "engine"),
    }
    assert not any("Eheer" in str(entry.facts) for entry in entries)


@pytest.mark.usefixtures("configuration")
def test_the_command_is_refused_once_there_is_an_administrator() -> None:
    assert command("appoint", "beheer-1", "hoofd-1", answers=ANSWERS).exit_code == 0
    again = command("appoint", "beheer-2", answers="X. Y\nx@office.example\n")
    assert again.exit_code == 1
    assert "This office has an administrator already" in again.output


@pytest.mark.usefixtures("configuration")
def test_the_command_asks_for_the_head_because_a_role_that_reaches_far_takes_two() -> None:
    alone = command("appoint", "beheer-1", answers="B. Eheer\nb@office.example\n")
    assert alone.exit_code == 1
    assert "Name the head of the office too" in alone.output


def test_no_token_is_printed_outside_the_demonstration_office_whatever_the_setting(
    configuration: Configuration,
) -> None:
    engine = open_office(str(configuration.database_url), configuration.key_file)
    duties = [{"role": "officer"}]
    body = {"id": "officer-1", "name": "E. Cht", "email": "e@office.example", "duties": duties}
    with transaction(engine) as session:  # an office with people who are not fictional
        fire(session, "person", None, "register", by=ENGINE, at=datetime.now(UTC), body=body)
    engine.dispose()
    assert configuration.demonstration  # the setting was forgotten, as its default is to be the demonstration
    done = command("token", "--role", "officer")
    assert done.exit_code == 1
    assert "Only the demonstration office issues tokens" in done.output
