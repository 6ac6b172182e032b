"""Load the demonstration office by replaying its history through the engine, step by step in order of time."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from api.demonstration.applications import CASES
from api.demonstration.example_bodies import application as new_application
from api.demonstration.example_bodies import body, handle, hours_after
from api.demonstration.next_step import STATEMENT, next_step
from api.demonstration.people import AUDITOR, EMPLOYERS, FIRST, OFFICE, Member, of_employers
from rules.business_calendar.closed_days import why_surely_closed
from rules.business_calendar.working_hours import add_or_provisional, office_time
from rules.core.dates import office_day
from rules.core.roles import ENGINE, Actor, Role
from rules.procedure.grants import takes_two
from states.commands.available_actions import Action
from states.commands.bank_files import take_in
from states.commands.fire import fire
from states.engine.founding import FIRST_PEOPLE
from states.jobs.reminders import pass_due
from states.queue import claiming, offers
from states.storage.database import transaction
from states.tables.application import Application
from states.tables.deadlines import Threshold
from states.tables.ledger import Stream
from states.tables.people import Organisation, Person

Progress = Callable[[int, int, str], None]

HEAD, ADMINISTRATOR = (Actor(member.id, member.role) for member in FIRST)
OPENED = timedelta(days=170)
"""How long ago the office opened."""
LAST_CLAIMS = (
    Actor("officer-2", Role.OFFICER),
    Actor("adviser-2", Role.ADVISER),
    Actor("finance-oosterveen-1", Role.FINANCE, "gemeente-oosterveen"),
    Actor("employer-de-vliet-1", Role.EMPLOYER, "waterschap-de-vliet"),
)
"""Who claims a work item from the queue at the end of the load."""
RUN = "demonstration"
RESUME_HOURS = 0.5
"""Working hours until a case continues after an interrupted load; short, as a sealed batch must leave in time."""
RETRY_HOURS = 8
"""Working hours until a case that has to wait is tried again."""


def load(engine: Engine, *, at: datetime, progress: Progress) -> int:
    """Load the demonstration office; returns the number of steps, 0 if it was already loaded.

    An interrupted load continues where it stopped: the missing steps are derived from what is stored.

    Args:
        engine: an engine on the migrated database, which nothing else uses yet.
        at: the current time, with time zone; the whole history lies before it.
        progress: called for every day of the history with the days done, the total, and the name of the day.
    """
    with transaction(engine) as session:
        if session.get(Person, AUDITOR.id) is not None:
            return 0
    history = History(engine, at, progress)
    history.open_office()
    history.replay()
    history.complete()
    return history.steps


class History:
    """History of the demonstration office: the five months before an instant."""

    def __init__(self, engine: Engine, at: datetime, progress: Progress) -> None:
        self.engine = engine
        self.at = at
        self.end = last_office_moment(at)
        self.progress = progress
        self.steps = 0
        self.known: dict[int, str] = {}
        """The received applications, by their index in ``CASES``."""

    def open_office(self) -> None:
        """Found the office with its head and administrator, who then register the employers and the other people."""
        opened = add_or_provisional(self.at - OPENED, 0)[0]
        with transaction(self.engine) as session:
            for member in FIRST:
                if session.get(Person, member.id) is None:
                    body = {**member.body(), "demonstration": True}
                    fire(session, "person", None, FIRST_PEOPLE, by=ENGINE, at=opened, body=body)
            for employer in EMPLOYERS:
                if session.get(Organisation, employer.id) is None:
                    fire(session, "organisation", None, "register", by=ADMINISTRATOR, at=opened, body=employer.body())
            for member in (*OFFICE, *of_employers()):
                register(session, member, opened)

    def replay(self) -> None:
        """Take the steps of all cases in order of time, with reminders on time, until every case has stopped."""
        agenda = [(self.start_of(number), number) for number in range(len(CASES))]
        heapq.heapify(agenda)
        begun = min(agenda)[0] if agenda else self.end
        days, last_day = (office_day(self.end) - office_day(begun)).days + 1, -1
        while agenda:
            moment, number = heapq.heappop(agenda)
            if (day := (office_day(moment) - office_day(begun)).days) > last_day:
                last_day = day
                self.progress(day, days, f"{office_day(moment):%d %B %Y}")
                self.begin_day(moment)
            later = self.step(number, moment)
            if later is not None:
                heapq.heappush(agenda, (later, number))
        self.begin_day(self.at)
        self.progress(days, days, "Up to now")

    def start_of(self, number: int) -> datetime:
        """Return when a case begins, or continues after an interrupted load."""
        with transaction(self.engine) as session:
            query = select(Application.id).where(Application.applicant == handle(number))
            found = session.exec(query.order_by(col(Application.created_at)).limit(1)).first()
            if found is None:
                return self.shift(self.at - timedelta(days=CASES[number].days_ago), number % 7 + 0.5)
            self.known[number] = found
            return self.shift(session.get_one(Stream, found).last_at, RESUME_HOURS)

    def shift(self, moment: datetime, hours: float) -> datetime:
        """Return the moment a number of working hours later, but not after now."""
        return min(add_or_provisional(moment, hours)[0], self.end)

    def step(self, number: int, moment: datetime) -> datetime | None:
        """Take the next step of a case; returns when to try the following one, None if the case has stopped."""
        with transaction(self.engine) as session:
            if number not in self.known:
                by, content = new_application(number, moment)
                outcome = fire(session, "application", None, "receive", by=by, at=moment, body=content)
                self.known[number] = outcome.row.id
                taken = "application/receive"
            else:
                application = session.get_one(Application, self.known[number])
                action = next_step(session, number, application, moment)
                if action is None:
                    return None
                taken = f"{action.chart}/{action.event}"
                planned = self.planned(number, taken)
                if planned > moment:
                    return planned
                if not action.allowed:
                    return self.shift(moment, RETRY_HOURS) if moment < self.end else None
                self.carry_out(session, number, action, moment)
        self.steps += 1
        return self.shift(moment, hours_after(number, taken))

    def planned(self, number: int, step: str) -> datetime:
        """Return the moment for which a step is planned, or the begin of the case if it is not planned."""
        case = CASES[number]
        return self.shift(self.at - timedelta(days=case.on_day.get(step, case.days_ago)), 0)

    def carry_out(self, session: Session, number: int, action: Action, moment: datetime) -> None:
        """Carry out an action."""
        assert action.person is not None
        by = Actor(action.person, action.role, action.organisation)
        content = body(number, action, moment, office_day(self.at))
        if f"{action.chart}/{action.event}" == STATEMENT:
            take_in(session, content["document"].encode(), by=by, at=moment)
        else:
            fire(session, action.chart, action.subject, action.event, by=by, at=moment, body=content)

    def begin_day(self, until: datetime) -> None:
        """Offer the due work, and pass every threshold that is due, each at its own moment."""
        due = select(Threshold.due_at).where(col(Threshold.passed_at).is_(None), col(Threshold.due_at) <= until)
        with transaction(self.engine) as session:
            offers.offer_due(session, at=min(until, self.end), run=RUN)
            while (moment := session.exec(due.order_by(col(Threshold.due_at)).limit(1)).first()) is not None:
                if not pass_due(session, at=moment, limit=100):
                    return

    def complete(self) -> None:
        """Claim some work, and say that the office is complete, in one transaction."""
        with transaction(self.engine) as session:
            for by in LAST_CLAIMS:
                claiming.claim(session, by=by, at=self.end)
            register(session, AUDITOR, self.end)


def register(session: Session, member: Member, at: datetime) -> None:
    """Register someone who is not there yet; the head confirms a role that takes two people."""
    if session.get(Person, member.id) is not None:
        return
    body = member.body()
    fire(session, "person", None, "register", by=ADMINISTRATOR, at=at, body=body)
    if takes_two(member.role, office_day(at)):
        fire(session, "person", member.id, "confirm-duty", by=HEAD, at=at, body=body["duties"][0])


def last_office_moment(at: datetime) -> datetime:
    """Return the last moment of office hours before an instant."""
    day = office_day(at)
    while why_surely_closed(day) or office_time(day)[0] >= at:
        day -= timedelta(days=1)
    return min(office_time(day)[1], at) - timedelta(minutes=1)
