"""Loading the demonstration office: its history is lived again, step by step in order of time, through the door."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from api.demonstration.applications import CASES
from api.demonstration.bodies import application as new_application
from api.demonstration.bodies import body, handle, hours_after
from api.demonstration.people import AUDITOR, EMPLOYERS, OFFICE, Member, of_employers
from api.demonstration.walk import STATEMENT, next_step
from rules.calendar import is_open
from rules.moments import office_day
from rules.roles import Actor, Role
from rules.working_hours import add_or_provisional, office_time
from states import queue
from states.actions import Action
from states.bank_messages import take_in
from states.database import transaction
from states.deadlines import pass_due
from states.door import fire
from states.tables.application import Application
from states.tables.ledger import Stream
from states.tables.people import Organisation, Person
from states.tables.work import Threshold

Progress = Callable[[int, int, str], None]

ADMINISTRATOR = Actor("administrator-1", Role.ADMINISTRATOR)
OPENED = timedelta(days=170)
"""How long ago the office opened its doors."""
CLAIMS = (
    Actor("officer-2", Role.OFFICER),
    Actor("adviser-2", Role.ADVISER),
    Actor("finance-oosterveen-1", Role.FINANCE, "gemeente-oosterveen"),
    Actor("employer-de-vliet-1", Role.EMPLOYER, "waterschap-de-vliet"),
)
"""Who took a piece of work from the queue in the end."""
RUN = "demonstration"
MORE_HOURS = 8
"""Working hours after which a case that must wait is looked at again."""


def load(engine: Engine, *, at: datetime, progress: Progress) -> int:
    """Load the demonstration office; answers how many steps that took, 0 where it was there already.

    A load that was killed goes on where it stopped: what is missing is derived from what is there.

    Args:
        engine: an engine on the migrated database; nothing else works on it yet.
        at: now, aware; everything lies before it.
        progress: told, every day of the history anew, how many of how many days are done, and which day it is.
    """
    with transaction(engine) as session:
        if session.get(Person, AUDITOR.id) is not None:
            return 0
    history = History(engine, at, progress)
    history.open_office()
    history.live()
    history.complete()
    return history.steps


class History:
    """The five months before an instant."""

    def __init__(self, engine: Engine, at: datetime, progress: Progress) -> None:
        self.engine = engine
        self.at = at
        self.end = last_office_moment(at)
        self.progress = progress
        self.steps = 0

    def open_office(self) -> None:
        """Register the employers and the people who are not there yet."""
        opened = add_or_provisional(self.at - OPENED, 0)[0]
        for employer in EMPLOYERS:
            with transaction(self.engine) as session:
                if session.get(Organisation, employer.id) is None:
                    fire(session, "organisation", None, "register", by=ADMINISTRATOR, at=opened, body=employer.body())
        for member in (*OFFICE, *of_employers()):
            with transaction(self.engine) as session:
                register(session, member, opened)

    def live(self) -> None:
        """Let every case go on in its turn, and the clock remind on time, until every case stands where it stops."""
        agenda = [(self.first(number), number) for number in range(len(CASES))]
        heapq.heapify(agenda)
        begun = min(agenda)[0] if agenda else self.end
        days, told = (self.end - begun).days + 1, -1
        while agenda:
            moment, number = heapq.heappop(agenda)
            if (day := (moment - begun).days) > told:
                told = day
                self.progress(day, days, f"{office_day(moment):%d %B %Y}")
            self.remind(moment)
            later = self.step(number, moment)
            if later is not None:
                heapq.heappush(agenda, (later, number))
        self.remind(self.at)
        self.progress(days, days, "Up to now")

    def first(self, number: int) -> datetime:
        """When a case begins, or goes on after a load that was killed."""
        with transaction(self.engine) as session:
            found = application_of(session, number)
            if found is None:
                return self.shift(self.at - timedelta(days=CASES[number].days_ago), number % 7 + 0.5)
            return self.shift(session.get_one(Stream, found.stream).last_at, MORE_HOURS)

    def shift(self, moment: datetime, hours: float) -> datetime:
        """So many working hours later, but not after now."""
        return min(add_or_provisional(moment, hours)[0], self.end)

    def step(self, number: int, moment: datetime) -> datetime | None:
        """Take a case's next step; answers when to look at it again, None where it stops."""
        with transaction(self.engine) as session:
            found = application_of(session, number)
            if found is None:
                by, content = new_application(number, moment)
                fire(session, "application", None, "receive", by=by, at=moment, body=content)
                taken = "application/receive"
            else:
                action = next_step(session, number, found, moment)
                if action is None:
                    return None
                taken = f"{action.chart}/{action.event}"
                planned = self.at - timedelta(days=CASES[number].on_day.get(taken, 10_000))
                if not action.allowed or planned > moment:
                    again = max(self.shift(planned, 1), self.shift(moment, MORE_HOURS))
                    return again if moment < self.end else None
                self.take(session, number, action, moment)
            queue.offer_due(session, at=moment, run=RUN)
        self.steps += 1
        return self.shift(moment, hours_after(number, taken))

    def take(self, session: Session, number: int, action: Action, moment: datetime) -> None:
        """Let the step happen."""
        assert action.person is not None
        by = Actor(action.person, action.role, action.organisation)
        content = body(number, action, moment, office_day(self.at))
        if f"{action.chart}/{action.event}" == STATEMENT:
            take_in(session, content["document"].encode(), by=by, at=moment)
        else:
            fire(session, action.chart, action.subject, action.event, by=by, at=moment, body=content)

    def remind(self, until: datetime) -> None:
        """Let the clock pass every threshold that was due by then, at the very moment it was due."""
        due = select(Threshold.due_at).where(col(Threshold.passed_at).is_(None), col(Threshold.due_at) <= until)
        while True:
            with transaction(self.engine) as session:
                moment = session.exec(due.order_by(col(Threshold.due_at)).limit(1)).first()
                if moment is None or not pass_due(session, at=moment, limit=100):
                    return

    def complete(self) -> None:
        """Claim some work, and say that the office is complete, in one transaction."""
        with transaction(self.engine) as session:
            for by in CLAIMS:
                queue.claim(session, by=by, at=self.end)
            register(session, AUDITOR, self.end)


def register(session: Session, member: Member, at: datetime) -> None:
    """Register someone who is not there yet."""
    if session.get(Person, member.id) is None:
        fire(session, "person", None, "register", by=ADMINISTRATOR, at=at, body=member.body())


def application_of(session: Session, number: int) -> Application | None:
    """The application of a line of the table, if it is there."""
    query = select(Application).where(Application.applicant == handle(number))
    return session.exec(query.order_by(col(Application.created_at)).limit(1)).first()


def last_office_moment(at: datetime) -> datetime:
    """The last moment of office hours before an instant."""
    day = office_day(at)
    while not is_open(day) or office_time(day)[0] >= at:
        day -= timedelta(days=1)
    return min(office_time(day)[1], at) - timedelta(minutes=1)
