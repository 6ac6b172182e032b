"""What is due, done: plain functions, called by flows, by the dispatcher and by the clock.

Each works in its own transactions and asks the database what is due, so any of them may die on any line
and be called again by anyone. ``at`` is the moment of the call; ``runner`` says who called, for readiness.
"""

import re
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import structlog
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from notifications.channels import Channel, OutcomeUnknownError, TransientChannelError, channel
from notifications.errors import NotificationsError
from notifications.letters import render
from notifications.message import compose
from rules.core.dates import office_day
from rules.core.roles import ENGINE
from states.commands import bank_files
from states.engine.bodies import REFERENCE
from states.errors import StatesError
from states.jobs import calendar_horizon, digests, due_batches, ended_offices, reminders, runs
from states.letters import outbox
from states.queue import alarms, reassignment
from states.queue import offers as offering
from states.settings import Configuration
from states.storage import checkpoints
from states.storage.database import transaction
from states.tables.letters import Outbox

DISPATCH = "dispatch"
DELIVER = "deliver-outbox"
BATCHES = "build-batches"
BANK = "import-bank-messages"
REMIND = "remind"
QUEUE = "tend-queue"
OFFICES = "watch-offices"
CALENDAR = "watch-calendar"
NUMBER = "number-entries"
DIGEST = "digest"
"""The names under which each records that it ran to its end; deployments and jobs of the clock bear the same."""
AT_ONCE = 100
"""Thresholds passed in one transaction."""
_LOG = structlog.get_logger()


def offer(engine: Engine, at: datetime, run: str, *, runner: str = "direct") -> list[str]:
    """Offer the work that nobody was told of yet, some at a time; answers its references, most urgent first.

    Args:
        engine: the database.
        at: the moment of offering.
        run: what the items remember as having offered them.
        runner: who called.
    """
    with transaction(engine) as session:
        offered = offering.offer_due(session, at=at, run=run)
    with transaction(engine) as session:
        alarms.update_alarms(session, at=at)
    _finished(engine, DISPATCH, at, runner)
    # What belongs to no case is named by its work, for a subject may be a person.
    return [one.application if re.fullmatch(REFERENCE, one.application) else one.id for one in offered]


def offer_all(engine: Engine, now: Callable[[], datetime], run: str, *, runner: str) -> None:
    """Offer until there is nothing that nobody was told of; what came meanwhile is in the next pass."""
    while offer(engine, now(), run, runner=runner):
        """A pass offers acute work by itself, or some of the rest."""


def offers(engine: Engine) -> bool:
    """Whether there is work that nobody was told of yet."""
    with transaction(engine) as session:
        return offering.has_unoffered_work(session)


def tend_queue(engine: Engine, at: datetime) -> int:
    """Put back what was claimed and not worked on, and let alarms ring or end; answers how much went back."""
    returned = _all(engine, lambda session: len(reassignment.return_unworked(session, at=at)))
    with transaction(engine) as session:
        alarms.update_alarms(session, at=at)
    return returned


def remind(engine: Engine, at: datetime) -> int:
    """Pass every threshold that is due, some at a time; answers how many.

    A term that cannot be passed holds up no other: it is left out, tried again at the next tick, and shown as overdue
    by ``GET /v1/timers`` until then.
    """
    passed, skip = 0, set[str]()
    while True:
        known = len(skip)
        try:
            with transaction(engine) as session:
                now = reminders.pass_due(session, at=at, limit=AT_ONCE, skip=skip)
        except OperationalError:
            raise
        except Exception:  # noqa: BLE001  # whatever it is, the others go on
            now = _one_by_one(engine, at, skip)
        passed += now
        if now == 0 and len(skip) == known:
            return passed


def _one_by_one(engine: Engine, at: datetime, skip: set[str]) -> int:
    """Pass what is due term by term, adding what cannot be passed to ``skip``; answers how many passed."""
    with transaction(engine) as session:
        found = reminders.due_terms(session, at=at, limit=AT_ONCE * reminders.LOOK_AHEAD, skip=skip)
    passed = 0
    for each in found:
        try:
            with transaction(engine) as session:
                passed += reminders.pass_terms(session, [each], at=at, limit=1)
        except OperationalError:
            raise
        except Exception:  # noqa: BLE001  # as above
            skip.add(each.term)
            _LOG.exception("term-not-passed", term=each.term)
    return passed


def watch_offices(engine: Engine, at: datetime) -> int:
    """Ask after offices whose end has passed; answers how many were asked after."""
    with transaction(engine) as session:
        return ended_offices.request_end_of_office(session, at=at, limit=AT_ONCE)


def digest(engine: Engine, at: datetime) -> int:
    """Post the daily digests of those who are at work now; answers how many people were looked at."""
    return _all(engine, lambda session: digests.post_due(session, at=at, limit=AT_ONCE))


def watch_calendar(engine: Engine, at: datetime) -> int:
    """Settle provisional terms that the calendar covers by now, and warn of its end; answers how many were settled."""
    return _all(engine, lambda session: calendar_horizon.settle_provisional_terms(session, at=at))


def number(engine: Engine, at: datetime) -> int:
    """Number the entries of the ledger that were committed since, and close them with a checkpoint."""
    return _all(engine, lambda session: checkpoints.number_entries(session, at=at))


def build_batches(engine: Engine, at: datetime, *, runner: str = "direct") -> list[str]:
    """Gather approved payables into batches; answers the batches' ids."""
    with transaction(engine) as session:
        built = due_batches.build_due(session, at=at)
    _finished(engine, BATCHES, at, runner)
    return built


def deliver(
    engine: Engine,
    configuration: Configuration,
    at: datetime,
    *,
    carrier: Channel | None = None,
    runner: str = "direct",
) -> int:
    """Send what lies in the outbox; answers how many letters were carried.

    Args:
        engine: the database.
        configuration: whom the letters come from, and the channel where none is given.
        at: the moment of sending.
        carrier: another channel than the configuration's.
        runner: who called.

    Raises:
        TransientChannelError: the channel carries nothing now; what was tried waits, the rest is untouched.
    """
    carrier = carrier or channel(configuration)
    carried = 0
    while True:
        # One by one: a sender that dies leaves one letter in doubt, not a bundle.
        with transaction(engine) as session:
            rows = outbox.lease(session, at=at, limit=1)
        if not rows:
            break
        carried += _send(engine, configuration, carrier, rows[0], at)
    _finished(engine, DELIVER, at, runner)
    return carried


def _send(engine: Engine, configuration: Configuration, carrier: Channel, row: Outbox, at: datetime) -> bool:
    """Send one leased letter and record what became of it; answers whether it was carried."""
    # More than one attempt: a sender died with it in hand.
    arrived = carrier.carried(row.message_id) if row.attempts > 1 else False
    if arrived is False:
        try:
            carrier.send(_message(engine, configuration, row))
            arrived = True
        except OutcomeUnknownError:
            arrived = None
        except TransientChannelError as error:
            with transaction(engine) as session:
                outbox.failed(session, row.id, at=at, problem=str(error), final=False)
            raise
        except (NotificationsError, StatesError) as error:
            # The words of these errors repeat nothing personal.
            with transaction(engine) as session:
                outbox.failed(session, row.id, at=at, problem=str(error), final=True)
            _LOG.warning("letter-failed", letter=row.id, error=type(error).__name__)
            return False
    with transaction(engine) as session:
        if arrived:
            outbox.sent(session, row.id, at=at)
        else:
            outbox.unknown(session, row.id, at=at)
            _LOG.warning("letter-outcome-unknown", letter=row.id)
    return bool(arrived)


def _message(engine: Engine, configuration: Configuration, row: Outbox) -> EmailMessage:
    with transaction(engine) as session:
        recipient = outbox.address(session, row.recipient)
    facts = row.facts | {
        "reference": row.application,
        "link": f"http://{configuration.host}:{configuration.port}/",
        "sent_on": office_day(row.created_at).isoformat(),
    }
    return compose(
        render(row.letter, facts, row.language),
        sender=configuration.sender,
        recipient=recipient,
        message_id=row.message_id,
        at=row.created_at,  # the same in every attempt, so that every attempt is the same letter
    )


def take_in_bank_files(engine: Engine, configuration: Configuration, at: datetime, *, runner: str = "direct") -> int:
    """Take in the bank's files from ``in/``; answers how many.

    Each goes on to ``done/``, or to ``refused/`` with a note that says why. A file whose taker died before it
    was moved comes again, and must then change nothing.
    """
    folder = configuration.bank
    for name in ("in", "done", "refused"):
        (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    taken = 0
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as guard:
        # Held by the connection, so over the commit and the move, and given up when this process dies.
        lock = {"name": f"bank:{folder}"}
        if guard.execute(text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))"), lock).scalar():
            try:
                taken = sum(_take_in(engine, folder, file, at) for file in sorted((folder / "in").glob("*.xml")))
            finally:
                guard.execute(text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))"), lock)
    _finished(engine, BANK, at, runner)
    return taken


def _take_in(engine: Engine, folder: Path, file: Path, at: datetime) -> bool:
    try:
        with file.open("rb") as source, transaction(engine) as session:
            bank_files.take_in(session, source, by=ENGINE, at=at)
    except StatesError as error:
        (folder / "refused" / f"{file.name}.txt").write_text(f"{error}\n", encoding="utf-8")
        file.rename(folder / "refused" / file.name)
        _LOG.warning("bank-file-refused", file=file.name)
        return False
    file.rename(folder / "done" / file.name)
    return True


def _all(engine: Engine, some: Callable[[Session], int]) -> int:
    """Do some in a transaction until none is left; answers how many."""
    done = 0
    while True:
        with transaction(engine) as session:
            now = some(session)
        if not now:
            return done
        done += now


def _finished(engine: Engine, flow: str, at: datetime, runner: str) -> None:
    with transaction(engine) as session:
        runs.record_runs(session, flow, at=at, runner=runner)
