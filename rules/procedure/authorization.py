"""Whose duty each event is; what is not listed here is nobody's (closed by default)."""

from collections.abc import Sequence

from rules.core.roles import OF_AN_EMPLOYER, Role
from rules.core.rule import AWB, HOUSE, Words, rule, say
from rules.core.translations import dutch, listed

A, U, D, S, C = Role.APPLICANT, Role.OFFICER, Role.ADVISER, Role.SECURITY_AUTHORITY, Role.COORDINATOR
E, P, F, L, X = Role.EMPLOYER, Role.APPROVER, Role.FINANCE, Role.RELEASER, Role.SECURITY_CONTACT
Z, N, V = Role.ADMINISTRATOR, Role.ENGINE, Role.PRIVACY_OFFICER

DUTIES: dict[tuple[str, str], tuple[Role, ...]] = {
    # chart, event: roles, the usual one first
    ("application", "receive"): (U, A, N),
    ("application", "start-intake"): (U,),
    ("application", "invite-completion"): (U,),
    ("application", "complete"): (A, U),
    ("application", "not-process"): (U,),
    ("application", "forward"): (U,),
    ("application", "plan-interview"): (U, D),
    ("application", "hold-interview"): (D,),
    ("application", "begin-advice"): (D,),
    ("application", "assess-domain"): (D,),
    ("application", "submit-advice"): (D,),
    ("application", "return-advice"): (S,),
    ("application", "adopt-advice"): (S,),
    ("application", "begin-provision"): (N,),
    ("application", "begin-settlement"): (N,),
    ("application", "begin-booking"): (N,),
    ("application", "receive-invoice"): (F, E, X),
    ("application", "receive-credit-note"): (F, E, X),
    ("application", "close"): (U,),
    ("application", "intend-refusal"): (U,),
    ("application", "record-view"): (A, U),
    ("application", "abandon-refusal"): (U,),
    ("application", "refuse"): (S, C),
    ("application", "withdraw"): (A, U),
    ("application", "lapse"): (N,),
    ("application", "record-threat"): (U, A, D, S, C, E, X),
    ("application", "record-hand-off"): (U, D, C),
    ("application", "succeed-employer"): (N,),
    ("application", "lower-urgency"): (C,),
    ("application", "record-certificate"): (U, D),
    ("application", "correct-fact"): (U,),
    ("application", "suspend-term"): (E, U),
    ("application", "resume-term"): (E, U),
    ("application", "end-office"): (U, E, N),
    ("application", "record-move"): (U, A),
    ("application", "record-death"): (U, E, N),
    ("application", "revise-advice"): (D,),
    ("application", "request-loan"): (U, A),
    ("application", "file-objection"): (A, U),
    ("application", "reopen"): (C, N),
    ("application", "join"): (U,),
    ("application", "keep-apart"): (U,),
    ("application", "take-in-joined"): (N,),
    ("application", "decline-second-home"): (N,),
    ("application", "record-representative"): (U, A),
    ("application", "end-representation"): (U, A),
    ("domain-advice", "open"): (N,),
    ("domain-advice", "draft"): (N,),
    ("domain-advice", "set-aside"): (N,),
    ("domain-advice", "submit"): (N,),
    ("domain-advice", "send-back"): (N,),
    ("domain-advice", "adopt"): (N,),
    ("domain-advice", "lapse"): (N,),
    ("takeover", "request"): (N,),
    ("takeover", "confirm-receipt"): (E, U),
    ("takeover", "take-over"): (E,),
    ("takeover", "lapse"): (N,),
    ("takeover", "decline-second-home"): (E,),
    ("takeover", "give-notice"): (E,),
    ("takeover", "default"): (A, U),
    ("takeover", "fix-penalty"): (E,),
    ("measure", "propose"): (N,),
    ("measure", "drop"): (N,),
    ("measure", "advise"): (N,),
    ("measure", "take-over"): (N,),
    ("measure", "order"): (E,),
    ("measure", "provide"): (E,),
    ("measure", "settle"): (N,),
    ("measure", "settle-without-invoice"): (E,),
    ("measure", "unsettle"): (N,),
    ("measure", "decline"): (A, U),
    ("measure", "mark-not-possible"): (E,),
    ("measure", "supersede"): (N,),
    ("measure", "end-with-office"): (N,),
    ("measure", "keep-after-office"): (E,),
    ("measure", "let-go"): (E,),
    ("measure", "remove"): (E,),
    ("payable", "receive"): (N,),
    ("payable", "part-off"): (N,),
    ("payable", "match"): (X, E),
    ("payable", "check"): (F,),
    ("payable", "approve"): (P,),
    ("payable", "approve-second"): (P,),
    ("payable", "reject"): (P,),
    ("payable", "reject-with-invoice"): (N,),
    ("payable", "batch"): (N,),
    ("payable", "unbatch"): (N,),
    ("payable", "pay"): (N,),
    ("payable", "bounce"): (N,),
    ("payable", "pay-in-parts"): (F,),
    ("payable", "offset"): (N,),
    ("payable", "ask-back"): (F,),
    ("payable", "record-repayment"): (F,),
    ("payable", "add-document"): (X, F, E),
    ("payable", "fix-interest"): (F,),
    ("document", "read"): (X, V),
    ("payment-batch", "build"): (F, N),
    ("payment-batch", "seal"): (F,),
    ("payment-batch", "release"): (L,),
    ("payment-batch", "export"): (F,),
    ("payment-batch", "withdraw"): (F, L),
    ("payment-batch", "settle"): (N,),
    ("payment-batch", "drop-line"): (N,),
    ("payment-batch", "take-in-report"): (N, F),
    ("payment-batch", "reject"): (N,),
    ("booking", "propose"): (N,),
    ("booking", "weigh-evidence"): (N,),
    ("booking", "complete-evidence"): (F,),
    ("booking", "book"): (F, N),
    ("booking", "export"): (F,),
    ("booking", "reverse"): (N,),
    ("booking", "correct"): (F,),
    ("organisation", "register"): (Z,),
    ("organisation", "record-inventory"): (F, E),
    ("organisation", "take-in-statement"): (F, N),
    ("organisation", "take-in-entries"): (N,),
    ("organisation", "set-accounts"): (F,),
    ("organisation", "close-period"): (F,),
    ("organisation", "reopen-period"): (F, P, L),
    ("organisation", "match-bank-entry"): (F,),
    ("organisation", "set-aside-bank-entry"): (F, N),
    ("organisation", "merge"): (Z,),
    ("organisation", "locate"): (Z, C),
    ("person", "register"): (Z, N),
    ("person", "depart"): (Z, N),
    ("person", "choose-language"): (A, U, Z, N),
    ("person", "choose-letters"): (Z, U, D, S, C, E, P, F, L, X),
    ("person", "arrange-work"): (C, Z),
    ("person", "record-absence"): (C, U, D, S, E, P, F, L, Z),
    ("person", "end-absence"): (C, U, D, S, E, P, F, L, Z),
    ("person", "succeed-employer"): (N,),
    ("loan", "request"): (U, A, E),
    ("loan", "open"): (N,),
    ("loan", "grant"): (E,),
    ("loan", "decline"): (E,),
    ("loan", "reconsider"): (N,),
    ("loan", "lend"): (E,),
    ("loan", "take-back"): (E, U),
    ("loan", "lose"): (E, U),
    ("loan", "withdraw"): (A, U),
    ("loan", "end-with-office"): (E, U, N),
    ("loan", "file-objection"): (A, U, E),
    ("loan", "succeed-employer"): (N,),
    ("objection", "file"): (N,),
    ("objection", "plan-hearing"): (C, E),
    ("objection", "hear"): (C, E),
    ("objection", "waive-hearing"): (C, E),
    ("objection", "put-off"): (C, E),
    ("objection", "suspend"): (C, E),
    ("objection", "resume"): (C, E),
    ("objection", "decide"): (C, S, E),
    ("objection", "withdraw"): (A, U),
    ("objection", "record-appeal"): (U, C),
    ("objection", "record-judgment"): (U, C),
    ("work", "claim"): (U, D, S, C, E, P, F, L, X, Z),
    ("work", "assign"): (C,),
    ("work", "delegate"): (U, D, S, C, E, P, F, L, X, Z),
    ("work", "redistribute"): (C,),
    ("work", "release"): (U, D, S, C, E, P, F, L, X, Z),
    ("police-report", "draft"): (A, U, D),
    ("timer", "read"): (C, Z, Role.AUDITOR),
    ("letter", "settle"): (U, C, Z),
    ("statistics", "read"): (C, S, Z, Role.AUDITOR),
    ("progress-report", "read"): (C, S, Z, Role.AUDITOR, Role.MINISTRY_CONTACT),
    ("forecast", "ask"): (C, Z, Role.AUDITOR),
}


def roles_of(chart: str, event: str) -> tuple[Role, ...]:
    """The roles whose duty an event is, the usual one first; none where nothing is listed."""
    return DUTIES.get((chart, event), ())


@rule(
    "duty.role",
    article="Awb 10:3",
    source=AWB,
    nl="De gebeurtenis is de taak van de rol waarin iemand handelt.",
    verified=False,
)
def role_has_duty(*, chart: str, event: str, role: Role) -> Words | None:
    """The event is the duty of the role in which someone acts."""
    duty = roles_of(chart, event)
    if role in duty:
        return None
    people = [role for role in duty if role is not Role.ENGINE]
    return say(
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
) -> Words | None:
    """An applicant, or who represents the applicant, acts on that application only."""
    if role is Role.APPLICANT and person not in {applicant, representative}:
        return say("This is not your application.", "Dit is niet uw aanvraag.")
    return None


@rule(
    "duty.own-language",
    article="Awb 2:6",
    source=AWB,
    nl="Een aanvrager kiest alleen de taal van de eigen brieven.",
    verified=False,
)
def own_language(*, role: Role, person: str, reader: str) -> Words | None:
    """An applicant chooses the language of the own letters only."""
    if role is Role.APPLICANT and person != reader:
        return say(
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
def own_absence(*, role: Role, person: str, absent: str) -> Words | None:
    """An absence is recorded by whoever is absent, or by the coordinator."""
    if person == absent or role in {Role.COORDINATOR, Role.ADMINISTRATOR}:
        return None
    return say(
        "This is someone else's absence: they record it themselves, or the coordinator does.",
        "Dit is de afwezigheid van een ander: die legt haar zelf vast, of de coördinator doet het.",
    )


@rule(
    "duty.own-organisation",
    article="REG x.9(3)",
    source=HOUSE,
    nl="Wie voor een werkgever handelt, handelt voor de werkgever die het aangaat.",
)
def own_organisation(*, role: Role, organisation: str | None, concerned: Sequence[str]) -> Words | None:
    """Whoever acts for an employer acts for the one whose case it is."""
    if role not in OF_AN_EMPLOYER or organisation in concerned:
        return None
    named = ", ".join(sorted(concerned))
    return say(
        f"You act for {organisation or 'no employer'}; this is for {named or 'no employer yet'}.",
        f"U handelt voor {organisation or 'geen werkgever'}; dit is voor {named or 'nog geen werkgever'}.",
    )
