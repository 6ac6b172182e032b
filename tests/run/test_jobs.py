"""Jobs of the flows: letters are sent once, bank files imported or refused, interrupted offers repeated."""

import time
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from api.demonstration.people import CAST
from flows import jobs
from notifications.channels import OutcomeUnknownError, PermanentChannelError, TransientChannelError
from rules.core.roles import Actor, Role
from states.commands.fire import fire
from states.jobs import runs
from states.letters import outbox
from states.queue import offers
from states.settings import Configuration
from states.storage.database import connect, transaction
from states.tables.letters import Outbox
from states.tables.work import WorkItem

AT = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
ADMINISTRATOR = Actor("administrator-1", Role.ADMINISTRATOR)
OFFICER = next(member for member in CAST if member.role is Role.OFFICER)
FACTS = {"term": "completion", "due_on": "2026-12-01", "days_left": 8}


class StubChannel:
    """A channel with a given outcome."""

    def __init__(self, error: Exception | None = None, *, carried: bool | None = False) -> None:
        self.error = error
        self.outcome = carried
        self.sent: list[EmailMessage] = []

    def send(self, message: EmailMessage) -> None:
        self.sent.append(message)
        if self.error:
            raise self.error

    def carried(self, message_id: str) -> bool | None:
        assert message_id
        return self.outcome


@pytest.fixture
def configuration(home: Path) -> Configuration:
    return Configuration(home=home, smtp_url=None)


@pytest.fixture
def letter(engine: Engine) -> str:
    with transaction(engine) as session:
        fire(session, "person", None, "register", by=ADMINISTRATOR, at=AT, body=OFFICER.body())
        return outbox.post(session, "reminder", application="VA-1", recipient=OFFICER.id, facts=FACTS, at=AT).id


def state(engine: Engine, key: str) -> str:
    with transaction(engine) as session:
        return session.get_one(Outbox, key).state


def leased_by_a_dead_sender(engine: Engine) -> datetime:
    with transaction(engine) as session:
        assert len(outbox.lease(session, at=AT, limit=1)) == 1
    return AT + outbox.LEASE


def test_a_letter_lands_in_the_mailbox_once(engine: Engine, configuration: Configuration, letter: str) -> None:
    assert jobs.deliver(engine, configuration, AT) == 1
    assert jobs.deliver(engine, configuration, AT + timedelta(hours=1)) == 0
    assert state(engine, letter) == "sent"
    assert len(list(configuration.mailbox.glob("*.eml"))) == 1
    with transaction(engine) as session:
        assert runs.last_runs(session)[jobs.DELIVER].runs == 2


def test_a_letter_bears_reference_day_and_link_and_every_attempt_is_the_same(
    engine: Engine, configuration: Configuration, letter: str
) -> None:
    carrier = StubChannel(TransientChannelError("The mail server refuses for now, with 450."))
    with pytest.raises(TransientChannelError):
        jobs.deliver(engine, configuration, AT, carrier=carrier)
    assert state(engine, letter) == "pending"
    carrier.error = None
    assert jobs.deliver(engine, configuration, AT + timedelta(hours=1), carrier=carrier) == 1
    first, second = carrier.sent
    assert first.as_bytes() == second.as_bytes()
    assert "VA-1" in first.get_content()
    assert "23 november 2026" in first.get_content()


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(OutcomeUnknownError("lost"), "outcome-unknown", id="no answer came"),
        pytest.param(PermanentChannelError("550"), "failed", id="refused for good"),
    ],
)
def test_a_permanent_failure_is_not_retried(
    engine: Engine, configuration: Configuration, letter: str, error: Exception, expected: str
) -> None:
    carrier = StubChannel(error)
    for hours in range(3):
        assert jobs.deliver(engine, configuration, AT + timedelta(hours=hours), carrier=carrier) == 0
    assert len(carrier.sent) == 1
    assert state(engine, letter) == expected


@pytest.mark.parametrize(
    ("carried", "sent", "expected"),
    [
        pytest.param(True, 0, "sent", id="it had arrived"),
        pytest.param(False, 1, "sent", id="it had surely not"),
        pytest.param(None, 0, "outcome-unknown", id="nobody can say"),
    ],
)
def test_a_letter_whose_sender_died_is_looked_up_before_it_is_sent_again(
    engine: Engine, configuration: Configuration, letter: str, *, carried: bool | None, sent: int, expected: str
) -> None:
    later = leased_by_a_dead_sender(engine)
    carrier = StubChannel(carried=carried)
    assert jobs.deliver(engine, configuration, AT, carrier=carrier) == 0
    jobs.deliver(engine, configuration, later, carrier=carrier)
    assert len(carrier.sent) == sent
    assert state(engine, letter) == expected


def test_a_file_that_is_no_statement_is_refused_with_the_reason_next_to_it(
    engine: Engine, configuration: Configuration
) -> None:
    (configuration.bank / "in").mkdir(parents=True)
    (configuration.bank / "in" / "b.xml").write_text("<no-statement/>")
    (configuration.bank / "in" / "note.txt").write_text("left alone")
    assert jobs.import_bank_files(engine, configuration, AT) == 0
    assert [file.name for file in (configuration.bank / "in").iterdir()] == ["note.txt"]
    assert (configuration.bank / "refused" / "b.xml").exists()
    assert len((configuration.bank / "refused" / "b.xml.txt").read_text()) > 20


def test_a_folder_that_another_process_imports_is_left_alone(engine: Engine, configuration: Configuration) -> None:
    (configuration.bank / "in").mkdir(parents=True)
    (configuration.bank / "in" / "b.xml").write_text("<no-statement/>")
    with engine.connect() as other:
        other.exec_driver_sql("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (f"bank:{configuration.bank}",))
        assert jobs.import_bank_files(engine, configuration, AT) == 0
        assert (configuration.bank / "in" / "b.xml").exists()
        other.invalidate()  # as when its process dies
    deadline = time.monotonic() + 5  # the server notices it soon
    while (configuration.bank / "in" / "b.xml").exists():
        assert time.monotonic() < deadline
        jobs.import_bank_files(engine, configuration, AT)


def test_work_that_a_stopped_process_was_offering_goes_back_to_be_offered(engine: Engine, database: str) -> None:
    with transaction(engine) as session:
        session.add(
            WorkItem(
                id="work-1",
                application="VA-2026-AAAAAAAA",
                chart="application",
                subject="VA-2026-AAAAAAAA",
                action="start-intake",
                role="officer",
                lane=1,
                start_by=AT,
                created_at=AT,
                estimate=30,
            )
        )
    stopped = connect(database, key=bytes(32), time_limit=1.0)
    with Session(stopped) as session:
        assert offers.offer_due(session, at=AT, run="stopped")
        assert jobs.offer(engine, AT, "next") == []
        deadline = time.monotonic() + 20
        while not (offered := jobs.offer(engine, AT, "next")):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert offered == ["VA-2026-AAAAAAAA"]
        with pytest.raises(DBAPIError):
            session.commit()
    stopped.dispose()
