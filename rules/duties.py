"""Whose duty each event is; what is not listed here is nobody's (closed by default)."""

from collections.abc import Collection

from rules.findings import AWB, HOUSE, rule
from rules.roles import OF_AN_EMPLOYER, Role

A, U, D, S, C = Role.APPLICANT, Role.OFFICER, Role.ADVISER, Role.SECURITY_AUTHORITY, Role.COORDINATOR
E, P, F, L, X = Role.EMPLOYER, Role.APPROVER, Role.FINANCE, Role.RELEASER, Role.SECURITY_CONTACT
Z, N = Role.ADMINISTRATOR, Role.ENGINE

DUTIES: dict[tuple[str, str], tuple[Role, ...]] = {
    # chart, event: roles, the usual one first
    ("application", "receive"): (U, A),
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
    ("application", "close"): (U,),
    ("application", "intend-refusal"): (U,),
    ("application", "record-view"): (A, U),
    ("application", "abandon-refusal"): (U,),
    ("application", "refuse"): (S, C),
    ("application", "withdraw"): (A, U),
    ("application", "lapse"): (N,),
    ("application", "record-threat"): (U, A, D, S, C, E, X),
    ("application", "lower-urgency"): (C,),
    ("application", "record-certificate"): (U, D),
    ("application", "correct-fact"): (U,),
    ("application", "suspend-term"): (E, U),
    ("application", "resume-term"): (E, U),
    ("application", "end-office"): (U, E),
    ("application", "record-move"): (U, A),
    ("application", "record-death"): (U, E),
    ("application", "revise-advice"): (D,),
    ("application", "request-loan"): (U, A),
    ("application", "file-objection"): (A, U),
    ("application", "reopen"): (C, N),
    ("domain-advice", "open"): (N,),
    ("domain-advice", "draft"): (N,),
    ("domain-advice", "set-aside"): (N,),
    ("domain-advice", "submit"): (N,),
    ("domain-advice", "send-back"): (N,),
    ("domain-advice", "adopt"): (N,),
    ("domain-advice", "lapse"): (N,),
    ("takeover", "request"): (N,),
    ("takeover", "confirm-receipt"): (E,),
    ("takeover", "take-over"): (E,),
    ("takeover", "lapse"): (N,),
    ("takeover", "give-notice"): (E,),
    ("takeover", "default"): (A, U),
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
    ("measure", "remove"): (E,),
    ("payable", "receive"): (N,),
    ("payable", "check"): (F,),
    ("payable", "approve"): (P,),
    ("payable", "reject"): (P,),
    ("payable", "batch"): (N,),
    ("payable", "unbatch"): (N,),
    ("payable", "pay"): (N,),
    ("payable", "bounce"): (N,),
    ("payment-batch", "build"): (F, N),
    ("payment-batch", "seal"): (F,),
    ("payment-batch", "release"): (L,),
    ("payment-batch", "export"): (F,),
    ("payment-batch", "withdraw"): (F, L),
    ("payment-batch", "settle"): (N,),
    ("payment-batch", "drop-line"): (N,),
    ("booking", "propose"): (N,),
    ("booking", "weigh-evidence"): (N,),
    ("booking", "complete-evidence"): (F,),
    ("booking", "book"): (F,),
    ("booking", "export"): (F,),
    ("booking", "reverse"): (N,),
    ("organisation", "register"): (Z,),
    ("organisation", "record-inventory"): (F, E),
    ("organisation", "take-in-statement"): (F, N),
    ("organisation", "merge"): (Z,),
    ("person", "register"): (Z, N),
    ("person", "depart"): (Z,),
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
    ("work", "claim"): (U, D, S, C, E, P, F, L, X),
    ("work", "release"): (U, D, S, C, E, P, F, L, X),
}


def roles_of(chart: str, event: str) -> tuple[Role, ...]:
    """The roles whose duty an event is, the usual one first; none where nothing is listed."""
    return DUTIES.get((chart, event), ())


@rule("duty.role", article="Awb 10:3", source=AWB, verified=False)
def role_has_duty(*, chart: str, event: str, role: Role) -> str | None:
    """The event is the duty of the role in which someone acts."""
    duty = roles_of(chart, event)
    if role in duty:
        return None
    asked = ", ".join(role for role in duty if role is not Role.ENGINE) or "the engine itself"
    return f"{event} is done by: {asked}; you act as {role}."


@rule("duty.own-application", article="Awb 2:5", source=AWB)
def own_application(*, role: Role, person: str, applicant: str) -> str | None:
    """An applicant acts on the own application only."""
    if role is Role.APPLICANT and person != applicant:
        return "This is not your application."
    return None


@rule("duty.own-organisation", article="REG x.9(3)", source=HOUSE)
def own_organisation(*, role: Role, organisation: str | None, concerned: Collection[str]) -> str | None:
    """Whoever acts for an employer acts for the one whose case it is."""
    if role in OF_AN_EMPLOYER and organisation not in concerned:
        named = ", ".join(sorted(concerned)) or "no employer yet"
        return f"You act for {organisation or 'no employer'}; this is for {named}."
    return None
