"""Page models of a case: its risk banner, the step to do now, what else can be done and what cannot, and its parts."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from api.access.names import names_of_employers, names_of_staff
from api.http.urls import COLLECTIONS
from api.pages import wording
from api.pages.addresses import path
from api.pages.forms.step import NEW, may_fire_by_form
from api.pages.forms.texts import of_event
from api.pages.visit import Visit
from api.routes import applications, case_parts
from api.routes.case_parts import ActionView
from api.views.applications import ApplicationView
from rules.core.roles import Role
from states.tables.application import Application

PARTS = {
    "case": "Overzicht",
    "case-terms": "Termijnen",
    "case-advice": "Gesprek en advies",
    "case-letters": "Brieven",
    "case-money": "Geld",
    "case-history": "Geschiedenis",
}
"""The pages of a case, in the order of its tabs."""
PROGRESS = (
    ("Intake", ("received", "intake")),
    ("Gesprek", ("interview-planned", "interview-held")),
    ("Advies", ("advice",)),
    ("Vaststelling", ("with-security-authority",)),
    ("Overname", ("takeover",)),
    ("Uitvoering", ("provision",)),
    ("Afrekening", ("settlement",)),
    ("Boeking", ("booking",)),
)
"""The stages of a case that runs to its end, under the names of the task list."""
CHARTS = {collection: chart for chart, collection in COLLECTIONS.items()}
"""The chart of each collection of the API."""
ENDS = frozenset({"withdrawn", "refused", "not-processed", "forwarded", "lapsed", "no-measures", "joined"})
GROUPS = {
    "Gevaar": ("record-threat", "record-hand-off", "release-threat", "lower-urgency"),
    "Termijnen": ("suspend-term", "resume-term", "give-notice", "default", "put-off", "invite-completion", "complete"),
    "De aanvrager": ("record-representative", "end-representation", "record-move", "record-death", "end-office"),
    "Gegevens": ("correct-fact", "open-content", "record-certificate", "amend-interview"),
    "Einde": (
        "withdraw",
        "close",
        "join",
        "keep-apart",
        "forward",
        "not-process",
        "intend-refusal",
        "refuse",
        "reopen",
    ),
}
"""The groups of further steps; all others are steps of the way."""


@dataclass(frozen=True)
class Header:
    """Header of every page of a case: who it is about, where it is, and what is urgent."""

    reference: str
    heading: str
    stage: str
    employers: str
    officer: str
    adviser: str
    urgency: str
    urgency_name: str
    banners: list[str]
    tabs: list[tuple[str, str, bool]]


@dataclass(frozen=True)
class Step:
    """Step that is possible now: what, on which part, by whom, and where."""

    title: str
    about: str
    who: str
    address: str
    explanation: str = ""
    mine: bool = False


@dataclass(frozen=True)
class Refused:
    """Step that is not possible now, with each reason and its article."""

    title: str
    about: str
    reasons: list[tuple[str, str]]


@dataclass(frozen=True)
class CasePage:
    """Overview of a case."""

    header: Header
    next: Step | None
    waiting: list[Step]
    progress: list[tuple[str, str]]
    groups: list[tuple[str, list[Step]]]
    refused: list[Refused]
    signals: list[tuple[str, str, str, str]]
    facts: list[tuple[str, str]]
    statements: list[tuple[str, str]]
    notice: str = ""
    ended: bool = False


def header_of(visit: Visit, view: ApplicationView, here: str) -> Header:
    """Return the header of a case as the reader may see it."""
    people = names_of_staff(visit.session, [view.officer, view.adviser])
    employers = names_of_employers(visit.session, view.employers)
    office = wording.capital(wording.office(view.office))
    name = view.contact.name if view.contact is not None else ""
    return Header(
        reference=view.reference,
        heading=f"{name}, {wording.office(view.office)}" if name else f"{office}, zaak {view.reference}",
        stage=wording.capital(wording.state("application", view.stage)),
        employers=", ".join(employers.get(one, one) for one in view.employers),
        officer=people.get(view.officer or "", ""),
        adviser=people.get(view.adviser or "", ""),
        urgency=view.urgency or "",
        urgency_name=wording.capital(wording.kind(view.urgency)) if view.urgency else "",
        banners=banners_of(view),
        tabs=[(title, path(name, reference=view.reference), name == here) for name, title in PARTS.items()],
    )


def banners_of(view: ApplicationView) -> list[str]:
    """Return what everyone who opens a case must know first."""
    found = []
    if view.urgency in {"acute", "urgent"}:
        newest = view.signals[-1] if view.signals else None
        about = (
            f" Laatste signaal: {wording.kind(newest.kind)}, {wording.moment(newest.recorded_at)}." if newest else ""
        )
        found.append(f"{wording.capital(wording.kind(view.urgency))}.{about}")
    if view.deceased_on:
        found.append(f"Overleden op {wording.day(view.deceased_on)}.")
    if view.moved_on:
        found.append(f"Verhuisd op {wording.day(view.moved_on)}.")
    return found


def about_of(action: ActionView, employers: dict[str, str], measures: dict[str, str]) -> str:
    """Return which part of the case a step is about; nothing where it is the case itself."""
    chart, subject = chart_and_subject(action)
    if chart in {"takeover", "payment-batch", "loan"} and action.organisation:
        return employers.get(action.organisation, action.organisation)
    if chart == "measure":
        return measures.get(subject, "maatregel")
    domain = (action.example or {}).get("domain")
    return wording.kind(str(domain)) if domain and action.name in {"assess-domain", "return-advice"} else ""


def chart_and_subject(action: ActionView) -> tuple[str, str]:
    """Return the chart and the subject of an action by its address."""
    _, _, collection, *rest = action.href.split("/")
    return CHARTS.get(collection, ""), rest[0] if rest else NEW


def steps_of(visit: Visit, case: Application) -> tuple[list[tuple[ActionView, Step]], list[Refused]]:
    """Return the steps that are possible now in their order, and those that are not."""
    found = case_parts.list_actions(visit, case.id).items
    employers = names_of_employers(visit.session, [each.organisation for each in found])
    people = names_of_staff(visit.session, [each.person for each in found])
    shown = case_parts.measures(visit, case.id).items
    measures = {each.id: each.description or wording.kind(each.legal_basis) for each in shown}
    possible, refused = [], []
    for action in found:
        chart, subject = chart_and_subject(action)
        if not chart:
            continue  # a bank file: it has a page of its own
        about = about_of(action, employers, measures)
        title = wording.event(chart, action.name)
        mine = visit.by.role in action.roles
        if action.allowed and may_fire_by_form(chart, action.name):
            who = people.get(action.person or "", "") or wording.role(action.role)
            address = path("case-step", reference=case.id, chart=chart, event=action.name, subject=subject)
            if (chart, action.name) == ("payment-batch", "build"):
                address = path("new-batch")
            if about and action.name == "assess-domain":
                address += f"?domein={(action.example or {}).get('domain')}"
            step = Step(
                title,
                about,
                f"{who} ({wording.role(action.role)})",
                address,
                of_event(chart, action.name)["explanation"],
                mine,
            )
            possible.append((action, step))
        elif action.findings and (mine or visit.by.role in {Role.COORDINATOR, Role.AUDITOR}):
            refused.append(Refused(title, about, [(each.message_nl, each.article) for each in action.findings]))
    return possible, refused


def case_page(visit: Visit, case: Application, *, notice: str = "") -> CasePage:
    """Return the overview of a case as the reader may see it."""
    view = applications.application_view(visit, case)
    possible, refused = steps_of(visit, case)
    onward = [(action, step) for action, step in possible if group_of(action.name) == ""]
    mine = [step for _, step in onward if step.mine]
    further: dict[str, list[Step]] = {}
    for action, step in possible:
        if step.mine and (not mine or step is not mine[0]):
            further.setdefault(group_of(action.name) or "De volgende stappen", []).append(step)
    ended = view.stage in ENDS or view.stage == "closed"
    return CasePage(
        header=header_of(visit, view, "case"),
        next=mine[0] if mine and not ended else None,
        waiting=[] if mine else [step for _, step in onward[:3]],
        progress=progress_of(view.stage),
        groups=sorted(further.items(), key=lambda each: list(GROUPS).index(each[0]) if each[0] in GROUPS else -1),
        refused=refused,
        signals=[
            (
                wording.capital(wording.kind(each.kind)),
                wording.moment(each.recorded_at),
                wording.capital(wording.kind(each.source)),
                each.details or "",
            )
            for each in reversed(view.signals)
        ],
        facts=facts_of(view),
        statements=[(wording.moment(each.at), each.text) for each in view.statements],
        notice=notice,
        ended=ended,
    )


def group_of(event: str) -> str:
    """Return the group of a further step; nothing for a step of the way."""
    return next((group for group, events in GROUPS.items() if event in events), "")


def progress_of(stage: str) -> list[tuple[str, str]]:
    """Return each stage of the way with where the case is in it."""
    reached = next((at for at, (_, stages) in enumerate(PROGRESS) if stage in stages), None)
    if reached is None:
        words = "klaar" if stage == "closed" else "niet meer van toepassing"
        return [(title, words) for title, _ in PROGRESS]
    return [
        (title, "klaar" if at < reached else "hier is de zaak nu" if at == reached else "nog te doen")
        for at, (title, _) in enumerate(PROGRESS)
    ]


def facts_of(view: ApplicationView) -> list[tuple[str, str]]:
    """Return the facts of a case that the reader may see, under their Dutch names."""
    rows: Sequence[tuple[str, str]] = (
        ("Ontvangen op", wording.day(view.received_on)),
        ("Benoeming zeker sinds", wording.day(view.certain_since)),
        ("In het ambt tot", wording.day(view.in_office_until)),
        ("Telefoon", (view.contact.phone or "") if view.contact else ""),
        ("E-mail", view.contact.email if view.contact else ""),
        ("Adres", view.dwellings[-1].home_address if view.dwellings else ""),
        ("Huisgenoten", (view.dwellings[-1].household or "") if view.dwellings else ""),
        ("Gesprek gepland op", wording.day(view.interview_on)),
        ("Gesprek gehouden op", wording.day(view.interview_held_on)),
        ("Advies vastgesteld op", wording.day(view.adopted_on)),
        ("Ambt geëindigd op", wording.day(view.office_ended_on)),
        ("Vertegenwoordiger", view.representative_contact.name if view.representative_contact else ""),
    )
    return [(name, words) for name, words in rows if words]


@dataclass(frozen=True)
class PartPage:
    """Part of a case on a page of its own: the header, and what the part shows."""

    header: Header
    rows: list[dict[str, object]] = field(default_factory=list)
    more: dict[str, object] = field(default_factory=dict)
