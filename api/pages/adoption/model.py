"""Page models of adoption: the cases that wait, and one case with its draft and what changed since it was returned."""

from dataclasses import dataclass, field, replace

from sqlmodel import col, select

from api.access.work import visible_in_hand, visible_work
from api.pages import wording
from api.pages.addresses import path
from api.pages.adoption.differences import Stretch, differences
from api.pages.application.model import Header, header_of
from api.pages.forms.possible import PossibleStep, steps_of
from api.pages.visit import Visit, new_key
from api.pages.worklist.model import SHOWN, WorkRow, rows_of
from api.routes import applications, case_parts
from api.views.texts import DomainTextView, TextView
from api.views.work import work_item_view
from rules.core.regulation import Domain
from states.queue import pools
from states.tables.application import Application
from states.tables.work import WorkItem


@dataclass(frozen=True)
class AdoptionsPage:
    """Cases that wait for the security authority: the reader's own and free ones, and those of colleagues."""

    waiting: list[WorkRow]
    elsewhere: list[WorkRow]
    first: str
    """The reference of the most urgent one; empty if none waits."""
    more: bool
    notice: str


@dataclass(frozen=True)
class DomainPart:
    """Domain of the advice: its state, its text with what changed, what was returned, and its measures."""

    code: str
    name: str
    state: str
    finding: str
    changes: list[Stretch]
    """The text with its differences from the one that was returned; empty if it was not returned, or not rewritten."""
    unchanged: bool
    """Whether it was returned, and stands as it was returned."""
    remarks: list[tuple[str, str]]
    measures: list[tuple[str, str, str]]
    """Each measure with its legal basis and estimate."""
    return_address: str
    """Where it can be returned; empty if it cannot."""


@dataclass(frozen=True)
class AdoptionPage:
    """Case that the security authority decides on."""

    header: Header
    domains: list[DomainPart]
    possible: list[PossibleStep]
    refused: list[PossibleStep]
    following: str
    """The reference of the next case; empty if there is none."""
    version: int
    key: str = field(default_factory=new_key)
    notice: str = ""


def waiting_items(visit: Visit) -> list[WorkItem]:
    """Return the open adoptions that the reader can do, most urgent first."""
    query = select(WorkItem).where(
        col(WorkItem.done_at).is_(None), WorkItem.chart == "application", WorkItem.action == "adopt-advice"
    )
    found = visible_work(visit, query, None, None).order_by(*pools.queue_order()).limit(SHOWN + 1)
    return list(visit.session.exec(found))


def adoptions_page(visit: Visit, *, notice: str = "") -> AdoptionsPage:
    """Return the cases that wait for the reader and for colleagues."""
    items = waiting_items(visit)
    in_hand = select(WorkItem).where(
        col(WorkItem.done_at).is_(None),
        WorkItem.chart == "application",
        WorkItem.action == "adopt-advice",
        col(WorkItem.assignee).is_not(None),
        WorkItem.assignee != visit.by.person,
    )
    of_colleagues = list(
        visit.session.exec(visible_in_hand(visit, in_hand).order_by(*pools.queue_order()).limit(SHOWN))
    )
    shown = [*items[:SHOWN], *of_colleagues]
    rows = rows_of(visit, shown, [work_item_view(item, visit.at) for item in shown])
    rows = [at_adoption(row) for row in rows]
    mine = rows[: len(items[:SHOWN])]
    first = next((row.reference for row in mine if row.reference), "")
    return AdoptionsPage(mine, rows[len(mine) :], first, more=len(items) > SHOWN, notice=notice)


def at_adoption(row: WorkRow) -> WorkRow:
    """Return a row that leads to the page of adoption."""
    return replace(row, address=path("adoption", reference=row.reference or ""))


def following_of(visit: Visit, reference: str) -> str:
    """Return the reference of the next case that waits; empty if there is none."""
    return next((str(item.application) for item in waiting_items(visit) if item.application != reference), "")


def adoption_page(visit: Visit, case: Application, *, notice: str = "") -> AdoptionPage:
    """Return a case with its draft beside what was returned of it."""
    view = applications.application_view(visit, case)

    def address(event: str) -> str:
        return path("adopt", reference=case.id) if event == "adopt-advice" else ""

    possible, refused = steps_of(visit, "application", case, address)
    may_return = any(step.event == "return-advice" for step in possible)
    measures = {each.id: each for each in case_parts.measures(visit, case.id).items}
    texts = {
        domain.domain: domain
        for version in view.advice.versions
        if version.version == view.advice.version
        for domain in version.domains
    }
    states = {each.domain: each.state for each in view.advice.domains}
    domains = []
    for code in Domain:
        found = texts.get(code.value) or DomainTextView(domain=code.value)
        before, now = returned_and_present(found)
        domains.append(
            DomainPart(
                code=code.value,
                name=wording.capital(wording.kind(code.value)),
                state=wording.state("domain-advice", states[code.value]) if code.value in states else "",
                finding=found.findings[-1].text if found.findings else "",
                changes=differences(before.text, now.text) if before and now else [],
                unchanged=before is not None and now is None,
                remarks=[(wording.moment(each.at), each.text) for each in found.remarks],
                measures=[
                    (
                        each.text,
                        wording.capital(wording.kind(measures[each.id].legal_basis)) if each.id in measures else "",
                        wording.euros(measures[each.id].estimate) if each.id in measures else "",
                    )
                    for each in found.measures
                    if each.id not in measures or measures[each.id].state != "superseded"
                ],
                return_address=path("return-domain", reference=case.id, domain=code.value)
                if may_return and states.get(code.value) == "submitted"
                else "",
            )
        )
    return AdoptionPage(
        header=header_of(visit, view, ""),
        domains=domains,
        possible=[step for step in possible if step.event == "adopt-advice"],
        refused=[step for step in refused if step.event in {"adopt-advice", "return-advice"}],
        following=following_of(visit, case.id),
        version=view.advice.version,
        notice=notice,
    )


def returned_and_present(domain: DomainTextView) -> tuple[TextView | None, TextView | None]:
    """Return the text that was returned last, and the one written after it; None for what there is not."""
    if not domain.remarks:
        return None, None
    returned_at = domain.remarks[-1].seq
    earlier = [each for each in domain.findings if each.seq < returned_at]
    later = [each for each in domain.findings if each.seq > returned_at]
    return (earlier[-1] if earlier else None), (later[-1] if later else None)
