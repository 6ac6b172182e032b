"""Start page of who is told of cases: the cases they were told of, and for the head the roles that wait."""

from dataclasses import dataclass

from api.access.names import names_of_employers
from api.pages import wording
from api.pages.addresses import ADDRESSES
from api.pages.administrator.people import Waiting, waiting_of
from api.pages.visit import Visit
from api.routes import applications, operations
from rules.access.authority import roles_of
from rules.core.roles import Role

SHOWN = 50
"""Cases of the page; the search finds the others."""


@dataclass(frozen=True)
class ToldCase:
    """Case of which the reader was told."""

    reference: str
    office: str
    employers: str
    stage: str
    urgency: str
    urgency_name: str
    changed: str


@dataclass(frozen=True)
class ToldPage:
    """Start page of who is told: the cases, the roles that wait for a second person, and what else there is."""

    greeting: str
    rows: list[ToldCase]
    more: bool
    waiting: list[Waiting]
    knows_cases: bool
    reads_progress: bool
    notice: str


def told_page(visit: Visit, greeting: str, notice: str) -> ToldPage:
    """Return the start page of a reader who is told of cases."""
    found = applications.list_applications(visit, limit=SHOWN)
    names = names_of_employers(visit.session, [one for each in found.items for one in each.employers])
    decides = visit.by.role in roles_of("proposed-duty", "read") and visit.by.role in roles_of("person", "confirm-duty")
    rows = [
        ToldCase(
            reference=each.reference,
            office=wording.capital(wording.office(each.office)),
            employers=", ".join(names.get(one, one) for one in each.employers),
            stage=wording.capital(wording.state("application", each.stage)),
            urgency=each.urgency or "",
            urgency_name=wording.capital(wording.kind(each.urgency)) if each.urgency else "",
            changed=wording.moment(each.changed_at),
        )
        for each in found.items
    ]
    return ToldPage(
        greeting=greeting,
        rows=rows,
        more=found.next is not None,
        waiting=waiting_of(visit, operations.proposed_duties(visit).items) if decides else [],
        knows_cases=visit.by.role is not Role.MINISTRY_CONTACT,
        reads_progress=visit.by.role in ADDRESSES["progress"].roles,
        notice=notice,
    )
