"""The one door: what it refuses changes nothing, and who may do what."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from office import (
    ADVISER,
    AUTHORITY,
    COORDINATOR,
    GOUDVEEN,
    LAAGLAND,
    OFFICER,
    START,
    ZILVERDAM,
    act,
    application_body,
    at_event,
    do,
    enrol,
    iban,
    person,
    problems,
    receive,
    refused,
    row,
    rows,
    snapshot,
    sparing,
    walk,
)
from shelf import Prepared
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from rules.core.roles import ENGINE, Actor, Role
from states.charts.application import Stage
from states.commands.fire import fire
from states.errors import MalformedError, NotFoundError, RefusedError, StaleError
from states.events.catalogue import EVENTS
from states.storage.database import transaction
from states.tables.application import Application, Measure, Takeover
from states.tables.ledger import LedgerEntry, Stream
from states.tables.payments import Payable, PaymentBatch
from states.tables.people import Organisation

EMPLOYER = person(Role.EMPLOYER, ZILVERDAM)
FINANCE = person(Role.FINANCE, ZILVERDAM)


def fill_takeover(engine: Engine) -> None:
    walk(engine, receive(engine, employers=[ZILVERDAM, GOUDVEEN]), Stage.TAKEOVER)


def fill_approvable(engine: Engine) -> None:
    walk(engine, receive(engine), before=at_event("approve"), choose=sparing)


def fill_releasable(engine: Engine) -> None:
    walk(engine, receive(engine), before=at_event("release"), choose=sparing)


def fill_adoptable(engine: Engine) -> None:
    walk(engine, receive(engine), Stage.WITH_SECURITY_AUTHORITY, choose=sparing)


@pytest.mark.parametrize(
    ("by", "event", "body", "error"),
    [
        (OFFICER, "hold-interview", {"heldOn": "2026-03-02", "householdPresent": True, "domains": []}, RefusedError),
        (OFFICER, "begin-advice", {}, RefusedError),
        (ADVISER, "begin-advice", {}, RefusedError),
        (OFFICER, "start-intake", {"surprise": 1}, MalformedError),
        (OFFICER, "fly", {}, NotFoundError),
        (OFFICER, "record-threat", {"kind": "stalking", "source": "police", "occurredOn": "2026-03-03"}, RefusedError),
        (OFFICER, "forward", {"forwardedTo": "other", "forwardedOn": "2026-03-01"}, RefusedError),
        (OFFICER, "not-process", {"reasons": "Nothing came."}, RefusedError),
        (OFFICER, "intend-refusal", {"ground": "eligibility.acting", "reasons": "None."}, RefusedError),
    ],
)
def test_what_is_refused_changes_nothing(
    office: Engine, by: Actor, event: str, body: dict[str, Any], error: type[Exception]
) -> None:
    reference = receive(office)
    before = snapshot(office)
    with pytest.raises(error):
        do(office, "application", reference, event, by=by, body=body)
    assert snapshot(office) == before


def test_what_is_refused_in_an_event_that_follows_takes_the_whole_with_it(prepared: Prepared) -> None:
    engine = prepared("releasable", fill_releasable)
    batch = row(engine, PaymentBatch)
    with transaction(engine) as session:  # a part whose state does not allow what the withdrawal asks of it
        payable = session.get_one(Payable, row(engine, Payable).id)
        payable.state = payable.state.__class__.REJECTED
    before = snapshot(engine)
    assert refused(lambda: do(engine, "payment-batch", batch.id, "withdraw", by=FINANCE)) == ["chart.state"]
    assert snapshot(engine) == before


def test_an_unknown_subject_is_not_found(office: Engine) -> None:
    for chart, event, by in (
        ("application", "start-intake", OFFICER),
        ("measure", "order", EMPLOYER),
        ("payment-batch", "seal", FINANCE),
    ):
        body = {"orderedOn": "2026-03-02"} if event == "order" else {}
        with pytest.raises(NotFoundError, match="VA-2026-NOBODY22"):
            do(office, chart, "VA-2026-NOBODY22", event, by=by, body=body)


def test_a_version_that_was_overtaken_is_stale_and_changes_nothing(office: Engine) -> None:
    reference = receive(office)
    seen = row(office, Application).version
    do(office, "application", reference, "start-intake", by=OFFICER, version=seen, at=START + timedelta(minutes=1))
    before = snapshot(office)
    with pytest.raises(StaleError) as caught:
        do(office, "application", reference, "forward", by=OFFICER, version=seen, body={"forwardedTo": "other"})
    assert caught.value.present == row(office, Application).version > seen
    assert snapshot(office) == before


def test_of_two_who_saw_the_same_version_one_is_stale(office: Engine) -> None:
    reference = receive(office)
    seen = row(office, Application).version

    def take(number: int) -> str:
        try:
            by = person(Role.OFFICER, number=number)
            at = START + timedelta(seconds=number)
            do(office, "application", reference, "start-intake", by=by, at=at, version=seen)
        except StaleError:
            return "stale"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, (1, 2))) == ["done", "stale"]
    assert problems(office) == []


# Whose duty.


@pytest.mark.parametrize(
    ("by", "rule"),
    [
        (ADVISER, "duty.role"),
        (person(Role.APPROVER, ZILVERDAM), "duty.role"),
        (Actor("auditor-1", Role.AUDITOR), "duty.role"),
        (Actor("applicant-x", Role.APPLICANT), "duty.role"),
        (ENGINE, "duty.role"),
        (person(Role.EMPLOYER, LAAGLAND), "duty.own-organisation"),
        (Actor("employer-x", Role.EMPLOYER), "duty.own-organisation"),
        (person(Role.EMPLOYER, GOUDVEEN), "duty.own-organisation"),
    ],
)
def test_only_the_employer_itself_takes_over(prepared: Prepared, by: Actor, rule: str) -> None:
    engine = prepared("takeover", fill_takeover)
    asked = row(engine, Takeover, Takeover.organisation == ZILVERDAM)
    body = {"receivedOn": "2026-03-02"}
    with pytest.raises(RefusedError) as caught:
        do(engine, "takeover", asked.id, "confirm-receipt", by=by, body=body)
    assert [finding.rule for finding in caught.value.findings] == [rule]
    assert caught.value.duty


def test_a_role_without_the_duty_is_refused_before_anything_else_is_looked_at(office: Engine) -> None:
    reference = receive(office)
    for (chart, name), event in EVENTS.items():
        if chart == "application" and not event.creates and event.body.__name__ == "Body":
            auditor = Actor("auditor-1", Role.AUDITOR)
            assert refused(lambda n=name, a=auditor: do(office, "application", reference, n, by=a)) == ["duty.role"]


def test_an_applicant_acts_on_the_own_application_only(office: Engine) -> None:
    mine, other = receive(office), receive(office)
    me = Actor(row(office, Application, Application.id == mine).applicant, Role.APPLICANT)
    assert refused(lambda: do(office, "application", other, "withdraw", by=me)) == ["duty.own-application"]
    do(office, "application", mine, "withdraw", by=me)
    assert row(office, Application, Application.id == mine).state == "withdrawn"


# Conflicts of interest.


def fill_own_cases(engine: Engine) -> None:
    """Applications of people who also work here, in stages where their duty comes up."""
    with transaction(engine) as session:
        enrol(session, Actor("eigen-belang", Role.OFFICER), at=START)
    for goal in (Stage.RECEIVED, Stage.INTAKE, Stage.INTERVIEW_PLANNED, Stage.INTERVIEW_HELD, Stage.ADVICE):
        walk(engine, receive(engine, applicant="eigen-belang"), goal, choose=sparing)
    walk(engine, receive(engine, applicant="eigen-belang"), Stage.WITH_SECURITY_AUTHORITY, choose=sparing)
    walk(engine, receive(engine, applicant="eigen-belang"), Stage.PROVISION, choose=sparing)
    walk(engine, receive(engine, applicant="eigen-belang"), before=at_event("check"), choose=sparing)
    walk(engine, receive(engine, applicant="eigen-belang"), Stage.BOOKING, choose=sparing)


@pytest.mark.parametrize(
    ("stage", "role", "event", "body"),
    [
        ("received", Role.OFFICER, "start-intake", {}),
        ("received", Role.OFFICER, "start-intake", {"officer": "officer-2"}),
        ("received", Role.OFFICER, "forward", {"forwardedTo": "other"}),
        ("intake", Role.OFFICER, "plan-interview", {"interviewOn": "2026-03-02"}),
        ("intake", Role.ADVISER, "plan-interview", {"interviewOn": "2026-03-02"}),
        ("intake", Role.OFFICER, "record-certificate", {"kind": "hardship", "validFrom": "2026-03-02", "reasons": "R"}),
        ("intake", Role.OFFICER, "correct-fact", {"inTerritory": True, "reasons": "R"}),
        ("interview-planned", Role.ADVISER, "hold-interview", None),
        ("interview-held", Role.ADVISER, "begin-advice", {}),
        ("advice", Role.ADVISER, "assess-domain", {"domain": "home", "needed": False, "finding": "F"}),
        ("advice", Role.ADVISER, "submit-advice", {}),
        ("with-security-authority", Role.SECURITY_AUTHORITY, "return-advice", {"domain": "home", "reasons": "R"}),
        (
            "with-security-authority",
            Role.SECURITY_AUTHORITY,
            "adopt-advice",
            {"adoptedOn": "2026-03-02", "threatAnalysis": "T", "homeAssessment": "H"},
        ),
        ("booking", Role.OFFICER, "close", {}),
    ],
)
def test_nobody_handles_the_own_application(
    prepared: Prepared, stage: str, role: Role, event: str, body: dict[str, Any] | None
) -> None:
    engine = prepared("own-cases", fill_own_cases)
    found = row(engine, Application, Application.state == stage)
    if body is None:
        risk = {"risk": "low", "likelihood": 1, "impact": 1, "source": "interview"}
        body = {
            "heldOn": "2026-03-02",
            "adviser": "adviser-1",
            "householdPresent": True,
            "domains": [{"domain": name, **risk} for name in ("home", "work", "travel", "digital")],
        }
    me = Actor("eigen-belang", role)
    before = snapshot(engine)
    rules = refused(lambda: do(engine, "application", found.id, event, by=me, body=body))
    assert set(rules) == {"conflict.not-own-case"}
    assert snapshot(engine) == before


@pytest.mark.parametrize(("event", "role"), [("order", Role.EMPLOYER), ("decline", Role.OFFICER)])
def test_nobody_orders_or_declines_in_the_own_case_for_the_employer(prepared: Prepared, event: str, role: Role) -> None:
    engine = prepared("own-cases", fill_own_cases)
    application = row(engine, Application, Application.state == "provision")
    measure = row(engine, Measure, Measure.stream == application.id, Measure.state == "taken-over")
    me = Actor("eigen-belang", role, ZILVERDAM if role is Role.EMPLOYER else None)
    body = {"orderedOn": "2026-03-02"} if event == "order" else {"reasons": "R"}
    assert refused(lambda: do(engine, "measure", measure.id, event, by=me, body=body)) == ["conflict.not-own-case"]
    do(engine, "measure", measure.id, "decline", by=Actor("eigen-belang", Role.APPLICANT), body={"reasons": "R"})


def test_anyone_may_signal_a_threat_in_the_own_case_and_withdraw_it(prepared: Prepared) -> None:
    engine = prepared("own-cases", fill_own_cases)
    found = row(engine, Application, Application.state == "received")
    threat = {"kind": "stalking", "source": "applicant"}
    do(engine, "application", found.id, "record-threat", by=Actor("eigen-belang", Role.OFFICER), body=threat)
    do(engine, "application", found.id, "withdraw", by=Actor("eigen-belang", Role.APPLICANT))


@pytest.mark.parametrize("handle", ["adviser-1", "adviser-2"])
def test_whoever_wrote_the_advice_does_not_adopt_it(office: Engine, handle: str) -> None:
    reference = receive(office)
    walk(office, reference, Stage.ADVICE)
    for domain in ("home", "work", "travel", "digital"):
        body = {"domain": domain, "needed": False, "finding": "F"}
        by = Actor("adviser-2", Role.ADVISER) if domain == "home" else ADVISER
        do(office, "application", reference, "assess-domain", by=by, body=body)
    do(office, "application", reference, "submit-advice", by=ADVISER)
    adoption = {"adoptedOn": "2026-03-02", "threatAnalysis": "T", "homeAssessment": "H"}
    me = Actor(handle, Role.SECURITY_AUTHORITY)
    assert refused(lambda: do(office, "application", reference, "adopt-advice", by=me, body=adoption)) == [
        "conflict.four-eyes",
    ]
    do(office, "application", reference, "adopt-advice", by=AUTHORITY, body=adoption)


@pytest.mark.parametrize("handle", ["officer-1", "officer-2"])
def test_whoever_handles_a_case_or_proposed_its_refusal_does_not_refuse_it(office: Engine, handle: str) -> None:
    reference = receive(office, office="municipal-councillor")
    do(office, "application", reference, "start-intake", by=OFFICER)
    proposer = person(Role.OFFICER, number=2)
    body = {"ground": "eligibility.office-in-scope", "reasons": "No claim."}
    do(office, "application", reference, "intend-refusal", by=proposer, body=body)
    do(office, "application", reference, "record-view", by=OFFICER, body={"view": "None."})
    me = Actor(handle, Role.SECURITY_AUTHORITY)
    assert refused(lambda: do(office, "application", reference, "refuse", by=me, body={"reasons": "R"})) == [
        "conflict.four-eyes",
    ]
    do(office, "application", reference, "refuse", by=AUTHORITY, body={"reasons": "R"})


@pytest.mark.parametrize(
    ("handle", "rules"),
    [
        ("finance-zilverdam-1", ["conflict.four-eyes"]),  # checked it
        ("officer-1", ["conflict.four-eyes"]),  # handled the case
        ("the-applicant", ["conflict.not-own-case"]),
        ("approver-zilverdam-1", []),
    ],
)
def test_four_eyes_stand_between_check_and_approval(prepared: Prepared, handle: str, rules: list[str]) -> None:
    engine = prepared("approvable", fill_approvable)
    payable = row(engine, Payable)
    if handle == "the-applicant":
        handle = row(engine, Application).applicant
    me = Actor(handle, Role.APPROVER, ZILVERDAM)
    if rules:
        for event, body in (("approve", {}), ("reject", {"reasons": "R"})):
            assert refused(lambda e=event, b=body: do(engine, "payable", payable.id, e, by=me, body=b)) == rules
    else:
        do(engine, "payable", payable.id, "approve", by=me)


@pytest.mark.parametrize(
    ("handle", "may"),
    [
        ("finance-zilverdam-1", False),  # built and sealed it
        ("approver-zilverdam-1", False),
        ("officer-1", False),
        ("the-applicant", False),
        ("releaser-zilverdam-1", True),
    ],
)
def test_a_batch_is_released_by_another_person(prepared: Prepared, handle: str, may: bool) -> None:
    engine = prepared("releasable", fill_releasable)
    batch = row(engine, PaymentBatch)
    if handle == "the-applicant":
        handle = row(engine, Application).applicant
    me = Actor(handle, Role.RELEASER, ZILVERDAM)
    if may:
        do(engine, "payment-batch", batch.id, "release", by=me)
    else:
        wanted = ["payable.four-eyes-in-batch"]
        assert refused(lambda: do(engine, "payment-batch", batch.id, "release", by=me)) == wanted


def test_whoever_sealed_a_batch_does_not_release_it(office: Engine) -> None:
    walk(office, receive(office), before=at_event("seal"), choose=sparing)
    batch = row(office, PaymentBatch)
    do(office, "payment-batch", batch.id, "seal", by=Actor("finance-2", Role.FINANCE, ZILVERDAM))
    me = Actor("finance-2", Role.RELEASER, ZILVERDAM)
    assert refused(lambda: do(office, "payment-batch", batch.id, "release", by=me)) == ["payable.four-eyes-in-batch"]


# What it takes in.


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"employers": ["gemeente-nergens"]}, ["employers.0"]),
        ({"employers": [ZILVERDAM, ZILVERDAM]}, ["employers"]),
        ({"employers": []}, ["employers"]),
        ({"inOfficeUntil": "2024-05-31"}, ["inOfficeUntil"]),
        ({"inOfficeUntil": "2024-06-01"}, []),
        ({"email": "nobody"}, ["email"]),
        ({"certainSince": "soon"}, ["certainSince"]),
        ({"name": "  "}, ["name"]),
        ({"office": "king"}, ["office"]),
    ],
)
def test_a_malformed_application_names_each_field(office: Engine, changes: dict[str, Any], fields: list[str]) -> None:
    before = snapshot(office)
    if not fields:
        receive(office, **changes)
        return
    with pytest.raises(MalformedError) as caught:
        receive(office, **changes)
    assert [field for field, _ in caught.value.problems] == fields
    assert snapshot(office) == before


@pytest.mark.parametrize(
    ("office_held", "employers", "may"),
    [
        ("mayor", [ZILVERDAM, GOUDVEEN], True),
        ("alderman", [ZILVERDAM, GOUDVEEN], False),
        ("mayor", [LAAGLAND], False),
        ("kings-commissioner", [LAAGLAND], True),
        ("mayor", [ZILVERDAM, LAAGLAND], False),
    ],
)
def test_employers_fit_the_office(office: Engine, office_held: str, employers: list[str], may: bool) -> None:
    if may:
        receive(office, office=office_held, employers=employers)
    else:
        wanted = ["eligibility.employer-fits"]
        assert refused(lambda: receive(office, office=office_held, employers=employers)) == wanted


def test_a_problem_with_a_body_does_not_repeat_what_was_sent(office: Engine) -> None:
    with pytest.raises(MalformedError) as caught:
        receive(office, email="geheim adres", homeAddress=["Voorbeeldlaan 1"])
    assert "geheim" not in str(caught.value)
    assert "Voorbeeldlaan" not in str(caught.value)


def test_the_same_handle_is_registered_once(office: Engine) -> None:
    before = snapshot(office)
    with transaction(office) as session, pytest.raises(MalformedError) as caught:
        enrol(session, OFFICER)
    assert [field for field, _ in caught.value.problems] == ["id"]
    body = {
        "id": ZILVERDAM,
        "kind": "municipality",
        "name": "Again",
        "debtorIban": "NL02ABNA0123456789",
        "ledgerAccount": "1",
        "costCentre": "2",
        "bankAccount": "3",
    }
    with pytest.raises(MalformedError) as caught:
        do(office, "organisation", None, "register", by=Actor("a", Role.ADMINISTRATOR), body=body)
    assert [field for field, _ in caught.value.problems] == ["id"]
    assert snapshot(office) == before


def test_each_employer_has_a_debtor_account_of_its_own(office: Engine) -> None:
    body = {
        "id": "gemeente-elders",
        "kind": "municipality",
        "name": "Gemeente Elders",
        "debtorIban": row(office, Organisation, Organisation.id == ZILVERDAM).debtor_iban,
        "ledgerAccount": "1",
        "costCentre": "2",
        "bankAccount": "3",
    }
    by = Actor("a", Role.ADMINISTRATOR)
    with pytest.raises(MalformedError) as caught:
        do(office, "organisation", None, "register", by=by, body=body)
    assert [field for field, _ in caught.value.problems] == ["debtorIban"]
    do(office, "organisation", None, "register", by=by, body={**body, "debtorIban": iban(77)})


def test_of_two_employers_registered_at_once_with_one_account_the_second_is_told_so(office: Engine) -> None:
    body = {
        "kind": "municipality",
        "name": "Gemeente Elders",
        "debtorIban": iban(78),
        "ledgerAccount": "1",
        "costCentre": "2",
        "bankAccount": "3",
    }
    by = Actor("a", Role.ADMINISTRATOR)
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    first, second = {**body, "id": "gemeente-eerste"}, {**body, "id": "gemeente-tweede"}
    with ThreadPoolExecutor(1) as thread:
        with transaction(office) as session:
            fire(session, "organisation", None, "register", by=by, at=START, body=first)
            answer = thread.submit(do, office, "organisation", None, "register", by=by, body=second)
            with office.connect() as look:
                while not look.execute(text(waiting)).scalar_one():
                    assert not answer.done(), answer.exception()
        with pytest.raises(MalformedError) as caught:
            answer.result(timeout=60)
    ((field, words),) = caught.value.problems
    assert field == "debtorIban"
    assert "gemeente-eerste" in words
    copy = '(jsonb_populate_record(t, \'{"id": "gemeente-derde"}\')).*'
    with pytest.raises(IntegrityError, match="ix_organisation_account"), office.begin() as connection:
        connection.execute(
            text(f"INSERT INTO organisation SELECT {copy} FROM organisation t WHERE id = 'gemeente-eerste'")
        )


# Time of recording.


def test_time_of_recording_never_goes_back_within_a_stream(office: Engine) -> None:
    reference = receive(office, at=START)
    do(office, "application", reference, "start-intake", by=OFFICER, at=START - timedelta(hours=5))
    do(
        office,
        "application",
        reference,
        "forward",
        by=OFFICER,
        at=START + timedelta(hours=1),
        body={"forwardedTo": "other"},
    )
    entries = rows(office, LedgerEntry, LedgerEntry.stream == reference)
    times = [entry.at for entry in entries]
    assert times == sorted(times)
    assert times[-1] == START + timedelta(hours=1)
    assert row(office, Stream, Stream.id == reference).last_at == times[-1]
    other = receive(office, at=START - timedelta(days=1))
    assert rows(office, LedgerEntry, LedgerEntry.stream == other)[0].at == START - timedelta(days=1)


def test_an_event_carries_who_did_it_as_what_and_which_rules_were_asked(office: Engine) -> None:
    reference = receive(office)
    do(office, "application", reference, "start-intake", by=OFFICER)
    entry = rows(office, LedgerEntry, LedgerEntry.stream == reference)[-1]
    assert (entry.person, entry.role, entry.event) == ("officer-1", "officer", "start-intake")
    assert (entry.before, entry.after) == ("received", "intake")
    assert {asked["rule"] for asked in entry.receipt} >= {"duty.role", "conflict.not-own-case"}
    assert not any(asked["objects"] for asked in entry.receipt)


def test_an_interview_covers_each_domain_once_and_not_in_the_future(office: Engine) -> None:
    reference = receive(office)
    walk(office, reference, Stage.INTERVIEW_PLANNED)
    risk = {"risk": "low", "likelihood": 1, "impact": 1, "source": "interview"}
    four = [{"domain": name, **risk} for name in ("home", "work", "travel", "digital")]

    def hold(held_on: date, domains: list[dict[str, Any]]) -> list[str]:
        body = {"heldOn": held_on.isoformat(), "householdPresent": False, "domains": domains}
        return refused(lambda: do(office, "application", reference, "hold-interview", by=ADVISER, body=body))

    today = START.date()
    assert hold(today + timedelta(days=1), four) == ["step.not-in-future"]
    assert hold(today - timedelta(days=1), four) == ["step.held-not-before-planned-stage"]
    assert hold(today, four[:3]) == ["step.every-domain-discussed"]
    assert hold(today, [*four, four[0]]) == ["step.every-domain-discussed"]


def test_a_returned_domain_leaves_the_drafts_of_the_others(prepared: Prepared) -> None:
    engine = prepared("adoptable-all", lambda made: walk(made, receive(made), Stage.WITH_SECURITY_AUTHORITY) and None)
    reference = row(engine, Application).id
    measures = {item.id: item.state for item in rows(engine, Measure)}
    act(engine, reference, "return-advice", at=START + timedelta(hours=1))
    again = {"domain": "work", "needed": False, "finding": "F"}
    wanted = ["step.domain-open"]
    assert refused(lambda: do(engine, "application", reference, "assess-domain", by=ADVISER, body=again)) == wanted
    home = {"domain": "home", "needed": False, "finding": "F"}
    do(engine, "application", reference, "assess-domain", by=ADVISER, body=home, at=START + timedelta(hours=2))
    kept = [item for item in rows(engine, Measure) if item.domain != "home"]
    assert len(kept) == 3
    assert all(item.state == measures[item.id] == "proposed" for item in kept)
    assert row(engine, Measure, Measure.domain == "home").state == "dropped"


def test_an_ended_application_leaves_no_live_part(office: Engine) -> None:
    from states.tables.application import DomainAdvice  # noqa: PLC0415

    refusable = receive(office, inOfficeUntil="2026-03-05")
    walk(office, refusable, Stage.INTERVIEW_HELD)
    late = START + timedelta(days=10)
    act(office, refusable, "intend-refusal", at=late)
    act(office, refusable, "record-view", at=late)
    act(office, refusable, "refuse", at=late)
    assert {item.state for item in rows(office, DomainAdvice, DomainAdvice.stream == refusable)} == {"lapsed"}
    withdrawn = receive(office)
    walk(office, withdrawn, Stage.TAKEOVER)
    act(office, withdrawn, "withdraw", at=START)
    assert {item.state for item in rows(office, Takeover, Takeover.stream == withdrawn)} == {"lapsed"}
    assert {item.state for item in rows(office, Measure, Measure.stream == withdrawn)} == {"dropped"}


def test_an_application_is_withdrawn_until_the_first_employer_took_over(prepared: Prepared) -> None:
    engine = prepared("takeover", fill_takeover)
    reference = row(engine, Application).id
    act(engine, reference, "confirm-receipt", at=START)
    act(engine, reference, "take-over", at=START)
    applicant = Actor(row(engine, Application).applicant, Role.APPLICANT)
    wanted = ["step.withdrawal-before-takeover"]
    assert refused(lambda: do(engine, "application", reference, "withdraw", by=applicant)) == wanted


def test_the_employers_receipt_lies_between_adoption_and_today(prepared: Prepared) -> None:
    engine = prepared("takeover", fill_takeover)
    asked = row(engine, Takeover, Takeover.organisation == ZILVERDAM)

    def confirm(day: str) -> list[str]:
        return refused(
            lambda: do(engine, "takeover", asked.id, "confirm-receipt", by=EMPLOYER, body={"receivedOn": day})
        )

    assert confirm("2026-03-03") == ["step.not-in-future"]
    assert confirm("2026-03-01") == ["step.not-before"]
    do(engine, "takeover", asked.id, "confirm-receipt", by=EMPLOYER, body={"receivedOn": "2026-03-02"})


def test_only_the_coordinator_lowers_the_urgency(office: Engine) -> None:
    reference = receive(office)
    act(office, reference, "record-threat", at=START)
    lower = {"urgency": "routine", "reasons": "The police closed it."}
    for by in (OFFICER, ADVISER, AUTHORITY, ENGINE):
        assert refused(lambda b=by: do(office, "application", reference, "lower-urgency", by=b, body=lower)) == [
            "duty.role",
        ]
    with pytest.raises(MalformedError):
        do(office, "application", reference, "lower-urgency", by=COORDINATOR, body={"urgency": "routine"})
    higher = {"urgency": "acute", "reasons": "R"}
    assert refused(lambda: do(office, "application", reference, "lower-urgency", by=COORDINATOR, body=higher)) == [
        "urgency.only-a-person-lowers",
    ]
    do(office, "application", reference, "lower-urgency", by=COORDINATOR, body=lower)
    assert row(office, Application).urgency == "routine"


def test_the_example_of_a_new_application_is_accepted(office: Engine) -> None:
    from states.engine.event import EventContext, UnitOfWork  # noqa: PLC0415

    definition = EVENTS["application", "receive"]
    with transaction(office) as session:
        example = definition.example(EventContext(UnitOfWork(session, OFFICER, START), None, OFFICER))  # type: ignore[arg-type]
    assert example is not None
    assert do(office, "application", None, "receive", by=OFFICER, body=example).row.state == "received"
    assert application_body()["office"] == example["office"]
    assert isinstance(START, datetime)
