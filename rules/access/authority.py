"""Authority: the roles that may record each event; an event that is not listed is closed to all."""

from collections.abc import Sequence

from rules.core.roles import OF_AN_EMPLOYER, Role
from rules.core.rule import AWB, HOUSE, Bilingual, message, rule
from rules.core.translations import dutch, listed

DUTIES: dict[tuple[str, str], tuple[Role, ...]] = {
    # chart, event: roles, the usual one first
    ("application", "receive"): (Role.OFFICER, Role.APPLICANT, Role.ENGINE),
    ("application", "start-intake"): (Role.OFFICER,),
    ("application", "invite-completion"): (Role.OFFICER,),
    ("application", "complete"): (Role.APPLICANT, Role.OFFICER),
    ("application", "not-process"): (Role.OFFICER,),
    ("application", "forward"): (Role.OFFICER,),
    ("application", "plan-interview"): (Role.OFFICER, Role.ADVISER),
    ("application", "hold-interview"): (Role.ADVISER,),
    ("application", "amend-interview"): (Role.ADVISER,),
    ("application", "begin-advice"): (Role.ADVISER,),
    ("application", "assess-domain"): (Role.ADVISER,),
    ("application", "submit-advice"): (Role.ADVISER,),
    ("application", "return-advice"): (Role.SECURITY_AUTHORITY,),
    ("application", "adopt-advice"): (Role.SECURITY_AUTHORITY,),
    ("application", "begin-provision"): (Role.ENGINE,),
    ("application", "begin-settlement"): (Role.ENGINE,),
    ("application", "begin-booking"): (Role.ENGINE,),
    ("application", "receive-invoice"): (Role.FINANCE, Role.EMPLOYER, Role.SECURITY_CONTACT),
    ("application", "receive-credit-note"): (Role.FINANCE, Role.EMPLOYER, Role.SECURITY_CONTACT),
    ("application", "close"): (Role.OFFICER,),
    ("application", "intend-refusal"): (Role.OFFICER,),
    ("application", "record-view"): (Role.APPLICANT, Role.OFFICER),
    ("application", "abandon-refusal"): (Role.OFFICER,),
    ("application", "refuse"): (Role.SECURITY_AUTHORITY, Role.COORDINATOR),
    ("application", "withdraw"): (Role.APPLICANT, Role.OFFICER),
    ("application", "lapse"): (Role.ENGINE,),
    ("application", "record-threat"): (
        Role.OFFICER,
        Role.APPLICANT,
        Role.ADVISER,
        Role.SECURITY_AUTHORITY,
        Role.COORDINATOR,
        Role.EMPLOYER,
        Role.SECURITY_CONTACT,
    ),
    ("application", "release-threat"): (Role.OFFICER, Role.ADVISER, Role.SECURITY_AUTHORITY, Role.COORDINATOR),
    ("application", "open-content"): (Role.OFFICER, Role.ADVISER),
    ("application", "record-hand-off"): (Role.OFFICER, Role.ADVISER, Role.COORDINATOR),
    ("application", "succeed-employer"): (Role.ENGINE,),
    ("application", "reassign"): (Role.ENGINE,),
    ("application", "lower-urgency"): (Role.COORDINATOR,),
    ("application", "record-certificate"): (Role.OFFICER, Role.ADVISER),
    ("application", "correct-fact"): (Role.OFFICER,),
    ("application", "suspend-term"): (Role.EMPLOYER, Role.OFFICER),
    ("application", "resume-term"): (Role.EMPLOYER, Role.OFFICER),
    ("application", "end-office"): (Role.OFFICER, Role.EMPLOYER, Role.ENGINE),
    ("application", "record-move"): (Role.OFFICER, Role.APPLICANT),
    ("application", "record-death"): (Role.OFFICER, Role.EMPLOYER, Role.ENGINE),
    ("application", "revise-advice"): (Role.ADVISER,),
    ("application", "request-loan"): (Role.OFFICER, Role.APPLICANT),
    ("application", "file-objection"): (Role.APPLICANT, Role.OFFICER),
    ("application", "reopen"): (Role.COORDINATOR, Role.ENGINE),
    ("application", "join"): (Role.OFFICER,),
    ("application", "keep-apart"): (Role.OFFICER,),
    ("application", "take-in-joined"): (Role.ENGINE,),
    ("application", "decline-second-home"): (Role.ENGINE,),
    ("application", "record-representative"): (Role.OFFICER, Role.APPLICANT),
    ("application", "end-representation"): (Role.OFFICER, Role.APPLICANT),
    ("domain-advice", "open"): (Role.ENGINE,),
    ("domain-advice", "draft"): (Role.ENGINE,),
    ("domain-advice", "set-aside"): (Role.ENGINE,),
    ("domain-advice", "submit"): (Role.ENGINE,),
    ("domain-advice", "send-back"): (Role.ENGINE,),
    ("domain-advice", "adopt"): (Role.ENGINE,),
    ("domain-advice", "lapse"): (Role.ENGINE,),
    ("takeover", "request"): (Role.ENGINE,),
    ("takeover", "confirm-receipt"): (Role.EMPLOYER, Role.OFFICER),
    ("takeover", "take-over"): (Role.EMPLOYER,),
    ("takeover", "lapse"): (Role.ENGINE,),
    ("takeover", "decline-second-home"): (Role.EMPLOYER,),
    ("takeover", "give-notice"): (Role.EMPLOYER,),
    ("takeover", "default"): (Role.APPLICANT, Role.OFFICER),
    ("takeover", "fix-penalty"): (Role.EMPLOYER,),
    ("measure", "propose"): (Role.ENGINE,),
    ("measure", "drop"): (Role.ENGINE,),
    ("measure", "advise"): (Role.ENGINE,),
    ("measure", "take-over"): (Role.ENGINE,),
    ("measure", "order"): (Role.EMPLOYER,),
    ("measure", "provide"): (Role.EMPLOYER,),
    ("measure", "settle"): (Role.ENGINE,),
    ("measure", "settle-without-invoice"): (Role.EMPLOYER,),
    ("measure", "unsettle"): (Role.ENGINE,),
    ("measure", "decline"): (Role.APPLICANT, Role.OFFICER),
    ("measure", "mark-not-possible"): (Role.EMPLOYER,),
    ("measure", "supersede"): (Role.ENGINE,),
    ("measure", "end-with-office"): (Role.ENGINE,),
    ("measure", "keep-after-office"): (Role.EMPLOYER,),
    ("measure", "let-go"): (Role.EMPLOYER,),
    ("measure", "remove"): (Role.EMPLOYER,),
    ("payable", "receive"): (Role.ENGINE,),
    ("payable", "part-off"): (Role.ENGINE,),
    ("payable", "match"): (Role.SECURITY_CONTACT, Role.EMPLOYER),
    ("payable", "check"): (Role.FINANCE,),
    ("payable", "approve"): (Role.APPROVER,),
    ("payable", "approve-second"): (Role.APPROVER,),
    ("payable", "reject"): (Role.APPROVER,),
    ("payable", "reject-with-invoice"): (Role.ENGINE,),
    ("payable", "batch"): (Role.ENGINE,),
    ("payable", "unbatch"): (Role.ENGINE,),
    ("payable", "pay"): (Role.ENGINE,),
    ("payable", "bounce"): (Role.ENGINE,),
    ("payable", "pay-in-parts"): (Role.FINANCE,),
    ("payable", "offset"): (Role.ENGINE,),
    ("payable", "ask-back"): (Role.FINANCE,),
    ("payable", "record-repayment"): (Role.FINANCE,),
    ("payable", "add-document"): (Role.SECURITY_CONTACT, Role.FINANCE, Role.EMPLOYER),
    ("payable", "fix-interest"): (Role.FINANCE,),
    ("document", "read"): (Role.SECURITY_CONTACT, Role.PRIVACY_OFFICER),
    ("payment-batch", "build"): (Role.FINANCE, Role.ENGINE),
    ("payment-batch", "seal"): (Role.FINANCE,),
    ("payment-batch", "release"): (Role.RELEASER,),
    ("payment-batch", "export"): (Role.FINANCE,),
    ("payment-batch", "withdraw"): (Role.FINANCE, Role.RELEASER),
    ("payment-batch", "settle"): (Role.ENGINE,),
    ("payment-batch", "drop-line"): (Role.ENGINE,),
    ("payment-batch", "take-in-report"): (Role.ENGINE, Role.FINANCE),
    ("payment-batch", "reject"): (Role.ENGINE,),
    ("booking", "propose"): (Role.ENGINE,),
    ("booking", "weigh-evidence"): (Role.ENGINE,),
    ("booking", "complete-evidence"): (Role.FINANCE,),
    ("booking", "book"): (Role.FINANCE, Role.ENGINE),
    ("booking", "export"): (Role.FINANCE,),
    ("booking", "reverse"): (Role.ENGINE,),
    ("booking", "correct"): (Role.FINANCE,),
    ("organisation", "register"): (Role.ADMINISTRATOR,),
    ("organisation", "record-inventory"): (Role.FINANCE, Role.EMPLOYER),
    ("organisation", "take-in-statement"): (Role.FINANCE, Role.ENGINE),
    ("organisation", "take-in-entries"): (Role.ENGINE,),
    ("organisation", "set-accounts"): (Role.FINANCE,),
    ("organisation", "close-period"): (Role.FINANCE,),
    ("organisation", "reopen-period"): (Role.FINANCE, Role.APPROVER, Role.RELEASER),
    ("organisation", "match-bank-entry"): (Role.FINANCE,),
    ("organisation", "set-aside-bank-entry"): (Role.FINANCE, Role.ENGINE),
    ("organisation", "merge"): (Role.ADMINISTRATOR,),
    ("organisation", "locate"): (Role.ADMINISTRATOR, Role.COORDINATOR),
    ("person", "register-first"): (Role.ENGINE,),
    ("person", "register"): (Role.ADMINISTRATOR, Role.ENGINE),
    ("person", "grant-duty"): (Role.ADMINISTRATOR,),
    ("person", "confirm-duty"): (Role.ADMINISTRATOR, Role.HEAD),
    ("person", "decline-duty"): (Role.ADMINISTRATOR, Role.HEAD),
    ("proposed-duty", "read"): (Role.ADMINISTRATOR, Role.HEAD, Role.PRIVACY_OFFICER, Role.AUDITOR),
    ("person", "depart"): (Role.ADMINISTRATOR, Role.ENGINE),
    ("person", "choose-language"): (Role.APPLICANT, Role.OFFICER, Role.ADMINISTRATOR, Role.ENGINE),
    ("person", "choose-letters"): (
        Role.ADMINISTRATOR,
        Role.OFFICER,
        Role.ADVISER,
        Role.SECURITY_AUTHORITY,
        Role.COORDINATOR,
        Role.EMPLOYER,
        Role.APPROVER,
        Role.FINANCE,
        Role.RELEASER,
        Role.SECURITY_CONTACT,
    ),
    ("person", "arrange-work"): (Role.COORDINATOR, Role.ADMINISTRATOR),
    ("person", "record-absence"): (
        Role.COORDINATOR,
        Role.OFFICER,
        Role.ADVISER,
        Role.SECURITY_AUTHORITY,
        Role.EMPLOYER,
        Role.APPROVER,
        Role.FINANCE,
        Role.RELEASER,
        Role.SECURITY_CONTACT,
        Role.ADMINISTRATOR,
    ),
    ("person", "end-absence"): (
        Role.COORDINATOR,
        Role.OFFICER,
        Role.ADVISER,
        Role.SECURITY_AUTHORITY,
        Role.EMPLOYER,
        Role.APPROVER,
        Role.FINANCE,
        Role.RELEASER,
        Role.SECURITY_CONTACT,
        Role.ADMINISTRATOR,
    ),
    ("person", "succeed-employer"): (Role.ENGINE,),
    ("loan", "request"): (Role.OFFICER, Role.APPLICANT, Role.EMPLOYER),
    ("loan", "open"): (Role.ENGINE,),
    ("loan", "grant"): (Role.EMPLOYER,),
    ("loan", "decline"): (Role.EMPLOYER,),
    ("loan", "reconsider"): (Role.ENGINE,),
    ("loan", "lend"): (Role.EMPLOYER,),
    ("loan", "take-back"): (Role.EMPLOYER, Role.OFFICER),
    ("loan", "lose"): (Role.EMPLOYER, Role.OFFICER),
    ("loan", "withdraw"): (Role.APPLICANT, Role.OFFICER),
    ("loan", "end-with-office"): (Role.EMPLOYER, Role.OFFICER, Role.ENGINE),
    ("loan", "file-objection"): (Role.APPLICANT, Role.OFFICER, Role.EMPLOYER),
    ("loan", "succeed-employer"): (Role.ENGINE,),
    ("objection", "file"): (Role.ENGINE,),
    ("objection", "plan-hearing"): (Role.COORDINATOR, Role.EMPLOYER),
    ("objection", "hear"): (Role.COORDINATOR, Role.EMPLOYER),
    ("objection", "waive-hearing"): (Role.COORDINATOR, Role.EMPLOYER),
    ("objection", "put-off"): (Role.COORDINATOR, Role.EMPLOYER),
    ("objection", "suspend"): (Role.COORDINATOR, Role.EMPLOYER),
    ("objection", "resume"): (Role.COORDINATOR, Role.EMPLOYER),
    ("objection", "decide"): (Role.COORDINATOR, Role.SECURITY_AUTHORITY, Role.EMPLOYER),
    ("objection", "withdraw"): (Role.APPLICANT, Role.OFFICER),
    ("objection", "record-appeal"): (Role.OFFICER, Role.COORDINATOR),
    ("objection", "record-judgment"): (Role.OFFICER, Role.COORDINATOR),
    ("work", "claim"): (
        Role.OFFICER,
        Role.ADVISER,
        Role.SECURITY_AUTHORITY,
        Role.COORDINATOR,
        Role.EMPLOYER,
        Role.APPROVER,
        Role.FINANCE,
        Role.RELEASER,
        Role.SECURITY_CONTACT,
        Role.ADMINISTRATOR,
    ),
    ("work", "assign"): (Role.COORDINATOR,),
    ("work", "delegate"): (
        Role.OFFICER,
        Role.ADVISER,
        Role.SECURITY_AUTHORITY,
        Role.COORDINATOR,
        Role.EMPLOYER,
        Role.APPROVER,
        Role.FINANCE,
        Role.RELEASER,
        Role.SECURITY_CONTACT,
        Role.ADMINISTRATOR,
    ),
    ("work", "redistribute"): (Role.COORDINATOR,),
    ("work", "release"): (
        Role.OFFICER,
        Role.ADVISER,
        Role.SECURITY_AUTHORITY,
        Role.COORDINATOR,
        Role.EMPLOYER,
        Role.APPROVER,
        Role.FINANCE,
        Role.RELEASER,
        Role.SECURITY_CONTACT,
        Role.ADMINISTRATOR,
    ),
    ("police-report", "draft"): (Role.APPLICANT, Role.OFFICER, Role.ADVISER),
    ("timer", "read"): (Role.COORDINATOR, Role.ADMINISTRATOR, Role.AUDITOR),
    ("letter", "settle"): (Role.OFFICER, Role.COORDINATOR, Role.ADMINISTRATOR),
    ("statistics", "read"): (Role.COORDINATOR, Role.SECURITY_AUTHORITY, Role.ADMINISTRATOR, Role.AUDITOR),
    ("progress-report", "read"): (
        Role.COORDINATOR,
        Role.SECURITY_AUTHORITY,
        Role.ADMINISTRATOR,
        Role.AUDITOR,
        Role.MINISTRY_CONTACT,
    ),
    ("forecast", "ask"): (Role.COORDINATOR, Role.ADMINISTRATOR, Role.AUDITOR),
}


def roles_of(chart: str, event: str) -> tuple[Role, ...]:
    """The roles that may record an event, the usual one first; empty if the event is not listed."""
    return DUTIES.get((chart, event), ())


@rule(
    "duty.role",
    article="Awb 10:3",
    source=AWB,
    nl="De gebeurtenis is de taak van de rol waarin iemand handelt.",
    verified=False,
)
def role_has_duty(*, chart: str, event: str, role: Role) -> Bilingual | None:
    """The event is a duty of the role in which the person acts."""
    duty = roles_of(chart, event)
    if role in duty:
        return None
    people = [role for role in duty if role is not Role.ENGINE]
    return message(
        f"{event} is done by: {', '.join(people) or 'the engine itself'}; you act as {role}.",
        f"De gebeurtenis '{event}' is de taak van: {listed(people) or 'het systeem zelf'};"
        f" u handelt als {dutch(role)}.",
    )


@rule(
    "duty.own-application",
    article="Awb 2:1, 2:5",
    source=AWB,
    nl="Een aanvrager, of wie hem vertegenwoordigt, handelt alleen in die aanvraag.",
)
def own_application(
    *,
    role: Role,
    person: str,
    applicant: str,
    representative: str | None = None,
) -> Bilingual | None:
    """An applicant or representative acts on that application only."""
    if role is Role.APPLICANT and person not in {applicant, representative}:
        return message("This is not your application.", "Dit is niet uw aanvraag.")
    return None


@rule(
    "duty.own-language",
    article="Awb 2:6",
    source=AWB,
    nl="Een aanvrager kiest alleen de taal van de eigen brieven.",
    verified=False,
)
def own_language(*, role: Role, person: str, reader: str) -> Bilingual | None:
    """Applicants choose the language of their own letters only."""
    if role is Role.APPLICANT and person != reader:
        return message(
            "These letters go to someone else, who chooses their language; the office can do it too.",
            "Deze brieven gaan naar iemand anders, die zelf de taal kiest; het bureau kan dat ook doen.",
        )
    return None


@rule(
    "duty.own-absence",
    article="Awb 10:3",
    source=AWB,
    nl="Een afwezigheid legt iemand zelf vast, of de coördinator.",
    verified=False,
)
def own_absence(*, role: Role, person: str, absent: str) -> Bilingual | None:
    """An absence is recorded by the absent person or by the coordinator."""
    if person == absent or role in {Role.COORDINATOR, Role.ADMINISTRATOR}:
        return None
    return message(
        "This is someone else's absence: they record it themselves, or the coordinator does.",
        "Dit is de afwezigheid van een ander: die legt haar zelf vast, of de coördinator doet het.",
    )


@rule(
    "duty.own-organisation",
    article="REG x.9(3)",
    source=HOUSE,
    nl="Wie voor een werkgever handelt, handelt voor de werkgever die het aangaat.",
)
def own_organisation(*, role: Role, organisation: str | None, concerned: Sequence[str]) -> Bilingual | None:
    """A person who acts for an employer acts only on cases of that employer."""
    if role not in OF_AN_EMPLOYER or organisation in concerned:
        return None
    return message(  # whose it is instead, is not the caller's to know
        f"You act for {organisation or 'no employer'}; this does not concern that employer.",
        f"U handelt voor {organisation or 'geen werkgever'}; dit gaat die werkgever niet aan.",
    )
