"""Representatives: they receive the letters and act for the applicant."""

from life_cases import TODAY
from office import OFFICER, START, ZILVERDAM, act, do, person, receive, refused, row, rows, stage, walk
from sqlalchemy import Engine

from rules.core.roles import Actor, Role
from states.charts.application import Stage
from states.tables.application import Application
from states.tables.letters import Outbox


def test_a_representative_gets_the_letters_and_acts_for_the_applicant(office: Engine) -> None:
    reference = receive(office)
    act(office, reference, "record-representative", at=START)
    speaker = row(office, Application, Application.id == reference).representative
    walk(office, reference, Stage.INTERVIEW_PLANNED)
    invited = {item.recipient for item in rows(office, Outbox, Outbox.letter == "interview-invitation")}
    applicant = row(office, Application, Application.id == reference).applicant
    assert invited == {applicant, speaker}
    by = Actor(speaker, Role.APPLICANT)
    do(office, "application", reference, "withdraw", by=by, body={"reasons": "On behalf of the applicant."})
    assert stage(office, reference) is Stage.WITHDRAWN


def test_after_a_representation_ended_the_representative_cannot_act(office: Engine) -> None:
    reference = receive(office)
    act(office, reference, "record-representative", at=START)
    speaker = Actor(row(office, Application, Application.id == reference).representative, Role.APPLICANT)
    do(office, "application", reference, "end-representation", by=OFFICER, body={})
    found = refused(lambda: do(office, "application", reference, "withdraw", by=speaker, body={}))
    assert found == ["duty.own-application"]
    again = refused(lambda: do(office, "application", reference, "end-representation", by=OFFICER, body={}))
    assert again == ["turn.represented"]


def test_the_person_who_handles_the_case_does_not_represent_the_applicant(office: Engine) -> None:
    reference = receive(office)
    applicant = row(office, Application, Application.id == reference).applicant
    body = {
        "name": "R. Voorspraak",
        "email": "r@advocaten.example",
        "authorisation": "M-1",
        "since": TODAY.isoformat(),
    }
    for handle in (applicant, OFFICER.person, person(Role.FINANCE, ZILVERDAM).person):
        named = {**body, "representative": handle}
        found = refused(
            lambda b=named: do(office, "application", reference, "record-representative", by=OFFICER, body=b)
        )
        assert found == ["turn.no-party-represents"]
