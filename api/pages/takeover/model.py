"""Page models of an employer's takeovers: what is asked by when, the steps, the measures, and what the law says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlmodel import col, select

from api.access.cases import require_subject, visible_applications
from api.access.employers import only_own_employer, own_names
from api.access.names import names_of_staff
from api.access.work import visible_work_of_case
from api.pages import wording
from api.pages.addresses import path
from api.pages.visit import Visit
from api.routes import case_parts
from api.views.applications import ApplicationSummary, MeasureView, summaries
from rules.access.authority import roles_of
from rules.business_calendar.durations import length
from rules.core.dates import office_day
from rules.payments.amounts import split
from states.charts.takeover import TakeoverState
from states.tables.application import Application, Takeover
from states.tables.deadlines import Term
from states.tables.work import WorkItem

MOST = 200
"""Takeovers on one page, newest first."""
PRESENT = {TakeoverState.REQUESTED: "confirm-receipt", TakeoverState.RECEIVED: "take-over"}
"""The step that a takeover waits for."""
ASKED = {
    TakeoverState.REQUESTED: "Bevestig dat u dit verzoek ontving",
    TakeoverState.RECEIVED: "Neem de maatregelen over",
    TakeoverState.TAKEN_OVER: "Overgenomen",
    TakeoverState.LAPSED: "Vervallen: u hoeft niets te doen",
    TakeoverState.DECLINED: "Afgewezen: tweede woning",
}
"""What is asked of the employer in each state."""
ARTICLES = {
    "kings-commissioner": "2.9",
    "provincial-executive": "2.9",
    "mayor": "3.9",
    "alderman": "3.9",
    "water-board-chair": "4.9",
    "water-board-executive": "4.9",
}
"""The article of the regulation for each office."""
REGULATION = "Regeling rechtspositie decentrale politieke ambtsdragers"
LIVE = frozenset({"advised", "taken-over", "ordered", "provided", "settled"})
"""The states of measures that an employer still has to do with."""


@dataclass(frozen=True)
class TakeoverRow:
    """Takeover in a list: of which case, what is asked, and how much time is left."""

    takeover: str
    reference: str
    office: str
    asked: str
    due: str
    left: str
    late: bool
    waits: bool
    """Whether it waits for the employer."""


@dataclass(frozen=True)
class EmployerStart:
    """Start page of an employer: what waits, and what lies with it otherwise."""

    waiting: list[TakeoverRow]
    others: int
    to_order: int
    to_provide: int


@dataclass(frozen=True)
class TakeoverList:
    """Takeovers of an employer, those that wait first."""

    rows: list[TakeoverRow]


@dataclass(frozen=True)
class MeasureLine:
    """Measure of a takeover: what, in which form, the whole amount and the employer's part."""

    what: str
    form: str
    amount: str
    own: str
    shared: bool
    state: str


@dataclass(frozen=True)
class Link:
    """Link to a further step."""

    title: str
    address: str


@dataclass(frozen=True)
class TakeoverOverview:
    """Takeover: what is asked, when and why; its steps, its measures, and what the law says about being late."""

    takeover: str
    reference: str
    office: str
    what: str
    when: str
    why: str
    article: str
    left: str
    late: bool
    consequences: list[str]
    done: list[tuple[str, str, bool]]
    """Each step: its name, where it is, and whether it was done."""
    lines: list[MeasureLine]
    total: str
    own_total: str
    further: list[Link]
    work: str
    """The address at which the work can be passed on; empty if it is not in the queue."""
    lapsed: bool
    to_order: bool
    may_act: bool
    notice: str = ""


@dataclass(frozen=True)
class TakeoverPage:
    """Takeover without a form: done, lapsed, or not of this role."""

    extra: TakeoverOverview
    place: None = None
    parts: list[str] = field(default_factory=list)


def days_in_words(last: date, on: date) -> str:
    """Return how many days are left until a last day, or how many have passed since."""
    days = (last - on).days
    if days < 0:
        return "1 dag te laat" if days == -1 else f"{-days} dagen te laat"
    return {0: "vandaag is de laatste dag", 1: "nog 1 dag"}.get(days, f"nog {days} dagen")


def time_left(row: Takeover, last: date | None, on: date) -> str:
    """Return how much time is left for a takeover that waits; empty where no term runs."""
    if row.state not in PRESENT:
        return ""
    if last is None:
        return "de termijn staat stil" if row.state == TakeoverState.RECEIVED else ""
    return days_in_words(last, on)


def takeovers_of(visit: Visit) -> Sequence[Takeover]:
    """Return the takeovers of the reader's employer, newest first."""
    query = select(Takeover).where(col(Takeover.organisation).in_(own_names(visit)))
    return visit.session.exec(query.order_by(col(Takeover.requested_on).desc(), Takeover.id).limit(MOST)).all()


def last_days(visit: Visit, takeovers: Iterable[Takeover]) -> dict[str, date]:
    """Return the day by which each of some takeovers must be done, by its id; none while the term stands still."""
    subjects = [each.id for each in takeovers]
    query = select(Term).where(col(Term.subject).in_(subjects), col(Term.ended_on).is_(None), Term.owner == "employer")
    found: dict[str, date] = {}
    for term in visit.session.exec(only_own_employer(visit, query, Term)):
        last = term.extended_until or term.due_on
        if last is not None:
            found[term.subject] = min(last, found.get(term.subject, last))
    return found


def cases_of(visit: Visit, takeovers: Sequence[Takeover]) -> dict[str, ApplicationSummary]:
    """Return the cases of some takeovers that the reader may see, by reference."""
    wanted = col(Application.id).in_({each.stream for each in takeovers})
    query = select(Application).where(wanted, *visible_applications(visit.session, visit.by))
    rows = visit.session.exec(query).all()
    return {each.reference: each for each in summaries(visit, visit.employers, rows)}


def rows_of(visit: Visit) -> list[TakeoverRow]:
    """Return the takeovers of the reader's employer; those that wait first, the most urgent on top."""
    takeovers = takeovers_of(visit)
    days, cases, on = last_days(visit, takeovers), cases_of(visit, takeovers), office_day(visit.at)
    found = []
    for each in takeovers:
        case = cases.get(each.stream)
        if case is None:
            continue
        last = days.get(each.id)
        waits = each.state in PRESENT
        row = TakeoverRow(
            takeover=each.id,
            reference=each.stream,
            office=wording.capital(wording.office(case.office)),
            asked=ASKED[each.state],
            due=wording.day(last) if waits else "",
            left=time_left(each, last, on),
            late=last is not None and waits and last < on,
            waits=waits,
        )
        found.append((not waits, last or date.max, row))
    return [row for _, _, row in sorted(found, key=lambda each: each[:2])]


def overview_of(visit: Visit, key: str, *, notice: str = "") -> TakeoverOverview:
    """Return one takeover of the reader's employer.

    Raises:
        NotFoundError: it does not exist, or is another employer's.
    """
    row = require_subject(visit, Takeover, "takeover", key)
    case = visit.session.get_one(Application, row.stream)
    running = [
        each for each in case_parts.terms(visit, case.id).items if each.subject == row.id and each.ended_on is None
    ]
    days = [day for each in running if (day := each.extended_until or each.due_on) is not None]
    last = min(days, default=None)
    on = office_day(visit.at)
    office = wording.office(case.office)
    article = f"artikel {ARTICLES.get(case.office, '3.9')}, eerste lid, {REGULATION}"
    waits = row.state in PRESENT
    measures = [
        each
        for each in case_parts.measures(visit, case.id).items
        if each.state in LIVE or row.state not in {TakeoverState.REQUESTED, TakeoverState.RECEIVED}
    ]
    lines = lines_of(visit, measures, row.organisation, case.id)
    share = sum((own_part(each, visit, row.organisation, case.id) for each in measures), Decimal(0))
    return TakeoverOverview(
        takeover=row.id,
        reference=case.id,
        office=wording.capital(office),
        what=what_of(len(lines), office, waits=waits),
        when=when_of(row, last),
        why=f"U bent de werkgever van deze {office}. De werkgever regelt en betaalt de maatregelen uit het advies.",
        article=article,
        left=time_left(row, last, on),
        late=last is not None and waits and last < on,
        consequences=consequences_of(running, on) if waits else [],
        done=steps_of(visit, row, measures),
        lines=lines,
        total=wording.euros(sum((each.estimate for each in measures), Decimal(0))),
        own_total=wording.euros(share),
        further=further_steps(visit, row, {each.kind for each in running}, discretionary=case.discretionary),
        work=work_of(visit, row),
        lapsed=row.state == TakeoverState.LAPSED,
        to_order=row.state == TakeoverState.TAKEN_OVER and any(each.state == "taken-over" for each in measures),
        may_act=visit.by.role in roles_of("takeover", "take-over"),
        notice=notice,
    )


def what_of(count: int, office: str, *, waits: bool) -> str:
    """Return what is asked of the employer, or what it was."""
    measures = "1 maatregel" if count == 1 else f"{count} maatregelen"
    return f"Neem {measures} over voor uw {office}." if waits else f"Het gaat om {measures} voor uw {office}."


def when_of(row: Takeover, last: date | None) -> str:
    """Return by when the takeover is asked."""
    if row.state == TakeoverState.REQUESTED:
        given = length("term_takeover", row.requested_on).amount
        return f"Wij vroegen dit op {wording.day(row.requested_on)}. Bevestig de ontvangst. Dan hebt u {given} weken."
    if row.state == TakeoverState.RECEIVED and last is not None:
        return f"Neem de maatregelen over, uiterlijk op {wording.day(last)}."
    if row.state == TakeoverState.RECEIVED:
        return "De termijn staat nu stil. De laatste dag schuift daardoor op."
    return f"Wij vroegen dit op {wording.day(row.requested_on)}."


def lines_of(visit: Visit, measures: Sequence[MeasureView], organisation: str, reference: str) -> list[MeasureLine]:
    """Return the measures with the part of an employer in each."""
    return [
        MeasureLine(
            what=each.description or wording.capital(wording.kind(each.legal_basis)),
            form=wording.capital(wording.kind(each.form)),
            amount=wording.euros(each.estimate),
            own=wording.euros(own_part(each, visit, organisation, reference)),
            shared=each.payer is None and len(visit.employers.of_application(reference)) > 1,
            state=wording.capital(wording.state("measure", each.state)),
        )
        for each in measures
    ]


def own_part(measure: MeasureView, visit: Visit, organisation: str, reference: str) -> Decimal:
    """Return the part of an employer in a measure, which all employers pay in equal parts unless one is named."""
    if measure.payer is not None:
        return measure.estimate
    payers = visit.employers.of_application(reference)
    mine = visit.employers.current(organisation)
    parts = split(measure.estimate, max(len(payers), 1))
    return parts[payers.index(mine)] if mine in payers else parts[-1]


def steps_of(visit: Visit, row: Takeover, measures: Sequence[MeasureView]) -> list[tuple[str, str, bool]]:
    """Return the steps of a takeover, who did each and when."""
    people = done_by(visit, row) if row.received_on is not None else {}
    named = names_of_staff(visit.session, people.values())

    def by(event: str, day: date | None) -> str:
        who = named.get(people.get(event, ""), "")
        return f"{who} deed dit op {wording.day(day)}" if who else f"gedaan op {wording.day(day)}"

    ordered = bool(measures) and all(each.state not in {"advised", "taken-over"} for each in measures)
    nothing = "niet meer nodig" if row.state in {TakeoverState.LAPSED, TakeoverState.DECLINED} else "nog te doen"
    received, taken_over = row.received_on is not None, row.taken_over_on is not None
    return [
        ("Ontvangst bevestigen", by("confirm-receipt", row.received_on) if received else nothing, received),
        ("Overnemen", by("take-over", row.taken_over_on) if taken_over else nothing, taken_over),
        ("Bestellen", "alles is besteld" if taken_over and ordered else nothing, taken_over and ordered),
    ]


def done_by(visit: Visit, row: Takeover) -> dict[str, str]:
    """Return who took each step of a takeover, by its event."""
    entries = case_parts.history(visit, row.stream, limit=MOST).items
    return {each.event: each.person for each in entries if each.subject == row.id}


def consequences_of(running: Sequence[case_parts.TermView], on: date) -> list[str]:
    """Return what follows by law where the employer is late."""
    kinds = {each.kind: each.extended_until or each.due_on for each in running}
    if (last := kinds.get("penalty")) is not None:
        return [
            "U bent te laat. U betaalt nu voor elke dag een dwangsom aan de ambtsdrager (artikel 4:17 Awb).",
            f"De dwangsom loopt hoogstens tot en met {wording.day(last)}.",
        ]
    if (last := kinds.get("default")) is not None:
        return [
            "De ambtsdrager stelde u in gebreke (artikel 4:17, derde lid, Awb).",
            f"Neem over, uiterlijk op {wording.day(last)}. De dag erna begint een dwangsom.",
        ]
    last = kinds.get("takeover")
    if last is not None and last < on:
        given = length("term_default", on).amount
        return [
            f"De termijn was tot en met {wording.day(last)}. De plicht blijft: neem de maatregelen nu over.",
            f"De ambtsdrager mag u in gebreke stellen. {given} weken later begint een dwangsom (artikel 4:17 Awb).",
        ]
    return []


def further_steps(visit: Visit, row: Takeover, running: set[str], *, discretionary: bool) -> list[Link]:
    """Return what the employer can do besides the present step; the form of each says why it cannot be, if so."""
    wanted = ["give-notice"] if row.state == TakeoverState.RECEIVED else []
    wanted += ["decline-second-home"] if row.state == TakeoverState.RECEIVED and discretionary else []
    wanted += ["fix-penalty"] if running & {"penalty", "penalty-decision"} else []
    return [
        Link(wording.event("takeover", event), path("takeover-step", takeover=row.id, event=event))
        for event in wanted
        if visit.by.role in roles_of("takeover", event)
    ]


def work_of(visit: Visit, row: Takeover) -> str:
    """Return the address of the open work on a takeover; empty if there is none."""
    query = select(WorkItem.id).where(WorkItem.subject == row.id, col(WorkItem.done_at).is_(None))
    item = visit.session.exec(visible_work_of_case(visit, query.where(WorkItem.role == visit.by.role))).first()
    return path("work-item", item=item) if item is not None else ""
