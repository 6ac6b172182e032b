"""Random cases: any order of events, late facts and corrections, drawn by Hypothesis and recorded as real events.

It is bounded and the same every time; ``RANDOM_CASES=200`` tries that many runs, different each time, and takes a
few seconds for each.
"""

import os
from contextlib import ExitStack
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from invariants import expect_case_holds, expect_chain_holds, expect_invariants_kept, expect_office_holds, stored_terms
from office import (
    ADMINISTRATOR,
    GOUDVEEN,
    LAAGLAND,
    OFFICER,
    START,
    ZILVERDAM,
    act,
    at_event,
    carry_out,
    do,
    enrol,
    furnish,
    onward,
    person,
    problems,
    receive,
    snapshot,
    walk,
)
from prepared_databases import PreparedDatabases
from replayed_terms import Replay
from seeds import seeded
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from stages import SIDE_STAGES, refuse_one

from rules.access.authority import roles_of
from rules.core.dates import office_day
from rules.core.regulation import Domain
from rules.core.roles import OF_AN_EMPLOYER, Actor, Role
from rules.procedure.objections import Against
from states.charts.application import Stage
from states.commands.available_actions import ENDING, Action, actions
from states.commands.fire import fire
from states.engine import parties
from states.engine.employers import EmployerDirectory
from states.engine.event import EventContext
from states.engine.unit_of_work import UnitOfWork
from states.errors import MalformedError, RefusedError
from states.events.catalogue import EVENTS
from states.jobs import calendar_horizon
from states.jobs.ended_offices import request_end_of_office
from states.jobs.reminders import pass_due
from states.storage.database import transaction
from states.tables.application import Application, Takeover
from states.tables.deadlines import Term, TermSuspension
from states.tables.ledger import Stream
from states.tables.loans import Loan, Objection

TRIED = int(os.environ.get("RANDOM_CASES", "0"))
"""How many runs to try; 0 for the few that are always the same."""
SETTINGS = settings(
    max_examples=TRIED or 15,
    stateful_step_count=40,
    derandomize=not TRIED,
    database=None,
    deadline=None,
    phases=[Phase.generate],  # a run takes seconds: a failing one is shown as it is, not shortened
    suppress_health_check=list(HealthCheck),
)
BY_THE_LAW = (
    "awaiting-completion",
    "awaiting-foreign-information",
    "applicant-consents",
    "attributable-to-applicant",
    "force-majeure",
)
AGO = st.integers(-45, 20)
"""Days from today, for facts that are recorded late; days after today are mostly refused."""
WAITS = st.sampled_from([0, 0, 1, 30, 600, 1440, 3 * 1440, 9 * 1440, 20 * 1440, 40 * 1440])
"""Minutes that pass before a step."""


TWO = {"employers": [ZILVERDAM, GOUDVEEN], "name": "T. Tweewerk"}
COMMISSIONER = {"office": "kings-commissioner", "employers": [LAAGLAND], "inOfficeUntil": "2026-08-01"}
COUNCILLOR = {"office": "municipal-councillor"}
RECEIVED_BY_ALL = "received by all"
"""Not a stage: every employer received the request, and its term runs."""
FIRST_CASES: dict[str, tuple[tuple[dict[str, Any], Stage | str], ...]] = {
    "young": ((TWO, Stage.RECEIVED), (COMMISSIONER, Stage.RECEIVED), (COUNCILLOR, Stage.RECEIVED)),
    "asked": ((TWO, Stage.TAKEOVER), (COMMISSIONER, Stage.TAKEOVER), (COUNCILLOR, Stage.REFUSAL_INTENDED)),
    "late": ((TWO, RECEIVED_BY_ALL), (COMMISSIONER, RECEIVED_BY_ALL)),
    "provided": ((TWO, Stage.PROVISION), (COMMISSIONER, Stage.SETTLEMENT)),
    "old": ((TWO, Stage.BOOKING), (COMMISSIONER, Stage.CLOSED), (COUNCILLOR, Stage.REFUSED)),
}
"""The cases with which an office begins, and the stage of each on its first morning."""


def begin(engine: Engine, beginning: str) -> None:
    """An office with some cases, and a loan without an application."""
    with transaction(engine) as session:
        enrol(session, ADMINISTRATOR)
        wish = EVENTS["loan", "request"].example(EventContext(UnitOfWork(session, OFFICER, START), None, OFFICER))
    do(engine, "loan", None, "request", by=OFFICER, body={**(wish or {}), "name": "L. Leen"})
    for facts, stage in FIRST_CASES[beginning]:
        if stage is Stage.REFUSED:
            refuse_one(engine)
            object_to_one(engine)
        elif stage in SIDE_STAGES:
            SIDE_STAGES[Stage(stage)](engine)
        elif stage == RECEIVED_BY_ALL:
            walk(engine, receive(engine, **facts), Stage.PROVISION, before=at_event("take-over"))
        else:
            walk(engine, receive(engine, **facts), stage)


def object_to_one(engine: Engine) -> None:
    """An objection to the refusal."""
    with Session(engine) as session:
        refused = session.exec(select(Application.id).where(Application.state == Stage.REFUSED)).one()
    act(engine, refused, "file-objection", at=START)


class RandomCases(RuleBasedStateMachine):
    """A small office in which anything happens, in any order."""

    def __init__(self, prepared_databases: PreparedDatabases) -> None:
        super().__init__()
        self.prepared_databases, self.open = prepared_databases, ExitStack()
        self.replays: dict[str, Replay] = {}
        self.seen: dict[str, int] = {}
        self.refused: set[tuple[str, str]] = set()
        self.at = START + timedelta(hours=4)

    @initialize(beginning=st.sampled_from(sorted(FIRST_CASES)))
    def office_opens(self, beginning: str) -> None:
        # Ids are random: seeded, the same run comes out twice.
        self.open.enter_context(seeded(beginning))
        kind = f"cases-{beginning}"
        fill = self.prepared_databases.copy(kind, lambda engine: begin(engine, beginning), base="office")
        self.engine = self.open.enter_context(fill)
        self.open.enter_context(seeded(f"{beginning} goes on"))
        self.expect_to_hold()

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            try:
                assert problems(self.engine) == []
            finally:
                self.open.close()

    @property
    def on(self) -> date:
        return office_day(self.at)

    def references(self) -> list[str]:
        """The cases, the oldest first."""
        with Session(self.engine) as session:
            query = select(Application.id).order_by(col(Application.created_at), col(Application.id))
            return list(session.exec(query))

    def expect_to_hold(self) -> None:
        """Check the invariants of the streams in which something happened."""
        with Session(self.engine) as session:
            heads = dict(session.exec(select(Stream.id, Stream.seq).order_by(Stream.id)).all())
            changed = {key for key, seq in heads.items() if self.seen.get(key) != seq}
            cases = set(session.exec(select(Application.id)))
            loans = set(session.exec(select(Loan.id).where(col(Loan.application).is_(None))))
            for stream in sorted(changed & (cases | loans)):
                entries = (
                    expect_case_holds(session, stream, self.on)
                    if stream in cases
                    else expect_chain_holds(session, stream)
                )
                replay = self.replays.setdefault(stream, Replay())
                replay.feed(entries)
                replay.expect_agreement_with(stored_terms(session, stream))
            expect_office_holds(session, sorted(changed - cases - loans))
            self.seen = heads

    def later(self, minutes: int) -> None:
        """Let time pass; the clock may or may not have ticked."""
        self.at += timedelta(minutes=minutes)

    @rule(data=st.data(), wait=WAITS, steps=st.integers(1, 4))
    def a_case_advances(self, data: Any, wait: int, steps: int) -> None:
        """The steps that advance it, one after the other."""
        self.later(wait)
        case = data.draw(st.sampled_from(self.references()), "case")
        for _ in range(steps):
            if (action := onward(self.proposed(case))) is not None:
                self.do(action)

    @rule(data=st.data(), wait=WAITS)
    def something_happens(self, data: Any, wait: int) -> None:
        """Whatever is proposed as allowed is accepted."""
        self.later(wait)
        case = data.draw(st.sampled_from(self.references()), "case")
        allowed = [action for action in self.proposed(case) if action.allowed]
        if data.draw(st.integers(0, 5), "gently"):
            allowed = [action for action in allowed if action.event not in ENDING] or allowed
        if allowed:
            self.do(allowed[data.draw(st.integers(0, len(allowed) - 1), "which")])

    def proposed(self, case: str) -> list[Action]:
        """What can be done on a case now."""
        with Session(self.engine) as session:
            return actions(session, session.get_one(Application, case), at=self.at, demonstration=True)

    def do(self, action: Action) -> None:
        """Do exactly what was proposed."""
        note(f"{self.at:%Y-%m-%d %H:%M} {action.chart}/{action.event} {action.example}")
        with transaction(self.engine) as session:
            carry_out(session, action, at=self.at)
        self.expect_to_hold()

    def attempt(self, data: Any, chart: str, row: Any, event: str, body: dict[str, Any]) -> None:
        """Someone tries an event; a refusal gives its reason in both languages and changes nothing."""
        looked = (chart, event) in self.refused
        before = {} if looked else snapshot(self.engine)
        try:
            with transaction(self.engine) as session:
                row = session.get_one(type(row), row.id)
                by = self.someone(data, session, row, chart, event)
                note(f"{self.at:%Y-%m-%d %H:%M} {chart}/{event} by {by.person}: {body}")
                fire(session, chart, row.id, event, by=by, at=self.at, body=body)
        except (RefusedError, MalformedError) as error:
            refusal = error
        else:
            self.expect_to_hold()
            return
        assert says_why(refusal)
        if not looked:
            assert snapshot(self.engine) == before
            self.refused.add((chart, event))

    def someone(self, data: Any, session: Session, row: Any, chart: str, event: str) -> Actor:
        """Someone whose duty an event is."""
        role = data.draw(st.sampled_from([role for role in roles_of(chart, event) if role is not Role.ENGINE]), "role")
        if role is Role.APPLICANT:
            return Actor(parties.official_of(session, row.stream), role)
        if role in OF_AN_EMPLOYER:
            mine = EmployerDirectory(session).concerned_by(row) or [ZILVERDAM]
            return person(role, data.draw(st.sampled_from(mine), "employer"))
        return person(role)

    def day(self, data: Any, what: str) -> str:
        """A day around today."""
        return (self.on + timedelta(days=data.draw(AGO, what))).isoformat()

    def find(self, table: type[Any], key: str) -> Any:
        """A row by its key, detached; None where there is none."""
        with Session(self.engine, expire_on_commit=False) as session:
            return session.get(table, key)

    def pick(self, data: Any, table: type[Any], *where: Any) -> Any:
        """One row of a table under conditions; None where there is none."""
        with Session(self.engine, expire_on_commit=False) as session:
            found = list(session.exec(select(table).where(*where).order_by(table.id)))
        return found[data.draw(st.integers(0, len(found) - 1), table.__name__)] if found else None

    @rule(data=st.data(), wait=WAITS)
    def a_fact_is_corrected(self, data: Any, wait: int) -> None:
        self.later(wait)
        case = self.pick(data, Application)
        days = (
            "receivedOn",
            "takeoverReceivedOn",
            "inOfficeUntil",
            "actingSince",
            "certainSince",
            "exemptionOn",
            "officeSuspendedSince",
            "officeSuspendedUntil",
        )
        names = data.draw(st.lists(st.sampled_from(days), min_size=1, max_size=2, unique=True), "facts")
        body: dict[str, Any] = {name: self.day(data, name) for name in names} | {"reasons": "Checked again."}
        if "takeoverReceivedOn" in names and data.draw(st.booleans(), "named"):
            body["organisation"] = data.draw(st.sampled_from([ZILVERDAM, GOUDVEEN, LAAGLAND]), "whose")
        self.attempt(data, "application", case, "correct-fact", body)

    @rule(data=st.data(), wait=WAITS)
    def a_term_is_suspended(self, data: Any, wait: int) -> None:
        self.later(wait)
        body: dict[str, Any] = {"since": self.day(data, "since"), "reasons": "Something is awaited."}
        if data.draw(st.booleans(), "ends"):
            since = date.fromisoformat(body["since"])
            body["until"] = (since + timedelta(days=data.draw(st.integers(-2, 50), "for"))).isoformat()
        term = self.pick(data, Term, col(Term.suspendable).is_(True), col(Term.ended_on).is_(None))
        if term is None:
            return
        if term.kind.startswith("objection") and data.draw(st.booleans(), "as an objection"):
            body["ground"] = data.draw(st.sampled_from(["agreed", "omission", "procedure"]), "ground")
            self.attempt(data, "objection", self.find(Objection, term.subject), "suspend", body)
        elif case := self.find(Application, term.application):
            body |= {"ground": data.draw(st.sampled_from(BY_THE_LAW), "ground"), "term": term.kind}
            if data.draw(st.booleans(), "named"):
                body["organisation"] = term.organisation or ZILVERDAM
            self.attempt(data, "application", case, "suspend-term", body)

    @rule(data=st.data(), wait=WAITS)
    def a_term_resumes(self, data: Any, wait: int) -> None:
        self.later(wait)
        still = select(TermSuspension.term)
        term = self.pick(data, Term, col(Term.id).in_(still), col(Term.ended_on).is_(None))
        if term is None:
            return
        since = data.draw(st.sampled_from(("until", "completedOn")), "since")
        if term.kind.startswith("objection") and data.draw(st.booleans(), "as an objection"):
            body = {"until": self.day(data, "until")}
            self.attempt(data, "objection", self.find(Objection, term.subject), "resume", body)
        elif case := self.find(Application, term.application):
            body = {"term": term.kind, since: self.day(data, "day")}
            self.attempt(data, "application", case, "resume-term", body)

    @rule(data=st.data(), wait=WAITS)
    def an_employer_is_late(self, data: Any, wait: int) -> None:
        self.later(wait)
        takeover = self.pick(data, Takeover, col(Takeover.state).in_(("requested", "received", "taken-over")))
        if takeover is None:
            return
        announced = self.day(data, "announced")
        until = (self.on + timedelta(days=data.draw(st.integers(0, 90), "until"))).isoformat()
        event, body = data.draw(
            st.sampled_from(
                (
                    ("confirm-receipt", {"receivedOn": announced}),
                    ("give-notice", {"announcedOn": announced, "until": until, "reasons": "It takes longer."}),
                    ("default", {"receivedOn": announced}),
                    ("take-over", {"takenOverOn": announced}),
                    ("fix-penalty", {"payee": "A. Voorbeeld", "iban": "NL02ABNA0123456789", "announcedOn": announced}),
                ),
            ),
            "what",
        )
        self.attempt(data, "takeover", takeover, event, body)

    @rule(data=st.data(), wait=WAITS)
    def a_life_event_happens(self, data: Any, wait: int) -> None:
        self.later(wait)
        case, day = self.pick(data, Application), self.day(data, "day")
        against = data.draw(st.sampled_from(list(Against)), "against")
        domains = data.draw(st.lists(st.sampled_from(list(Domain)), min_size=1, max_size=4), "domains")
        stage = data.draw(st.sampled_from(("intake", "interview-held", "advice", "provision", "booking")), "stage")
        threat = {"kind": "death-threat", "source": "police", "occurredOn": day, "reportedToPolice": True}
        turns: tuple[tuple[str, dict[str, Any]], ...] = (
            ("record-move", {"movedOn": day, "homeAddress": "Nieuwelaan 2, 1234 AB Zilverdam"}),
            ("record-threat", threat),
            ("revise-advice", {"domains": [str(domain) for domain in domains], "reasons": "A new threat."}),
            ("reopen", {"stage": stage, "reasons": "It ended too soon."}),
            ("file-objection", {"against": str(against), "receivedOn": day, "grounds": "The facts are other ones."}),
            ("request-loan", {"description": "An alarm button.", "requestedOn": day}),
            ("forward", {"forwardedTo": "province", "forwardedOn": day}),
            ("end-office", {"endedOn": day}),
            ("record-death", {"diedOn": day}),
        )
        rarely = 0 if data.draw(st.integers(0, 2), "rarely") else 2
        event, body = data.draw(st.sampled_from(turns[: len(turns) - 2 + rarely]), "turn")
        self.attempt(data, "application", case, event, body)

    @rule(data=st.data(), wait=WAITS)
    def a_loan_or_an_objection_advances(self, data: Any, wait: int) -> None:
        self.later(wait)
        chart, table = data.draw(st.sampled_from((("loan", Loan), ("objection", Objection))), "what")
        row = self.pick(data, table)
        if row is None:
            return
        names = [name for (of, name), event in EVENTS.items() if of == chart and not event.creates]
        names = [name for name in names if set(roles_of(chart, name)) - {Role.ENGINE}]
        event = data.draw(st.sampled_from(sorted(names)), "event")
        with Session(self.engine) as session:
            row = session.get_one(table, row.id)
            body = EVENTS[chart, event].example(EventContext(UnitOfWork(session, OFFICER, self.at), row, OFFICER))
        self.attempt(data, chart, row, event, dict(body or {}))

    @rule(wait=WAITS)
    def the_clock_ticks(self, wait: int) -> None:
        """The clock does all that is due, one transaction after the other."""
        self.later(wait)
        while True:
            with transaction(self.engine) as session:
                passed = pass_due(session, at=self.at, limit=1)
            if not passed:
                break
            self.expect_to_hold()
        with transaction(self.engine) as session:
            request_end_of_office(session, at=self.at, limit=100)
            calendar_horizon.settle_provisional_terms(session, at=self.at)
        self.expect_to_hold()


def says_why(refusal: RefusedError | MalformedError) -> bool:
    """Whether every objection has words: a rule's in both languages, a field's with the name of the field."""
    if isinstance(refusal, MalformedError):
        return bool(refusal.problems) and all(field and words for field, words in refusal.problems)
    return bool(refusal.findings) and all(found.message and found.message_nl for found in refusal.findings)


@pytest.mark.timeout(0 if TRIED else 300)
def test_the_invariants_hold_after_any_events_in_any_order(prepared_databases: PreparedDatabases) -> None:
    with prepared_databases.copy("office", furnish):
        pass
    expect_invariants_kept(lambda: RandomCases(prepared_databases), SETTINGS)
