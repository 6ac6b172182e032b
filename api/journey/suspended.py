"""Suspended application (c): its term is suspended and resumed, and then passes its warning threshold."""

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from api.journey import common_steps, payment
from api.journey.case import ZILVERDAM, Case, Journey, receive
from rules.business_calendar.closed_days import is_open
from rules.core.dates import office_day
from rules.core.roles import Role

NETS = {"digital": "740.00"}
ESTIMATES = {"digital": "895.40"}
RECEIVED, INTERVIEWED, ADOPTED = timedelta(days=80), timedelta(days=60), timedelta(days=45)
"""How long ago; the employer had the request to take over for weeks before all this is recorded."""
TERM = timedelta(weeks=8)
SUSPENDED = timedelta(days=7)
"""Whole weeks, so that no weekend hides a moved day."""
EARLIER = timedelta(days=14)
"""How much earlier the employer had received the request than it first recorded."""
WAIT = 60.0
"""Seconds to wait for the reminder: the clock's tick, and the delivery from the outbox."""


def run(journey: Journey) -> Case:
    """Take the application to closed and return it, for a last check at the end of the journey."""
    journey.log.chapter("(c) An application whose term is suspended and resumed")
    today = office_day(datetime.now(UTC))
    case = receive(journey, received_on=today - RECEIVED)
    case.log.line(f"It came in by letter on {today - RECEIVED}; what happened since is recorded now.")
    common_steps.begin_intake(case)
    common_steps.interview(case, today - INTERVIEWED)
    common_steps.advise(case, ESTIMATES)
    common_steps.adopt(case, today - ADOPTED)
    suspend(case)
    pass_threshold(case)
    common_steps.take_over(case, ZILVERDAM)
    common_steps.provide(case)
    payment.settle(case, NETS, checks=False)
    expect_one_reminder(case)
    return case


def day_of_receipt(today: date) -> date:
    """Return a day of receipt for which half of the term has not passed and no later due day is a closed day."""
    days = [today - timedelta(days=back) for back in range(22, 28)]
    return next(day for day in days if all(map(is_open, due_days(day))))


def due_days(received: date) -> Sequence[date]:
    """Return the due days of this case: as received, as suspended, and as corrected."""
    return received + TERM, received + TERM + SUSPENDED, received - EARLIER + TERM + SUSPENDED


def term(case: Case) -> dict[str, Any]:
    """Return the employer's term to take over."""
    found: dict[str, Any] = next(item for item in case.part("deadlines") if item["kind"] == "takeover")
    return found


def suspend(case: Case) -> None:
    """Suspend the term for a week and check that its end moves by exactly a week."""
    log, received = case.log, day_of_receipt(case.today)
    common_steps.confirm_receipt(case, ZILVERDAM, received)
    log.expect_equal("The due day", term(case)["dueOn"], (received + TERM).isoformat())
    log.line(f"{ZILVERDAM} received the request on {received}: to be taken over by {term(case)['dueOn']} (Awb 4:13).")
    since = received + timedelta(days=7)
    body = {"term": "takeover", "ground": "applicant-consents", "since": since.isoformat(), "reasons": "On holiday."}
    case.carry_out(case.client.for_employer(Role.EMPLOYER, ZILVERDAM), "suspend-term", body)
    log.expect_equal("The due day while suspended", term(case)["dueOn"], None)
    until = since + SUSPENDED - timedelta(days=1)
    case.carry_out(case.client.for_employer(Role.EMPLOYER, ZILVERDAM), "resume-term", {"until": until.isoformat()})
    due = term(case)["dueOn"]
    log.expect_equal("The due day, moved by exactly the suspended days", due, (received + TERM + SUSPENDED).isoformat())
    log.line(f"Suspended from {since} through {until} and resumed: {SUSPENDED.days} days, so it is due on {due}.")
    log.expect_equal("Reminders before half of the term has passed", len(case.part("letters", letter="reminder")), 0)


def pass_threshold(case: Case) -> None:
    """Correct the receipt to an earlier day, so that half of the term has passed and one reminder is sent."""
    received = day_of_receipt(case.today) - EARLIER
    fact = {"takeoverReceivedOn": received.isoformat(), "organisation": ZILVERDAM, "reasons": "As stamped."}
    case.carry_out(case.officer, "correct-fact", {**fact, "receivedOn": None})
    log, due = case.log, term(case)["dueOn"]
    log.expect_equal("The due day, recalculated", due, (received + TERM + SUSPENDED).isoformat())
    log.line(f"The letter bears a stamp of {received}: the recalculated term is due on {due}; half has passed.")
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline:
        found = case.part("letters", letter="reminder")
        log.expect(len(found) <= 1, "Reminders of the term", expected="one", found=len(found))
        if found and found[0]["state"] == "sent":
            break
        time.sleep(0.25)
    expect_one_reminder(case)
    ladder = [item for item in term(case)["thresholds"] if item["name"] in {"50%", "80%", "100%"}]
    passed = {item["name"]: item["passedAt"] is not None for item in ladder}
    log.expect_equal("The thresholds that have passed", passed, {"50%": True, "80%": False, "100%": False})
    log.line("The threshold of 50 % passed; one reminder lies in the mailbox.")


def expect_one_reminder(case: Case) -> None:
    """Check that exactly one reminder was sent."""
    found = [item["state"] for item in case.part("letters", letter="reminder")]
    case.log.expect_equal(f"The reminders of {case.reference}", found, ["sent"])
