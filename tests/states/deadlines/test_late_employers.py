"""Late employers: notice of delay, notice of default, penalty, interest, and escalation."""

from datetime import date
from decimal import Decimal

import pytest
from late_employer import DUE, TO, approve, asked, change, default, fill_received, noon, pay, take_over, term, tick
from office import (
    DAY,
    EMPLOYER,
    GOUDVEEN,
    OFFICER,
    START,
    ZILVERDAM,
    act,
    do,
    person,
    problems,
    receive,
    refused,
    row,
    rows,
    snapshot,
    walk,
)
from prepared_databases import Prepared
from sqlalchemy import Engine
from sqlmodel import Session, col

from api.http.dependencies import RequestContext
from api.views import payments
from rules.core.roles import Role
from states.charts.application import Stage
from states.settings import Configuration
from states.tables.application import Application, Takeover
from states.tables.deadlines import Reminder, Term, Threshold
from states.tables.letters import Outbox
from states.tables.payments import Payable, PayableKind
from states.tables.work import WorkItem


@pytest.fixture
def running(prepared: Prepared) -> Engine:
    return prepared("late-employer", fill_received)


def letters(engine: Engine, name: str) -> list[Outbox]:
    return rows(engine, Outbox, Outbox.letter == name)


# Notice of delay.


@pytest.mark.parametrize(
    ("announced_on", "until", "finding"),
    [
        (DUE, date(2026, 8, 24), None),
        (DUE - DAY, DUE + DAY, None),
        (DUE, DUE, "delay.notice-within-term"),
        (DUE + DAY, date(2026, 8, 24), "delay.notice-within-term"),
        (date(2026, 5, 31), date(2026, 8, 24), "step.not-before"),
        (DUE + 3 * DAY, date(2026, 8, 24), "step.not-in-future"),
    ],
)
def test_a_notice_of_delay_is_given_within_the_term_and_names_a_day_after_it(
    running: Engine, announced_on: date, until: date, finding: str | None
) -> None:
    body = {"announcedOn": announced_on.isoformat(), "until": until.isoformat(), "reasons": "R"}
    if finding is not None:
        before = snapshot(running)
        assert finding in refused(lambda: change(running, "give-notice", body, on=DUE + DAY))
        assert snapshot(running) == before
        return
    change(running, "give-notice", body, on=DUE + DAY)
    found = term(running, "takeover")
    assert found is not None
    assert (found.due_on, found.noticed_on, found.extended_until) == (until, announced_on, until)
    assert "Awb 4:14" in found.reasons[0]
    last = row(running, Threshold, Threshold.term == found.id, Threshold.name == "100%")
    assert last.due_at.date() == until
    assert [letter.facts for letter in letters(running, "delay-notice")] == [{"due_on": until.isoformat()}]
    assert problems(running) == []


def test_a_later_suspension_postpones_the_named_day_and_an_earlier_one_does_not(running: Engine) -> None:
    suspended = {"term": "takeover", "ground": "applicant-consents", "reasons": "R"}
    earlier = {**suspended, "since": "2026-06-10", "until": "2026-06-12"}
    change(running, "suspend-term", earlier, on=date(2026, 6, 12), chart="application")
    notice = {"announcedOn": "2026-07-20", "until": "2026-08-28", "reasons": "R"}
    change(running, "give-notice", notice, on=date(2026, 7, 20))
    found = term(running, "takeover")
    assert found is not None
    assert found.due_on == date(2026, 8, 28)
    change(running, "suspend-term", {**suspended, "since": "2026-08-03"}, on=date(2026, 8, 3), chart="application")
    found = term(running, "takeover")
    assert found is not None
    assert found.due_on is None
    change(
        running, "resume-term", {"term": "takeover", "until": "2026-08-05"}, on=date(2026, 8, 6), chart="application"
    )
    found = term(running, "takeover")
    assert found is not None
    assert found.due_on == date(2026, 8, 31)  # a Monday; no law sets the named day, so it could be a Sunday


def test_a_suspended_term_takes_no_notice_of_delay(running: Engine) -> None:
    body = {"term": "takeover", "ground": "force-majeure", "since": "2026-06-10", "reasons": "R"}
    change(running, "suspend-term", body, on=date(2026, 6, 10), chart="application")
    notice = {"announcedOn": "2026-06-11", "until": "2026-08-28", "reasons": "R"}
    assert refused(lambda: change(running, "give-notice", notice, on=date(2026, 6, 11))) == ["delay.notice-within-term"]


# Notice of default and penalty.


@pytest.mark.parametrize(
    ("received_on", "finding"),
    [(DUE - DAY, "default.after-term"), (DUE, "default.after-term"), (DUE + DAY, None)],
)
def test_a_notice_of_default_is_premature_until_the_term_has_passed(
    running: Engine, received_on: date, finding: str | None
) -> None:
    if finding is None:
        default(running, received_on)
        found = term(running, "default")
        assert found is not None
        assert (found.started_on, found.due_on) == (received_on, received_on + 14 * DAY)
        notified = letters(running, "default-received")
        applicant = row(running, Application).applicant
        assert {letter.recipient for letter in notified} == {applicant, EMPLOYER.person}
        assert {letter.facts["due_on"] for letter in notified} == {(received_on + 14 * DAY).isoformat()}
    else:
        assert refused(lambda: default(running, received_on)) == [finding]


def test_an_announced_delay_postpones_the_notice_of_default_too(running: Engine) -> None:
    notice = {"announcedOn": "2026-07-20", "until": "2026-08-28", "reasons": "R"}
    change(running, "give-notice", notice, on=date(2026, 7, 20))
    assert refused(lambda: default(running, date(2026, 8, 28))) == ["default.after-term"]
    default(running, date(2026, 8, 29))


def test_the_office_records_a_delivery_that_a_silent_employer_does_not_confirm(office: Engine) -> None:
    reference = receive(office)
    at = walk(office, reference, Stage.TAKEOVER)
    takeover = row(office, Takeover, Takeover.stream == reference)
    body = {"receivedOn": START.date().isoformat()}
    do(office, "takeover", takeover.id, "confirm-receipt", by=OFFICER, at=at, body=body)
    assert term(office, "takeover").started_on == START.date()


def test_a_second_notice_of_default_changes_nothing(running: Engine) -> None:
    default(running, DUE + DAY)
    assert refused(lambda: default(running, DUE + 2 * DAY)) == ["default.once"]


# Received on 28 July 2026: the two weeks run through 11 August, the first day of penalty is 12 August.
WEEKS_OVER = date(2026, 8, 11)


@pytest.mark.parametrize(
    ("known_on", "days", "euros"),
    [
        (WEEKS_OVER, 0, 0),
        (WEEKS_OVER + DAY, 0, 0),
        (WEEKS_OVER + 2 * DAY, 1, 23),
        (WEEKS_OVER + 15 * DAY, 14, 322),
        (WEEKS_OVER + 16 * DAY, 15, 357),
        (WEEKS_OVER + 29 * DAY, 28, 812),
        (WEEKS_OVER + 30 * DAY, 29, 857),
        (WEEKS_OVER + 42 * DAY, 41, 1397),
        (WEEKS_OVER + 43 * DAY, 42, 1442),
        (WEEKS_OVER + 44 * DAY, 42, 1442),
        (WEEKS_OVER + 90 * DAY, 42, 1442),
    ],
)
@pytest.mark.parametrize("clock", [True, False], ids=["the clock came by", "the clock was away"])
def test_the_penalty_grows_by_day_until_the_takeover_is_known(
    running: Engine, known_on: date, days: int, euros: int, clock: bool
) -> None:
    default(running, DUE + DAY)
    if clock:
        for passed in range(1, 70, 7):
            tick(running, min(WEEKS_OVER + passed * DAY, known_on))
    take_over(running, known_on)
    if days == 0:
        assert refused(lambda: change(running, "fix-penalty", TO, on=known_on)) == ["penalty.complete"]
        assert term(running, "penalty-decision") is None
        return
    deciding = term(running, "penalty-decision")
    assert deciding is not None
    assert deciding.started_on == WEEKS_OVER + days * DAY
    change(running, "fix-penalty", TO, on=known_on)
    owed = row(running, Payable, Payable.kind == PayableKind.PENALTY)
    assert (owed.gross, owed.organisation, str(owed.state)) == (Decimal(euros), ZILVERDAM, "received")
    (letter,) = letters(running, "penalty-decision")
    assert letter.facts["days"] == days
    assert letter.recipient == row(running, Application).applicant
    ended = term(running, "penalty-decision")
    assert ended is not None
    assert ended.ended_by == "fix-penalty"
    assert refused(lambda: change(running, "fix-penalty", TO, on=known_on)) == ["penalty.complete"]
    assert problems(running) == []


def test_the_penalty_is_fixed_without_a_takeover_once_its_forty_two_days_have_passed(running: Engine) -> None:
    default(running, DUE + DAY)
    last = WEEKS_OVER + 42 * DAY
    for day in (last - DAY, last):
        assert refused(lambda on=day: change(running, "fix-penalty", TO, on=on)) == ["penalty.complete"]
    tick(running, last + DAY)
    found = term(running, "penalty")
    assert found is not None
    assert (found.started_on, found.due_on, found.ended_by) == (WEEKS_OVER, last, "lapse")
    deciding = term(running, "penalty-decision")
    assert deciding is not None
    assert (deciding.started_on, deciding.due_on) == (last, last + 14 * DAY)
    change(running, "fix-penalty", TO, on=last + DAY)
    assert row(running, Payable).gross == Decimal(1442)


def test_a_takeover_made_known_before_it_was_recorded_ends_the_penalty_then(running: Engine) -> None:
    default(running, DUE + DAY)
    take_over(running, WEEKS_OVER + 20 * DAY)
    row_ = asked(running)
    early = {**TO, "knownOn": (row_.taken_over_on - DAY).isoformat()}  # type: ignore[operator]  # it was taken over
    assert refused(lambda: change(running, "fix-penalty", early, on=WEEKS_OVER + 21 * DAY)) == ["step.not-before"]


def test_without_notice_of_default_there_is_no_penalty(running: Engine) -> None:
    take_over(running, DUE + 60 * DAY)
    assert refused(lambda: change(running, "fix-penalty", TO, on=DUE + 60 * DAY)) == ["penalty.complete"]


# Escalation.


def test_a_term_that_passed_is_escalated_step_by_step_and_nobody_is_notified_twice(running: Engine) -> None:
    notified: dict[str, list[str]] = {}
    for passed in range(-1, 20):
        for _ in range(2):
            tick(running, DUE + passed * DAY)
        notified[str(passed)] = sorted(
            item.recipient for item in rows(running, Reminder, ~col(Reminder.threshold).endswith("%", autoescape=True))
        )
    secretaries = ["secretary-goudveen-1", "secretary-zilverdam-1"]
    coordinators = ["coordinator-1", "coordinator-1"]  # for each of the two employers
    assert notified["0"] == []
    assert notified["1"] == notified["6"] == secretaries
    assert notified["7"] == notified["13"] == sorted(coordinators + secretaries)
    assert notified["14"] == notified["19"] == sorted(coordinators + ["ministry-contact-1"] * 2 + secretaries)
    assert len(letters(running, "escalation")) == 6
    work = rows(running, WorkItem, WorkItem.action == "pursue-employer")
    assert sorted(item.subject for item in work) == sorted(asked(running, o).id for o in (ZILVERDAM, GOUDVEEN))
    assert {item.role for item in work} == {"coordinator"}


def test_a_clock_that_was_away_notifies_every_escalation_step_at_once(running: Engine) -> None:
    tick(running, DUE + 30 * DAY)
    found = [item.threshold for item in rows(running, Reminder)]
    assert sorted(found) == sorted(["100%", "secretary", "coordinator", "ministry-contact"] * 2)


def test_a_takeover_ends_the_escalation_and_the_pursuit(running: Engine) -> None:
    tick(running, DUE + 7 * DAY)
    take_over(running, DUE + 8 * DAY)
    tick(running, DUE + 30 * DAY)
    ministry = rows(running, Reminder, Reminder.threshold == "ministry-contact")
    assert {row(running, Term, Term.id == item.term).organisation for item in ministry} == {GOUDVEEN}
    work = {item.subject: item.done_at for item in rows(running, WorkItem, WorkItem.action == "pursue-employer")}
    assert work[asked(running).id] is not None
    assert work[asked(running, GOUDVEEN).id] is None


def test_fixing_the_penalty_does_not_end_the_pursuit_of_an_employer_that_still_has_not_taken_over(
    running: Engine,
) -> None:
    default(running, DUE + DAY)
    over = WEEKS_OVER + 43 * DAY
    tick(running, over)
    change(running, "fix-penalty", TO, on=over)
    mine = WorkItem.action == "pursue-employer", WorkItem.subject == asked(running).id
    assert row(running, WorkItem, *mine).done_at is None
    take_over(running, over + DAY)
    assert row(running, WorkItem, *mine).done_at is not None


def test_an_announced_delay_postpones_the_escalation(running: Engine) -> None:
    notice = {"announcedOn": "2026-07-20", "until": "2026-08-28", "reasons": "R"}
    change(running, "give-notice", notice, on=date(2026, 7, 20))
    tick(running, date(2026, 8, 28))
    assert {item.recipient for item in rows(running, Reminder, Reminder.threshold == "secretary")} == {
        "secretary-goudveen-1"
    }
    tick(running, date(2026, 8, 29))
    assert len(rows(running, Reminder, Reminder.threshold == "secretary")) == 2


def test_the_term_of_an_applicant_or_the_office_is_never_escalated(office: Engine) -> None:
    reference = receive(office)
    act(office, reference, "invite-completion", at=START)
    tick(office, date(2026, 12, 1))
    assert letters(office, "escalation") == []


# Payment and interest.

FIXED = date(2026, 9, 30)
"""A Wednesday; six weeks later is Wednesday 11 November."""
PAY_BY = date(2026, 11, 11)


def owe_a_penalty(engine: Engine) -> None:
    """Forty-two days of penalty, fixed and approved on 30 September 2026."""
    default(engine, DUE + DAY)
    take_over(engine, date(2026, 9, 29))
    change(engine, "fix-penalty", TO, on=FIXED)
    approve(engine, FIXED)


def owed(engine: Engine, kind: PayableKind = PayableKind.PENALTY) -> Payable:
    found: Payable = row(engine, Payable, Payable.kind == kind)
    return found


def fix_interest(engine: Engine, on: date) -> None:
    by = person(Role.FINANCE, ZILVERDAM)
    do(engine, "payable", owed(engine).id, "fix-interest", by=by, at=noon(on), body=TO)


def test_a_penalty_is_paid_within_six_weeks_after_its_approval(running: Engine) -> None:
    owe_a_penalty(running)
    found = row(running, Term, Term.kind == "payment")
    assert (found.started_on, found.due_on, found.article, found.ended_on) == (FIXED, PAY_BY, "Awb 4:87", None)
    tick(running, PAY_BY)
    notified = {item.recipient for item in rows(running, Reminder, Reminder.term == found.id)}
    assert notified == {"finance-zilverdam-1"}
    pay(running, PAY_BY)
    assert row(running, Term, Term.kind == "payment").ended_by == "pay"
    assert refused(lambda: fix_interest(running, PAY_BY)) == ["interest.owed"]


# 1,442 euro at 4 percent: 15.8 cents a day, ten euro after 64 days, on 14 January 2027.
@pytest.mark.parametrize(
    ("paid_on", "euros"), [(date(2027, 1, 13), None), (date(2027, 1, 14), "10.11"), (date(2027, 3, 1), "17.38")]
)
def test_interest_on_a_late_penalty_becomes_a_payable_once(running: Engine, paid_on: date, euros: str | None) -> None:
    owe_a_penalty(running)
    assert refused(lambda: fix_interest(running, paid_on)) == ["chart.state"]
    pay(running, paid_on)
    if euros is None:
        assert refused(lambda: fix_interest(running, paid_on)) == ["interest.owed"]
        return
    fix_interest(running, paid_on)
    found = owed(running, PayableKind.INTEREST)
    assert (found.gross, found.organisation) == (Decimal(euros), ZILVERDAM)
    assert len(letters(running, "interest-decision")) == 1
    assert refused(lambda: fix_interest(running, paid_on)) == ["interest.owed"]
    assert problems(running) == []


def test_interest_for_another_payee_does_not_change_the_payee_of_the_late_payment(running: Engine) -> None:
    owe_a_penalty(running)
    pay(running, date(2027, 1, 14))
    other = {"payee": "Heirs of A. Voorbeeld", "iban": "NL91ABNA0417164300"}
    by = person(Role.FINANCE, ZILVERDAM)
    do(running, "payable", owed(running).id, "fix-interest", by=by, at=noon(date(2027, 1, 14)), body=other)
    with Session(running) as session:
        context = RequestContext(session, by, noon(date(2027, 1, 14)), Configuration())
        shown = payments.payable_views(
            context, [owed(running, kind) for kind in (PayableKind.PENALTY, PayableKind.INTEREST)]
        )
    assert [(view.payee, view.iban) for view in shown] == [(TO["payee"], TO["iban"]), (other["payee"], other["iban"])]
