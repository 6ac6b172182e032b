"""Parts of a case as pages: terms, interview and advice, letters, money and history."""

from api.access.books import SEES_ALL_BOOKS
from api.access.names import names_of_employers, names_of_staff
from api.pages import wording
from api.pages.application.model import PartPage, header_of
from api.pages.visit import Visit
from api.routes import applications, case_parts
from states.tables.application import Application


def terms_page(visit: Visit, case: Application) -> PartPage:
    """Return the terms of a case with their days, suspensions and reasons."""
    found = case_parts.terms(visit, case.id)
    view = applications.application_view(visit, case)
    employers = names_of_employers(visit.session, [each.organisation for each in found.items])
    rows: list[dict[str, object]] = [
        {
            "name": wording.capital(wording.term(each.kind)),
            "article": each.article,
            "employer": employers.get(each.organisation, ""),
            "from": wording.day(each.started_on),
            "due": wording.day(each.extended_until or each.due_on),
            "state": state_of_term(each),
            "reasons": each.reasons,
            "suspensions": [
                (wording.day(one.since), wording.day(one.until) or "nu", wording.kind(one.ground), one.article)
                for one in each.suspensions
            ],
            "days": [(wording.kind(who), days) for who, days in each.days.items() if days],
        }
        for each in found.items
    ]
    days = [(wording.kind(who), days) for who, days in found.days.items() if days]
    return PartPage(header_of(visit, view, "case-terms"), rows, {"days": days})


def state_of_term(term: case_parts.TermView) -> str:
    """Return where a term is: running, paused or ended."""
    if term.ended_on is not None:
        return f"geëindigd op {wording.day(term.ended_on)}"
    if any(one.until is None for one in term.suspensions):
        return "staat stil"
    return "loopt"


def advice_page(visit: Visit, case: Application, *, here: str = "case-advice") -> PartPage:
    """Return the interview and the advice, each domain with its findings, measures and remarks."""
    view = applications.application_view(visit, case)
    measures = {each.id: each for each in case_parts.measures(visit, case.id).items}
    risks = {each.domain: each for each in view.advice.domains}
    authors = names_of_staff(visit.session, [note.person for note in view.interview.notes])
    rows: list[dict[str, object]] = []
    for version in reversed(view.advice.versions):
        domains = [
            {
                "name": wording.capital(wording.kind(domain.domain)),
                "state": wording.state("domain-advice", risks[domain.domain].state)
                if version.version == view.advice.version and domain.domain in risks
                else "",
                "finding": domain.findings[-1].text if domain.findings else "",
                "earlier": [(wording.moment(each.at), each.text) for each in domain.findings[:-1]],
                "measures": [(each.text, amount_of(measures.get(each.id))) for each in domain.measures],
                "remarks": [(wording.moment(each.at), each.text) for each in domain.remarks],
            }
            for domain in version.domains
        ]
        rows.append({"version": version.version, "adopted": version.adopted, "domains": domains})
    more: dict[str, object] = {
        "planned": wording.day(view.interview.planned_on),
        "held": wording.day(view.interview.held_on),
        "place": view.interview.place or "",
        "notes": [
            (wording.moment(each.at), authors.get(each.person, each.person), each.text) for each in view.interview.notes
        ],
        "states": [
            (wording.capital(wording.kind(each.domain)), wording.state("domain-advice", each.state), each.risk or "")
            for each in view.advice.domains
        ],
        "reasons": [
            (wording.moment(each.at), wording.event(each.chart, each.event), each.text) for each in view.reasons
        ],
    }
    return PartPage(header_of(visit, view, here), rows, more)


def amount_of(measure: object) -> str:
    """Return the estimate of a measure that the reader may see."""
    estimate = getattr(measure, "estimate", None)
    return wording.euros(estimate) if estimate is not None else ""


def letters_page(visit: Visit, case: Application) -> PartPage:
    """Return the letters of a case: to whom, when, and whether they arrived."""
    view = applications.application_view(visit, case)
    found = case_parts.letters(visit, case.id).items
    people = names_of_staff(visit.session, [each.recipient for each in found])
    rows: list[dict[str, object]] = [
        {
            "letter": wording.letter(each.letter),
            "to": people.get(each.recipient, "de ambtsdrager"),
            "state": wording.delivery(each.state),
            "at": wording.moment(each.sent_at or each.created_at),
            "problem": each.problem or "",
        }
        for each in found
    ]
    return PartPage(header_of(visit, view, "case-letters"), rows)


def money_page(visit: Visit, case: Application) -> PartPage:
    """Return the measures of a case, and what was paid and booked."""
    view = applications.application_view(visit, case)
    measures = case_parts.measures(visit, case.id).items
    payables = case_parts.payables(visit, case.id, limit=100).items if sees_money(visit) else []
    bookings = case_parts.bookings(visit, case.id, limit=100).items if sees_money(visit) else []
    rows: list[dict[str, object]] = [
        {
            "what": each.description or wording.kind(each.legal_basis),
            "domain": wording.kind(each.domain) if each.domain else "",
            "state": wording.state("measure", each.state),
            "estimate": wording.euros(each.estimate),
        }
        for each in measures
    ]
    more: dict[str, object] = {
        "payables": [
            (each.id, wording.kind(each.kind), wording.euros(each.gross), wording.state("payable", each.state))
            for each in payables
        ],
        "bookings": [(each.id, wording.state("booking", each.state)) for each in bookings],
    }
    return PartPage(header_of(visit, view, "case-money"), rows, more)


def sees_money(visit: Visit) -> bool:
    """Return whether the reader may see payables and books."""
    return visit.by.role in SEES_ALL_BOOKS or visit.by.organisation is not None


def history_page(visit: Visit, case: Application, cursor: str | None) -> PartPage:
    """Return what happened in a case, a page at a time."""
    view = applications.application_view(visit, case)
    found = case_parts.history(visit, case.id, cursor=cursor, limit=50)
    people = names_of_staff(visit.session, [each.person for each in found.items])
    rows: list[dict[str, object]] = [
        {
            "at": wording.moment(each.at),
            "who": people.get(each.person, ""),
            "role": wording.capital(wording.role(each.role)),
            "what": wording.event(each.chart, each.event),
            "after": wording.state(each.chart, each.after) if each.after and each.after != each.before else "",
        }
        for each in found.items
    ]
    return PartPage(header_of(visit, view, "case-history"), rows, {"next": found.next or ""})
