"""Page models of an official: where a case is in plain words, what is asked, what can be done, advice and messages."""

from dataclasses import dataclass, field

from api.access.names import names_of_employers
from api.http.urls import COLLECTIONS
from api.pages import wording
from api.pages.addresses import path
from api.pages.applicant import plain_words
from api.pages.forms.step import may_fire_by_form
from api.pages.visit import Visit
from api.routes import applications, case_parts
from api.views.applications import ApplicationSummary, ApplicationView
from states.tables.application import Application

CHARTS = {collection: chart for chart, collection in COLLECTIONS.items()}
"""The chart of each collection of the API."""
ASKED = frozenset({"application/complete", "application/record-view"})
"""The steps by which an official answers what the office asked, while its term runs."""
ENDED = frozenset({"closed", "withdrawn", "refused", "not-processed", "forwarded", "lapsed", "no-measures", "joined"})
MOST = 20
"""Cases of one person on a page; nobody has more."""


@dataclass(frozen=True)
class Possible:
    """Step that the official can take: its name, what it is about, and its address."""

    title: str
    about: str
    address: str


@dataclass(frozen=True)
class CaseInWords:
    """Case in plain words: where it is, who does what by when, what is asked, and what can be done."""

    reference: str
    office: str
    own: bool
    """Whether it is the reader's own case; otherwise the reader acts for somebody."""
    now: str
    next: str
    appointments: list[str]
    terms: list[str]
    asked: list[Possible]
    possible: list[Possible]
    has_advice: bool
    ended: bool
    facts: list[tuple[str, str]]
    notice: str = ""


@dataclass(frozen=True)
class CaseLine:
    """Case in a list: what it is, and where it is."""

    reference: str
    office: str
    received: str
    now: str


@dataclass(frozen=True)
class Cases:
    """Cases of a person, and the application that was begun and not sent."""

    cases: list[CaseLine]
    begun: str = ""
    """When the application was last kept; empty if none was begun."""
    notice: str = ""


def summaries(visit: Visit) -> list[ApplicationSummary]:
    """Return the cases of the reader, newest first."""
    return applications.list_applications(visit, limit=MOST).items


def lines_of(found: list[ApplicationSummary]) -> list[CaseLine]:
    """Return the cases as lines of a list."""
    return [
        CaseLine(
            each.reference,
            wording.capital(wording.office(each.office)),
            wording.day(each.received_on),
            plain_words.STAGES[each.stage][0],
        )
        for each in found
    ]


def case_in_words(visit: Visit, case: Application, *, notice: str = "") -> CaseInWords:
    """Return a case in plain words."""
    view = applications.application_view(visit, case)
    now, following = plain_words.STAGES[view.stage]
    running = [each for each in case_parts.terms(visit, case.id).items if each.ended_on is None]
    steps = steps_of(visit, case)
    invited = {each.kind for each in running} & {"completion", "view"}
    asked = [step for key, step in steps if key in ASKED and invited]
    return CaseInWords(
        reference=view.reference,
        office=wording.capital(wording.office(view.office)),
        own=view.applicant == visit.by.person,
        now=now,
        next=following,
        appointments=appointments_of(view),
        terms=terms_in_words(visit, running),
        asked=asked,
        possible=[step for _, step in steps if step not in asked],
        has_advice=any(each.adopted for each in view.advice.versions),
        ended=view.stage in ENDED,
        facts=facts_of(view),
        notice=notice,
    )


def appointments_of(view: ApplicationView) -> list[str]:
    """Return the interview that is still to come; its place is on the page of the case only."""
    if view.interview.planned_on is None or view.interview.held_on is not None or view.stage in ENDED:
        return []
    place = f" Plaats: {view.interview.place}." if view.interview.place else ""
    return [f"Uw gesprek is op {wording.day(view.interview.planned_on)}.{place}"]


def terms_in_words(visit: Visit, running: list[case_parts.TermView]) -> list[str]:
    """Return what the running terms mean, the first to end first."""
    employers = names_of_employers(visit.session, [each.organisation for each in running])
    found = []
    for each in sorted(running, key=lambda one: str(one.extended_until or one.due_on)):
        last = each.extended_until or each.due_on
        words = plain_words.TERMS.get(each.kind)
        if words is None or last is None:
            continue
        employer = employers.get(each.organisation, "Uw werkgever")
        text = words.format(day=wording.day(last), employer=employer)
        if any(one.until is None for one in each.suspensions):
            text += " Deze termijn staat nu stil; de dag schuift op."
        found.append(text)
    return found


def steps_of(visit: Visit, case: Application) -> list[tuple[str, Possible]]:
    """Return what the official can do now, each with its chart and event, in the order of the table of words."""
    measures = {each.id: each.description or "" for each in case_parts.measures(visit, case.id).items}
    found = []
    for action in case_parts.list_actions(visit, case.id, mine=True).items:
        _, _, collection, subject, *_ = action.href.split("/")
        chart = CHARTS.get(collection, "")
        if action.name == "record-threat" or not may_fire_by_form(chart, action.name):
            continue
        address = path("my-step", chart=chart, event=action.name, subject=subject)
        title = plain_words.step(chart, action.name)
        found.append((f"{chart}/{action.name}", Possible(title, measures.get(subject, ""), address)))
    order = list(plain_words.STEPS)
    return sorted(found, key=lambda each: order.index(each[0]) if each[0] in order else len(order))


def facts_of(view: ApplicationView) -> list[tuple[str, str]]:
    """Return what the office knows of the official, as it was stated."""
    home = view.dwellings[-1] if view.dwellings else None
    rows = (
        ("Nummer van de zaak", view.reference),
        ("Binnen op", wording.day(view.received_on)),
        ("Naam", view.contact.name if view.contact else ""),
        ("Telefoon", (view.contact.phone or "") if view.contact else ""),
        ("E-mail", view.contact.email if view.contact else ""),
        ("Adres", home.home_address if home else ""),
        ("Huisgenoten", (home.household or "") if home else ""),
        ("Namens u handelt", view.representative_contact.name if view.representative_contact else ""),
    )
    return [(name, words) for name, words in rows if words]


@dataclass(frozen=True)
class AdvisedMeasure:
    """Measure of the adopted advice: what, where it is, who pays, and for how long."""

    what: str
    state: str
    payer: str
    until: str


@dataclass(frozen=True)
class AdviceForOfficial:
    """Advice as it was adopted: each domain with its findings, and the measures."""

    reference: str
    adopted: str
    domains: list[tuple[str, str]]
    measures: list[AdvisedMeasure] = field(default_factory=list)


def advice_for_official(visit: Visit, case: Application) -> AdviceForOfficial:
    """Return the newest adopted advice as the official may read it."""
    view = applications.application_view(visit, case)
    adopted = [each for each in view.advice.versions if each.adopted]
    found = case_parts.measures(visit, case.id).items
    payers = names_of_employers(visit.session, [*(each.payer for each in found), *view.employers])
    shared = ", ".join(payers.get(each, each) for each in view.employers)
    return AdviceForOfficial(
        reference=view.reference,
        adopted=wording.day(view.adopted_on),
        domains=[
            (wording.capital(wording.kind(each.domain)), each.findings[-1].text)
            for each in (adopted[-1].domains if adopted else [])
            if each.findings
        ],
        measures=[
            AdvisedMeasure(
                each.description or wording.capital(wording.kind(each.legal_basis)),
                wording.capital(wording.state("measure", each.state)),
                payers.get(each.payer or "", shared),
                wording.day(each.ends_on),
            )
            for each in found
        ],
    )


@dataclass(frozen=True)
class Message:
    """Letter to the reader: what it is, when it was made, and whether it was sent."""

    title: str
    at: str
    state: str
    reference: str


@dataclass(frozen=True)
class Messages:
    """Letters to the reader, newest first."""

    rows: list[Message]


def messages(visit: Visit) -> Messages:
    """Return the letters to the reader about every case."""
    found = [
        (letter, each.reference)
        for each in summaries(visit)
        for letter in case_parts.letters(visit, each.reference).items
    ]
    newest = sorted(found, key=lambda each: each[0].created_at, reverse=True)
    return Messages(
        [
            Message(
                wording.letter(letter.letter),
                wording.moment(letter.sent_at or letter.created_at),
                wording.delivery(letter.state),
                reference,
            )
            for letter, reference in newest
        ]
    )
