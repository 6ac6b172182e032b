"""What leaves: allow-lists per subject, and who may see which part of a case."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from sqlmodel import Session, col, select

from rules.core.roles import OF_AN_EMPLOYER, Actor, Role
from states.engine import parties
from states.errors import NotFoundError
from states.payments.payees import payee_of
from states.storage.vault import Vault
from states.tables.application import Application, Measure, Takeover
from states.tables.ledger import Stream
from states.tables.loans import Loan, Objection
from states.tables.payments import Payable
from states.tables.work import Reminder

READS_CONTENT = frozenset(
    {Role.APPLICANT, Role.OFFICER, Role.ADVISER, Role.SECURITY_AUTHORITY, Role.COORDINATOR, Role.PRIVACY_OFFICER},
)
"""Who needs to know the content of a case; auditors verify facts."""
READS_MEASURES = READS_CONTENT | {Role.EMPLOYER, Role.SECURITY_CONTACT}
"""Who needs to know what a measure is; finance sees amounts and supplier."""
WHERE_TOLD = frozenset({Role.SECRETARY, Role.HEAD})
"""Who sees the cases that the clock told them of, and no others."""
READS_PAYEE = frozenset({Role.EMPLOYER, Role.SECURITY_CONTACT, Role.FINANCE, Role.APPROVER, Role.RELEASER})


PAYS = frozenset({Role.FINANCE, Role.APPROVER, Role.RELEASER})
"""Who sees of a case what is to be paid, and neither what for nor where."""


class View(BaseModel):
    """An answer; its fields are all that can leave."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True)


class Words(View):
    """The same in English and in Dutch."""

    en: str
    nl: str


class ApplicationSummary(View):
    """One line of a list of applications."""

    reference: str
    stage: str
    urgency: str
    office: str
    employers: list[str]
    received_on: date
    changed_at: datetime


class DomainView(View):
    """The advice in one domain."""

    domain: str
    state: str
    risk: str | None = None
    advice_version: int


class TakeoverView(View):
    """One employer's takeover."""

    id: str
    organisation: str
    state: str
    advice_version: int
    requested_on: date
    received_on: date | None = None
    taken_over_on: date | None = None
    decided_as: str | None = None


class ApplicationView(ApplicationSummary):
    """An application as the caller may see it; ``content`` is there for those who need to know it."""

    applicant: str
    certain_since: date
    in_office_until: date | None = None
    acting_since: date | None = None
    in_territory: bool
    exemption_on: date | None = None
    office_suspended_since: date | None = None
    office_suspended_until: date | None = None
    officer: str | None = None
    adviser: str | None = None
    interview_on: date | None = None
    interview_held_on: date | None = None
    adopted_on: date | None = None
    threat_analysis: str | None = None
    home_assessment: str | None = None
    refusal_ground: str | None = None
    refusal_article: str | None = None
    office_ended_on: date | None = None
    deceased_on: date | None = None
    moved_on: date | None = None
    follows: str | None = None
    discretionary: bool = False
    resembles: str | None = None
    repeats: str | None = None
    joined_to: str | None = None
    representative: str | None = None
    ended_on: date | None = None
    created_at: datetime
    version: int
    advice: list[DomainView] = []
    takeovers: list[TakeoverView] = []
    content: dict[str, Any] | None = None


class MeasureView(View):
    """One measure; what it is stays away from those who need not know."""

    id: str
    application: str
    state: str
    domain: str | None = None
    legal_basis: str
    form: str
    estimate: Decimal
    recurring: bool
    ends_on: date | None = None
    payer: str | None = None
    ordered_on: date | None = None
    provided_on: date | None = None
    kept_after_office: bool
    invoiced: bool
    version: int
    description: str | None = None


class LineView(View):
    """One line of a payable: for a measure, or outside the advice."""

    measure: str | None = None
    outside: str | None = None
    certificate_works: bool | None = None
    attributable: bool | None = None
    period_from: date | None = None
    period_until: date | None = None
    net: Decimal
    vat_rate: Decimal
    vat: Decimal
    gross: Decimal


class PayableView(View):
    """One employer's part of an invoice."""

    id: str
    application: str
    invoice: str
    organisation: str
    state: str
    kind: str
    number: str
    dated: date
    net: Decimal
    vat: Decimal
    gross: Decimal
    addressee: str | None = None
    own_contribution: Decimal
    addressed_to: str | None = None
    replaces: str | None = None
    credits: str | None = None
    """For a credit note: the invoice that it takes something off; its amounts are negative."""
    part: int = 1
    part_of: str | None = None
    settled_with: str | None = None
    repaid_by: str | None = None
    entered_by: str | None = None
    matched_by: str | None = None
    checked_by: str | None = None
    approved_by: str | None = None
    second_approved_by: str | None = None
    paid_on: date | None = None
    return_reason: str | None = None
    version: int
    payee: str | None = None
    iban: str | None = None
    reasons: list[str] = []
    """What is said with its lines, such as why something outside the advice is paid."""
    texts: list[str] = []
    """What the supplier wrote on its lines, for those who may know what it is for."""
    lines: list[LineView] = []
    """Its lines, or while it is to be matched their amounts alone."""


class BatchLineView(View):
    """One payment in a batch."""

    payable: str
    end_to_end: str
    amount: Decimal
    counts: bool
    bank_status: str | None = None
    """What the bank said last (pain.002); it is no proof of payment."""
    bank_status_words: Words | None = None
    bank_reason: str | None = None
    bank_reason_words: Words | None = None


class FoundView(View):
    """What a rule found, kept as it was found."""

    rule: str
    message: str
    message_nl: str
    article: str


class LeftOut(View):
    """A payable that does not go along in a batch, and why."""

    payable: str
    amount: Decimal
    findings: list[FoundView]


class ProposedBatch(View):
    """What a batch would hold if it were built now."""

    organisation: str
    execution_on: date
    count: int
    total: Decimal
    payables: list[str]
    left_out: list[LeftOut]


class BatchView(View):
    """One payment batch."""

    id: str
    organisation: str
    state: str
    execution_on: date
    count: int
    total: Decimal
    sha256: str | None = None
    message_id: str | None = None
    created_by: str
    released_by: str | None = None
    exported_at: datetime | None = None
    bank_status: str | None = None
    bank_status_words: Words | None = None
    bank_reason: str | None = None
    bank_reason_words: Words | None = None
    payee_is_verified: bool = False
    """Whether the bank verifies the payee's name whatever we agreed with it: it does for a file of one payment."""
    version: int
    lines: list[BatchLineView] = []
    left_out: list[LeftOut] = []


class BookingView(View):
    """One booking."""

    id: str
    application: str
    payable: str
    organisation: str
    state: str
    amount: Decimal
    vat: Decimal | None = None
    tax_class: str
    designation: str
    evidence: dict[str, Any]
    missing: list[str]
    booked_on: date | None = None
    exported_on: date | None = None
    version: int


class LoanView(View):
    """One loan; what is lent, and why, stays away from those who need not know."""

    id: str
    application: str | None = None
    person: str
    organisation: str
    office: str
    state: str
    urgent: bool
    requested_on: date
    decided_on: date | None = None
    decided_by: str | None = None
    decision: str | None = None
    lent_on: date | None = None
    due_back_on: date | None = None
    returned_on: date | None = None
    lost_on: date | None = None
    version: int
    description: str | None = None
    need: str | None = None
    reasons: str | None = None
    remarks: str | None = None


class ObjectionView(View):
    """One objection; its grounds and reasons are for those who need to know them."""

    id: str
    application: str | None = None
    loan: str | None = None
    person: str
    organisation: str | None = None
    against: str
    state: str
    announced_on: date
    objection_until: date
    received_on: date
    late: bool
    excusable: bool | None = None
    by_representative: bool
    committee: bool
    hearing_on: date | None = None
    heard_on: date | None = None
    waiver: str | None = None
    put_off_from: date | None = None
    decides: str
    decided_on: date | None = None
    decided_by: str | None = None
    outcome: str | None = None
    reopened_at: str | None = None
    appeal_on: date | None = None
    court_case: str | None = None
    judged_on: date | None = None
    judgment: str | None = None
    version: int
    grounds: str | None = None
    report: str | None = None
    reasons: str | None = None


class OrganisationView(View):
    """One employer."""

    id: str
    kind: str
    name: str
    state: str
    risk_inventory: str | None = None
    successor: str | None = None
    merged_on: date | None = None
    version: int


class PersonView(View):
    """One person; the name is content and does not leave here."""

    id: str
    state: str
    language: str | None = None
    version: int


def may_see(session: Session, by: Actor, application: Application) -> bool:
    """Whether a case may be known to a caller at all.

    Applicants see their own; employers a case in which they were asked to take over, their secretary only one in
    which a term passed and the clock said so, as the head of the office; the office sees all, the ministry's contact
    none.
    """
    if by.role is Role.MINISTRY_CONTACT:
        return False
    if by.role in WHERE_TOLD:
        told = select(Reminder.term).where(Reminder.application == application.id, Reminder.recipient == by.person)
        return session.exec(told.limit(1)).first() is not None
    if by.role is Role.APPLICANT:
        return by.person in {application.applicant, application.representative}
    if by.role in OF_AN_EMPLOYER:
        mine = col(Takeover.organisation).in_(parties.known_as(session, by.organisation))
        query = select(Takeover.id).where(Takeover.stream == application.id, mine)
        return session.exec(query.limit(1)).first() is not None
    return True


def may_see_apart(session: Session, by: Actor, row: Loan | Objection) -> bool:
    """Whether a loan or an objection may be known to a caller: the official, the office and that employer alone."""
    if by.role in {Role.HEAD, Role.MINISTRY_CONTACT}:
        return False
    if by.role is Role.APPLICANT:
        return row.person == by.person
    return by.role not in OF_AN_EMPLOYER or by.organisation in parties.organisations(session, row)


def apart(session: Session, by: Actor, row: Loan | Objection, readers: frozenset[Role]) -> dict[str, Any]:
    """The facts and content of a loan or an objection; the application only for those who may know of it."""
    facts = {**row.model_dump(), **content_of(session, by, row.stream, row.id, readers)}
    case = session.get(Application, row.application) if row.application else None
    if case is not None and not may_see(session, by, case):
        facts["application"] = None
    return facts


def loan(session: Session, by: Actor, row: Loan) -> LoanView:
    """One loan as the caller may see it."""
    return LoanView(**apart(session, by, row, READS_MEASURES))


def objection(session: Session, by: Actor, row: Objection) -> ObjectionView:
    """One objection as the caller may see it; an employer reads the one to its own decision."""
    return ObjectionView(**apart(session, by, row, READS_CONTENT | {Role.EMPLOYER}))


def seen(session: Session, by: Actor, reference: str) -> Application:
    """A case that the caller may see.

    Raises:
        NotFoundError: there is none, or the caller may not know that there is.
    """
    application = session.get(Application, reference)
    if application is None or not may_see(session, by, application):
        raise NotFoundError("application", reference)
    return application


def content_of(session: Session, by: Actor, stream: str, subject: str, readers: frozenset[Role]) -> Mapping[str, Any]:
    """The content of a subject for those who need to know it; empty for others and once erased."""
    if by.role not in readers:
        return {}
    return Vault.of(session).content(session, session.get_one(Stream, stream), subject)


def wire(content: Mapping[str, Any]) -> dict[str, Any]:
    """Content in wire form: the fields' names as their bodies have them."""
    return {".".join(map(to_camel, path.split("."))): text for path, text in content.items()}


INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)\+00:00")


def zulu(thing: Any) -> Any:
    """The same, with every instant in it ending in Z."""
    if isinstance(thing, Mapping):
        return {key: zulu(value) for key, value in thing.items()}
    if isinstance(thing, list):
        return [zulu(value) for value in thing]
    return INSTANT.sub(r"\1Z", thing) if isinstance(thing, str) else thing


def explanation(by: Actor, why: Mapping[str, Any]) -> dict[str, Any]:
    """Why an item stands where it stands; employers learn from it how urgent a case is, not who threatens how.

    Who of the office is away or barred is the office's business alone.
    """
    shown: dict[str, Any] = zulu(why)
    if by.role in OF_AN_EMPLOYER or by.role is Role.APPLICANT:
        for factor in shown.get("factors", []):
            if factor["factor"] == "skill":
                factor["fact"].pop("mayNot", None)
            if factor["factor"] == "inHand":
                factor["fact"].pop("by", None)
    if by.role in OF_AN_EMPLOYER:
        for factor in shown.get("factors", []):
            if factor["factor"] == "lane":
                factor["fact"] = {"signals": len(factor["fact"])}
    return shown


def summary(session: Session, row: Application) -> ApplicationSummary:
    """One line of a list."""
    return ApplicationSummary(
        reference=row.id,
        stage=row.state,
        urgency=row.urgency,
        office=row.office,
        employers=parties.employers_of(session, row.id),
        received_on=row.received_on,
        changed_at=row.changed_at,
    )


def advice(by: Actor, domains: list[DomainView]) -> list[DomainView]:
    """The advice by domain; for those who pay none, since a domain tells what a measure is."""
    return [] if by.role in PAYS else sorted(domains, key=lambda item: item.domain)


def measure(session: Session, by: Actor, row: Measure) -> MeasureView:
    """One measure as the caller may see it."""
    text = content_of(session, by, row.stream, row.id, READS_MEASURES)
    facts = row.model_dump()
    if by.role not in READS_MEASURES and by.role is not Role.AUDITOR:
        facts["domain"] = None
    return MeasureView(**facts, application=row.stream, description=text.get("description"))


def payable(session: Session, by: Actor, row: Payable, lines: list[Any]) -> PayableView:
    """One payable as the caller may see it."""
    text = content_of(session, by, row.stream, row.id, READS_PAYEE)
    payee, iban = payee_of(session, row) if text else (None, None)
    knows = by.role in READS_MEASURES
    return PayableView(
        **row.model_dump(),
        application=row.stream,
        payee=payee,
        iban=iban,
        reasons=[why for path, why in sorted(text.items()) if path.endswith(".reasons")],
        texts=[words for path, words in sorted(text.items()) if path.endswith(".text")] if knows else [],
        lines=[LineView.model_validate(line) for line in row.offered or lines],
    )
