"""How fast a pool takes its work, from its own chain, and how long what stands in it will wait by that."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, String, bindparam, text
from sqlmodel import Session

from rules.business_calendar.elapsed import working_hours
from rules.business_calendar.working_hours import add_or_provisional
from rules.core.dates import utc_text
from rules.core.rule import message
from rules.queue.wait_estimate import wait
from states.queue import pools

WEEKS = 4
ENOUGH = 5
LOOKED_AT = 1000
"""At most so many of the last movements are read, so that a busy pool costs no more."""
FARTHEST = 2000
"""Beyond so many working hours, about a year, no day is named."""
TAKEN = text(
    """
    SELECT count(*) FILTER (WHERE e.event = 'claim' AND e.at >= :since)
         - count(*) FILTER (WHERE e.event IN ('release', 'return') AND e.at >= :since) AS taken,
           min(e.at) AS oldest, min(h.seq) AS seq
    FROM stream h JOIN ledger_entry e ON e.stream = h.id AND e.seq > h.seq - :looked_at
    WHERE h.id = ANY(:chains)
    """,
).bindparams(bindparam("chains", type_=ARRAY(String)))


def expected(session: Session, role: str, organisation: str, ahead: int, *, at: datetime) -> dict[str, Any]:
    """Between when and when an item is taken, once ``ahead`` claims more were made; unknown where too few were."""
    since = at - timedelta(weeks=WEEKS)
    facts = {"since": since, "looked_at": LOOKED_AT, "chains": pools.chains_of(session, role, organisation)}
    found = session.connection().execute(TAKEN, facts).one()
    if found.oldest is None or found.taken < ENOUGH:
        why = message(
            f"Fewer than {ENOUGH} items were taken in this pool in the last {WEEKS} weeks.",
            f"In deze groep is in de afgelopen {WEEKS} weken minder dan {ENOUGH} keer werk opgepakt.",
        )
        return {"known": False, "why": why.en, "whyNl": why.nl}
    since = max(since, found.oldest)
    hours = max(working_hours(since, at), 1.0)
    low, high = wait(ahead, claims=found.taken, hours=hours)
    method = message(
        f"The time of {ahead} claims more at the pace of this pool: {found.taken} in {hours:.0f} working hours. Four "
        "of five times it is taken within this range (10 and 90 % quantiles, gamma distribution), where nothing that "
        "is more urgent comes in and nobody more or less is at work.",
        f"De tijd tot er nog {ahead} keer werk is opgepakt, in het tempo van deze groep: {found.taken} keer in "
        f"{hours:.0f} kantooruren. Vier van de vijf keer valt het binnen deze marge (10 en 90 % van een "
        "gammaverdeling), als er niets urgenters bijkomt en er evenveel mensen werken.",
    )
    return {
        "known": True,
        "hoursFrom": round(low, 1),
        "hoursTo": round(high, 1),
        "from": utc_text(add_or_provisional(at, low)[0]) if low < FARTHEST else None,
        "until": utc_text(add_or_provisional(at, high)[0]) if high < FARTHEST else None,
        "claimsAhead": ahead,
        "basedOnClaims": found.taken,
        "basedOnHours": round(hours, 1),
        "method": method.en,
        "methodNl": method.nl,
    }
