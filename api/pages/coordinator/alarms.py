"""Alarms of the pools: which group cannot take work that must be taken, since when, and how much waits."""

from dataclasses import dataclass

from api.access.names import names_of_employers
from api.pages import wording
from api.pages.visit import Visit
from api.routes import work_items

SHOWN = 20


@dataclass(frozen=True)
class Alarm:
    """Active alarm of a group."""

    group: str
    since: str
    waiting: int


def alarms_of(visit: Visit) -> list[Alarm]:
    """Return the active alarms, newest first."""
    found = [each for each in work_items.list_alarms(visit, limit=SHOWN).items if each.until is None]
    names = names_of_employers(visit.session, [each.organisation for each in found])
    return [
        Alarm(
            ", ".join(filter(None, (wording.capital(wording.role(each.role)), names.get(each.organisation)))),
            wording.moment(each.since),
            each.waiting,
        )
        for each in found
    ]
