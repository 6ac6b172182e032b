"""Payables of an employer as a list: by state, and apart those that the reader may not check or approve, with why."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import null
from sqlmodel import col, func, select

from api.access.books import visible_in_books
from api.pages import wording
from api.pages.addresses import path
from api.pages.visit import Visit
from api.routes import payments
from api.views.payments import PayableView
from rules.access.authority import roles_of
from rules.core.roles import Role
from rules.core.translations import BarredAct, PastAct
from rules.procedure import separation_of_duties
from states.charts.payable import PayableState
from states.engine.past_acts import former_officers
from states.tables.application import Application
from states.tables.ledger import LedgerEntry
from states.tables.payments import Payable

SHOWN = 50
"""Rows of one page."""
TABS: Mapping[PayableState, str] = {
    PayableState.TO_MATCH: "Te koppelen",
    PayableState.RECEIVED: "Te controleren",
    PayableState.CHECKED: "Goed te keuren",
    PayableState.FIRST_APPROVED: "Tweede goedkeuring",
    PayableState.RETURNED: "Teruggestort",
    PayableState.APPROVED: "Klaar om te betalen",
    PayableState.BATCHED: "In een betaalopdracht",
    PayableState.PAID: "Betaald",
    PayableState.CREDIT: "Tegoed",
    PayableState.ASKED_BACK: "Teruggevraagd",
    PayableState.OFFSET: "Verrekend",
    PayableState.REPAID: "Terugbetaald",
    PayableState.REJECTED: "Afgekeurd",
}
"""The states under the names of the tabs, in their order."""
FIRST: Mapping[Role, tuple[PayableState, ...]] = {
    Role.APPROVER: (PayableState.CHECKED, PayableState.FIRST_APPROVED, PayableState.RETURNED),
    Role.RELEASER: (PayableState.APPROVED, PayableState.BATCHED),
    Role.FINANCE: (PayableState.RECEIVED, PayableState.CREDIT, PayableState.APPROVED),
}
"""The tabs that a role looks at first."""
STEP: Mapping[PayableState, tuple[str, BarredAct]] = {
    PayableState.TO_MATCH: ("match", BarredAct.MATCH),
    PayableState.RECEIVED: ("check", BarredAct.CHECK),
    PayableState.CHECKED: ("approve", BarredAct.APPROVE),
    PayableState.RETURNED: ("approve", BarredAct.APPROVE),
    PayableState.FIRST_APPROVED: ("approve-second", BarredAct.APPROVE_SECOND),
}
"""The step that a payable waits for in each state."""


@dataclass(frozen=True)
class PayableRow:
    """Row of the list: what it is, from whom, how much, and why the reader may not do the next step."""

    id: str
    address: str
    number: str
    supplier: str
    kind: str
    dated: str
    gross: str
    why_not: str = ""
    article: str = ""


@dataclass(frozen=True)
class PayablesPage:
    """List of payables in one state: those for the reader, and apart those that are not."""

    tabs: list[tuple[str, str, int, bool]]
    """Each state with its name, how many it has, and whether it is shown."""
    name: str
    state: str
    rows: list[PayableRow]
    apart: list[PayableRow]
    acts: bool
    """Whether the reader does the next step in this state."""
    next: str
    notice: str = ""


def payables_page(visit: Visit, state: PayableState | None, cursor: str | None, *, notice: str = "") -> PayablesPage:
    """Return the payables of one state; without a state, of the first that has something for the reader."""
    query = visible_in_books(visit, select(Payable.state, func.count()), Payable).group_by(Payable.state)
    counts: dict[PayableState, int] = dict(visit.session.exec(query).all())
    first = FIRST.get(visit.by.role, (PayableState.TO_MATCH, PayableState.RECEIVED))
    shown = state or next((one for one in first if counts.get(one)), first[0])
    found = payments.payables(visit, state=shown, cursor=cursor, limit=SHOWN)
    event, _ = STEP.get(shown, ("", BarredAct.CHECK))
    acts = bool(event) and visit.by.role in roles_of("payable", event)
    barred = barred_from(visit, found.items, shown) if acts else {}
    rows = [row_of(view, barred.get(view.id)) for view in found.items]
    return PayablesPage(
        tabs=[
            (one.value, name, counts.get(one, 0), one is shown)
            for one, name in TABS.items()
            if counts.get(one) or one is shown or one in first
        ],
        name=TABS[shown],
        state=shown.value,
        rows=[row for row in rows if not row.why_not],
        apart=[row for row in rows if row.why_not],
        acts=acts,
        next=found.next or "",
        notice=notice,
    )


def row_of(view: PayableView, barred: tuple[str, str] | None) -> PayableRow:
    """Return the row of a payable."""
    why_not, article = barred or ("", "")
    return PayableRow(
        id=view.id,
        address=path("payable", payable=view.id),
        number=view.number,
        supplier=view.payee or "",
        kind=wording.capital(wording.kind(view.kind)),
        dated=wording.day(view.dated),
        gross=wording.euros(view.gross),
        why_not=why_not,
        article=article,
    )


def barred_from(visit: Visit, views: Sequence[PayableView], state: PayableState) -> dict[str, tuple[str, str]]:
    """Return why the reader may not do the next step of each payable, by its id, where another person must.

    The rule is the one that refuses the step; only what it asks about is read at once for all rows.
    """
    event, doing = STEP[state]
    steps = separation_of_duties.SEPARATED["payable", event]
    cases = {view.application for view in views}
    officers = select(Application.id, Application.applicant, Application.officer).where(col(Application.id).in_(cases))
    former = former_officers().where(col(LedgerEntry.stream).in_(cases))
    earlier_officers = former.with_only_columns(col(LedgerEntry.stream), null(), *former.selected_columns)
    applicants: dict[str, set[str | None]] = {case: set() for case in cases}
    handled: dict[str, set[str | None]] = {case: set() for case in cases}
    for case, applicant, officer in visit.session.execute(officers.union_all(earlier_officers)):
        applicants[case].add(applicant)
        handled[case].add(officer)
    found = {}
    for view in views:
        hands: Mapping[PastAct, Collection[str | None]] = {
            PastAct.APPLIED: applicants[view.application],
            PastAct.HANDLED_APPLICATION: handled[view.application],
            PastAct.ENTERED_INVOICE: {view.entered_by},
            PastAct.MATCHED_INVOICE: {view.matched_by},
            PastAct.CHECKED_INVOICE: {view.checked_by},
            PastAct.APPROVED_INVOICE: {view.approved_by},
        }
        earlier = {step: visit.by.person if visit.by.person in hands[step] else None for step in steps}
        finding = separation_of_duties.four_eyes.judge(person=visit.by.person, earlier=earlier, doing=doing).finding
        if finding is not None:
            found[view.id] = (finding.message_nl, finding.article)
    return found
