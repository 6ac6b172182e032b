"""Expected wait of an item, from the recent claim rate of its pool."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, String, bindparam, text
from sqlmodel import Session

from rules.business_calendar.elapsed import working_hours
from rules.business_calendar.working_hours import add_or_provisional
from rules.core.dates import utc_text
from rules.core.rule import message
from rules.queue.wait_estimate import wait
from states.queue import pools

PERIOD_WEEKS = 4
MIN_CLAIMS = 5
MAX_MOVEMENTS = 1000
"""How many of the latest entries of a chain are read at most, so that a busy pool costs no more."""
MAX_HOURS = 2000
"""Beyond this many working hours, about a year, no day is given."""
CLAIM_RATE = text(
    """
    SELECT c.role, c.organisation,
           count(*) FILTER (WHERE e.event = 'claim' AND e.at >= :since)
         - count(*) FILTER (WHERE e.event IN ('release', 'return') AND e.at >= :since) AS taken,
           min(e.at) AS oldest
    FROM unnest(:roles, :organisations, :chains) AS c(role, organisation, chain)
    JOIN stream h ON h.id = c.chain JOIN ledger_entry e ON e.stream = h.id AND e.seq > h.seq - :looked_at
    GROUP BY c.role, c.organisation
    """,
).bindparams(*(bindparam(name, type_=ARRAY(String)) for name in ("roles", "organisations", "chains")))


class Pace(NamedTuple):
    """The recent claims of a pool."""

    taken: int
    """Claims since ``oldest``, less what was returned."""
    oldest: datetime
    """The oldest movement that was read."""


def paces(session: Session, people: Mapping[tuple[str, str], Sequence[str]], *, at: datetime) -> dict[Any, Pace]:
    """The pace of each pool that has taken work, by role and organisation.

    Args:
        session: read only.
        people: who holds the duty of each pool.
        at: now.
    """
    chains = [(*pool, chain) for pool, mine in people.items() for chain in pools.chains_of(*pool, mine)]
    roles, organisations, names = ([row[column] for row in chains] for column in range(3))
    since = at - timedelta(weeks=PERIOD_WEEKS)
    facts = {"since": since, "looked_at": MAX_MOVEMENTS, "roles": roles, "organisations": organisations}
    rows = session.connection().execute(CLAIM_RATE, {**facts, "chains": names})
    return {(row.role, row.organisation): Pace(row.taken, row.oldest) for row in rows}


def expected_wait(found: Pace | None, ahead: int, *, at: datetime) -> dict[str, Any]:
    """The period in which the claim number ``ahead`` from now will be made; unknown after too few claims."""
    if found is None or found.taken < MIN_CLAIMS:
        why = message(
            f"Fewer than {MIN_CLAIMS} items were taken in this pool in the last {PERIOD_WEEKS} weeks.",
            f"In deze groep is in de afgelopen {PERIOD_WEEKS} weken minder dan {MIN_CLAIMS} keer werk opgepakt.",
        )
        return {"known": False, "why": why.en, "whyNl": why.nl}
    since = max(at - timedelta(weeks=PERIOD_WEEKS), found.oldest)
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
        "from": utc_text(add_or_provisional(at, low)[0]) if low < MAX_HOURS else None,
        "until": utc_text(add_or_provisional(at, high)[0]) if high < MAX_HOURS else None,
        "claimsAhead": ahead,
        "basedOnClaims": found.taken,
        "basedOnHours": round(hours, 1),
        "method": method.en,
        "methodNl": method.nl,
    }
