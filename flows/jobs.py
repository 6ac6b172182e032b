"""Jobs: plain functions that do the work that is due, called by flows, the dispatcher and the clock.

Each works in its own transactions and asks the database what is due, so any of them may stop at any line and be called
again by any process. ``at`` is the moment of the call; ``runner`` names the caller, for readiness.
"""

import re
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage

import structlog
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from flows import bank_folder
from notifications.channels import Channel, OutcomeUnknownError, TransientChannelError, channel
from notifications.errors import NotificationsError
from notifications.letters import render
from notifications.message import compose
from rules.core.dates import office_day
from states.engine.patterns import REFERENCE
from states.errors import StatesError
from states.jobs import calendar_horizon, digests, due_batches, ended_offices, reminders, runs
from states.letters import outbox
from states.queue import alarms, hand_back, reassignment
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
"""The names under which completed runs are recorded; deployments and jobs of the clock have the same names."""
BATCH_SIZE = 100
"""The most thresholds, offices or digests handled in one transaction."""
_LOG = structlog.get_logger()


def offer(engine: Engine, at: datetime, run: str, *, runner: str = "direct") -> list[str]:
    """Offer some of the work that was not offered before; returns its references, most urgent first.

    Args:
        engine: the database.
        at: the moment of offering.
        run: stored with the items as the run that offered them.
        runner: the caller.
    """
    with transaction(engine) as session:
        offered = offering.offer_due(session, at=at, run=run)
    with transaction(engine) as session:
        alarms.update_alarms(session, at=at)
    _record_run(engine, DISPATCH, at, runner)
    # Work without a case is named by its own id, because its subject may be a person.
    return [item.application if re.fullmatch(REFERENCE, item.application) else item.id for item in offered]


def offer_all(engine: Engine, now: Callable[[], datetime], run: str, *, runner: str) -> None:
    """Offer until all work is offered; work created meanwhile is in the next pass."""
    while offer(engine, now(), run, runner=runner):
        """A pass offers either acute work or some of the rest."""


def has_unoffered_work(engine: Engine) -> bool:
    """Whether there is work that was not offered yet."""
    with transaction(engine) as session:
        return offering.has_unoffered_work(session)


def tend_queue(engine: Engine, at: datetime) -> int:
    """Return stale claims and the work of missing people, and raise or clear alarms; returns how many returned."""
    returned = _until_none_left(engine, lambda session: len(hand_back.return_from_missing(session, at=at)))
    returned += _until_none_left(engine, lambda session: len(reassignment.return_unworked(session, at=at)))
    with transaction(engine) as session:
        alarms.update_alarms(session, at=at)
    return returned


def remind(engine: Engine, at: datetime) -> int:
    """Pass every threshold that is due, some at a time; returns how many.

    A term that fails delays no other: it is left out, tried again at the next tick, and shown as overdue by
    ``GET /v1/timers`` until then.
    """
    passed, skip = 0, set[str]()
    while True:
        known = len(skip)
        try:
            with transaction(engine) as session:
                now = reminders.pass_due(session, at=at, limit=BATCH_SIZE, skip=skip)
        except OperationalError:
            raise
        except Exception:  # noqa: BLE001  # after any error the other terms continue
            now = _one_by_one(engine, at, skip)
        passed += now
        if now == 0 and len(skip) == known:
            return passed


def _one_by_one(engine: Engine, at: datetime, skip: set[str]) -> int:
    """Pass due thresholds term by term, adding terms that fail to ``skip``; returns how many passed."""
    with transaction(engine) as session:
        due = reminders.due_terms(session, at=at, limit=BATCH_SIZE * reminders.LOOK_AHEAD, skip=skip)
    passed = 0
    for term in due:
        try:
            with transaction(engine) as session:
                passed += reminders.pass_terms(session, [term], at=at, limit=1)
        except OperationalError:
            raise
        except Exception:  # noqa: BLE001  # as above
            skip.add(term.term)
            _LOG.exception("term-reminder-failed", term=term.term)
    return passed


def watch_offices(engine: Engine, at: datetime) -> int:
    """Request recording of ended offices whose end date has passed; returns how many were requested."""
    with transaction(engine) as session:
        return ended_offices.request_end_of_office(session, at=at, limit=BATCH_SIZE)


def digest(engine: Engine, at: datetime) -> int:
    """Post the daily digests of people who are at work now; returns how many people were checked."""
    return _until_none_left(engine, lambda session: digests.post_due(session, at=at, limit=BATCH_SIZE))


def watch_calendar(engine: Engine, at: datetime) -> int:
    """Settle provisional terms that the calendar now covers, and warn of its end; returns how many were settled."""
    return _until_none_left(engine, lambda session: calendar_horizon.settle_provisional_terms(session, at=at))


def number(engine: Engine, at: datetime) -> int:
    """Number the ledger entries committed since the last run, and add a checkpoint; returns how many were numbered."""
    return _until_none_left(engine, lambda session: checkpoints.number_entries(session, at=at))


def build_batches(engine: Engine, at: datetime, *, runner: str = "direct") -> list[str]:
    """Gather approved payables into batches; returns the batches' ids."""
    with transaction(engine) as session:
        built = due_batches.build_due(session, at=at)
    _record_run(engine, BATCHES, at, runner)
    return built


def deliver(
    engine: Engine,
    configuration: Configuration,
    at: datetime,
    *,
    carrier: Channel | None = None,
    runner: str = "direct",
) -> int:
    """Send the letters in the outbox; returns how many were sent.

    Args:
        engine: the database.
        configuration: the sender of the letters, and the channel if none is given.
        at: the moment of sending.
        carrier: a channel to use instead of the configuration's.
        runner: the caller.

    Raises:
        TransientChannelError: the channel is not available; the letter that was tried waits, the rest is untouched.
    """
    carrier = carrier or channel(configuration)
    carried = 0
    while True:
        # One by one: a sender that stops leaves the outcome of one letter unknown, not of many.
        with transaction(engine) as session:
            rows = outbox.lease(session, at=at, limit=1)
        if not rows:
            break
        carried += _send(engine, configuration, carrier, rows[0], at)
    _record_run(engine, DELIVER, at, runner)
    return carried


def _send(engine: Engine, configuration: Configuration, carrier: Channel, row: Outbox, at: datetime) -> bool:
    """Send one leased letter and record its outcome; returns whether it was sent."""
    # More than one attempt: an earlier sender may have sent it and stopped before it recorded so.
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
            # The text of these errors holds nothing personal.
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
        "link": f"{configuration.pages_url}/brief/{row.id}",  # an id that says nothing
        "sent_on": office_day(row.created_at).isoformat(),
    }
    return compose(
        render(row.letter, facts, row.language),
        sender=configuration.sender,
        recipient=recipient,
        message_id=row.message_id,
        at=row.created_at,  # not the time of this attempt, so that every attempt is the same letter
    )


def import_bank_files(engine: Engine, configuration: Configuration, at: datetime, *, runner: str = "direct") -> int:
    """Import the bank's files from ``in/``; returns how many.

    Each is moved to ``done/``, or to ``refused/`` with a note that says why. A file whose import was committed but not
    moved is imported again, which changes nothing.
    """
    folder = configuration.bank
    bank_folder.make_private(folder)
    imported = 0
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as guard:
        # Held by the connection: until after the commit and the move, and released when this process dies.
        lock = {"name": f"bank:{folder}"}
        if guard.execute(text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))"), lock).scalar():
            try:
                imported = bank_folder.import_all(engine, folder, at)
            finally:
                guard.execute(text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))"), lock)
    _record_run(engine, BANK, at, runner)
    return imported


def _until_none_left(engine: Engine, some: Callable[[Session], int]) -> int:
    """Repeat a job, each time in a transaction of its own, until it finds nothing; returns the total."""
    done = 0
    while True:
        with transaction(engine) as session:
            now = some(session)
        if not now:
            return done
        done += now


def _record_run(engine: Engine, flow: str, at: datetime, runner: str) -> None:
    with transaction(engine) as session:
        runs.record_runs(session, flow, at=at, runner=runner)
