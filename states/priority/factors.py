"""Factors of a queue position: each with its value, rule, source and fact, and a text in both languages."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from rules.core.dated_values import version
from rules.core.dates import office_day, office_time_text, utc_text
from rules.core.rule import HOUSE, Bilingual, message
from rules.queue.order import LANES
from rules.queue.priority import LOWERED, SIGNAL, UrgencyEvent, WorkFacts, start_by, still_effective
from rules.threats.urgency import DUTCH, RANK, Urgency
from states.priority.case_history import replay_facts
from states.tables.work import WorkItem

RULES = {
    "lane": {"rule": "queue.lane-from-urgency"},
    "startBy": {"rule": "queue.start-by-from-service-level"},
    "age": {"rule": "queue.oldest-first"},
    "reserve": {"rule": "queue.reserve"},
    "skill": {"rule": "queue.skill-asked-for"},
    "inHand": {"rule": "queue.in-one-hand"},
}
"""The house rule behind each factor."""


ROUNDING_MARGIN = timedelta(milliseconds=1)
"""Larger than any tie-break offset, so that texts show the moment without it."""


def factor(name: str, value: Any, source: str, fact: Any, what: Bilingual) -> dict[str, Any]:
    """One factor of a position."""
    found = {"factor": name, "value": value, **RULES[name], "source": source, "fact": fact}
    return {**found, "what": what.en, "whatNl": what.nl}


def lane_and_start_by(item: WorkItem, work: WorkFacts, events: Sequence[UrgencyEvent]) -> list[dict[str, Any]]:
    """The two factors that an explanation computes again: lane and start-by."""
    found = replay_facts(item, work, events)
    urgency = LANES[item.lane]
    table = version("urgency_table", office_day(events[-1].at if events else item.created_at))
    fact = found["startBy"]
    return [
        factor(
            "lane",
            str(urgency),
            table.source,
            found["signals"],
            lane_text(urgency, work, events),
        ),
        factor(
            "startBy",
            utc_text(item.start_by),
            fact["levelSource"],
            fact,
            start_by_text(item, fact),
        ),
    ]


def lane_text(urgency: Urgency, work: WorkFacts, events: Sequence[UrgencyEvent]) -> Bilingual:
    """Why the item is in its lane."""
    asking = next((item for item in events if item.seq == work.by_signal), None)
    if asking is not None and asking.urgency is urgency:
        day = office_day(asking.at)
        return message(
            f"{urgency}: the signal recorded on {day} is {asking.urgency} and asks for this step of its hand-off.",
            f"{DUTCH[urgency]}: het signaal dat op {day} is vastgelegd, is {DUTCH[asking.urgency]} en vraagt om "
            "deze stap van de overdracht.",
        )
    effective = [item for item, is_effective in zip(events, still_effective(events), strict=True) if is_effective]
    signals = [item for item in effective if item.event == SIGNAL]
    if (
        work.urgent_loan
        and urgency is Urgency.URGENT
        and all(RANK[item.urgency] >= RANK[urgency] for item in effective)
    ):
        return message(
            "urgent: the loan was asked for as urgent.",
            "spoed: de bruikleen is als spoed aangevraagd.",
        )
    top = next((item for item in signals if item.urgency is urgency), None)
    lowered = next((item for item in effective if item.event == LOWERED), None)
    if top is not None and top.signal is not None:
        row = top.signal.row or "?"
        return message(
            f"{urgency}: by row {row} of the urgency table for the signal recorded on {office_day(top.at)}.",
            f"{DUTCH[urgency]}: volgens regel {row} van de urgentietabel, voor het signaal dat op {office_day(top.at)} "
            "is vastgelegd.",
        )
    if lowered is not None and lowered.urgency is urgency:
        day = office_day(lowered.at)
        return message(
            f"{urgency}: a person lowered it on {day}; only a later signal raises it again.",
            f"{DUTCH[urgency]}: een mens verlaagde de urgentie op {day}; alleen een later signaal verhoogt haar weer.",
        )
    if urgency is Urgency.ROUTINE:
        return message("routine: no threat signal counts.", "regulier: er telt geen dreigingssignaal.")
    return message(
        f"{urgency}: taken over from a case that was joined to this one.",
        f"{DUTCH[urgency]}: overgenomen van een zaak die bij deze is gevoegd.",
    )


def start_by_text(item: WorkItem, fact: Mapping[str, Any]) -> Bilingual:
    """Why the item has its start-by."""
    moment = office_time_text(item.start_by + ROUNDING_MARGIN)
    if item.lane == RANK[Urgency.ACUTE]:
        return message(f"Acute work starts at once: from {moment}.", f"Acuut werk begint meteen: vanaf {moment}.")
    urgency = LANES[item.lane]
    hours, asked = fact["workingHours"][str(urgency)], office_time_text(item.created_at)
    if item.start_by > start_by(item.created_at, fact["level"], urgency) + ROUNDING_MARGIN:
        return message(
            f"To be begun by {moment}, when it became {urgency}: what moves goes before nothing that was overdue then. "
            f"{hours} working hours of the office after {asked} (service level {fact['level']}) had passed.",
            f"Te beginnen voor {moment}, toen het {DUTCH[urgency]} werd: wat verschuift gaat niet voor wat toen al "
            f"over tijd was. {hours} kantooruren na {asked} (servicenorm {fact['level']}) waren voorbij.",
        )
    return message(
        f"To be begun by {moment}: {hours} working hours of the office after {asked} (service level {fact['level']}).",
        f"Te beginnen voor {moment}: {hours} kantooruren na {asked} (servicenorm {fact['level']}).",
    )


def reserve_turn(item: WorkItem, at: datetime, *, reserved: bool) -> dict[str, Any]:
    """Whether the claim of an item was the reserve's turn."""
    every = version("reserve_every", office_day(at))
    fact = {"overdue": item.start_by <= at, "turn": reserved}
    if reserved:
        what = message(
            f"The reserve gave it: of {every.value} claims that are not acute, one goes to what is longest overdue.",
            f"De reserve gaf het: van {every.value} keer werk oppakken dat niet acuut is, gaat er een naar wat het "
            "langst over tijd is.",
        )
    else:
        what = message("The order gave it: lane, start-by, age.", "De volgorde gaf het: urgentie, begintijd, ouderdom.")
    return factor("reserve", every.value, every.source, fact, what)


def age(item: WorkItem) -> dict[str, Any]:
    """The age of an item: it decides between items with the same lane and start-by."""
    moment = office_time_text(item.created_at)
    what = message(f"It was asked for on {moment}.", f"Erom is gevraagd op {moment}.")
    return factor("age", utc_text(item.created_at), HOUSE, {"createdAt": utc_text(item.created_at)}, what)


def reserve_promise(item: WorkItem, *, at: datetime, so_far: int, due_before: int) -> dict[str, Any]:
    """What the reserve guarantees an item: within how many claims that are not acute it is taken."""
    every = version("reserve_every", office_day(at))
    overdue, acute = item.start_by <= at, item.lane == RANK[Urgency.ACUTE]
    within = max(1, every.value * (due_before + 1) - so_far)
    fact = {
        "every": every.value,
        "claimsSoFar": so_far,
        "overdue": overdue,
        "overdueBefore": due_before if overdue else None,
        "withinClaims": within if overdue and not acute else None,
    }
    if acute:
        what = message(
            "Acute work goes before the reserve: it needs none.",
            "Acuut werk gaat voor de reserve: het heeft die niet nodig.",
        )
    elif overdue:
        what = message(
            f"It is overdue, and {due_before} items are so for longer. Of {every.value} claims that are not acute the "
            f"reserve gives one to what is longest overdue: it is taken within {within} of them, whatever comes in.",
            f"Het is over tijd, en {due_before} keer werk is dat langer. Van {every.value} keer werk oppakken dat niet "
            f"acuut is, geeft de reserve er een aan wat het langst over tijd is: binnen {within} keer is het opgepakt, "
            "wat er ook bijkomt.",
        )
    else:
        moment = office_time_text(item.start_by)
        what = message(
            f"It is not overdue: until {moment} the order decides, and the reserve does not take it.",
            f"Het is niet over tijd: tot {moment} beslist de volgorde en neemt de reserve het niet.",
        )
    return factor("reserve", every.value, every.source, fact, what)


def required_skill(item: WorkItem, people: Mapping[str, Any]) -> dict[str, Any]:
    """The skill that an item requires, and how many people of its pool may take it."""
    asks, may, of = item.skill or None, people["may"], people["inPool"]
    what = message(
        f"It asks for {asks or 'no skill of its own'}: {may} of the {of} people of its pool may take it.",
        f"Het vraagt om {asks or 'geen bijzondere vaardigheid'}: {may} van de {of} mensen van de groep mogen het "
        "oppakken.",
    )
    return factor("skill", asks, HOUSE, people, what)


def holder(item: WorkItem) -> dict[str, Any]:
    """Whether the item is assigned, and since when."""
    since = utc_text(item.claimed_at) if item.claimed_at else None
    fact = {"since": since, "returnsAt": utc_text(item.returns_at) if item.returns_at else None, "by": item.assignee}
    what = message("Nobody has it in hand: it waits.", "Niemand heeft het opgepakt: het wacht.")
    if item.assignee is not None:
        moment = f" {office_time_text(item.claimed_at)}" if item.claimed_at else ""
        what = message(
            f"Somebody has it in hand since{moment}: it stands in no queue.",
            f"Iemand heeft het opgepakt op{moment}: het staat in geen rij.",
        )
    return factor("inHand", item.assignee is not None, HOUSE, fact, what)
