"""What each step of the way asks before it is taken (Awb; REG x.9(4))."""

from collections.abc import Sequence
from datetime import date

from rules.findings import AWB, HOUSE, REG, rule
from rules.values import value


@rule("step.not-in-future", article="Awb 3:2", source=AWB)
def not_in_future(*, what: str, day: date, on: date) -> str | None:
    """What is recorded as having happened did not happen after today."""
    return f"{what} is dated {day}, after today ({on}). Record it once it has happened." if day > on else None


@rule("step.not-before", article="Awb 3:2", source=AWB)
def not_before(*, what: str, day: date, earlier: str, earliest: date | None) -> str | None:
    """One thing does not precede the other thing that it follows from."""
    if earliest is not None and day < earliest:
        return f"{what} ({day}) lies before {earlier} ({earliest})."
    return None


@rule("step.interview-not-in-past", article="Awb 4:7", source=AWB, verified=False)
def interview_not_in_past(*, interview_on: date, on: date) -> str | None:
    """An interview is planned for today or later."""
    return f"The interview would be on {interview_on}; today is {on}." if interview_on < on else None


@rule("step.held-not-before-planned-stage", article="REG x.9(4)", source=REG)
def interview_after_receipt(*, held_on: date, received_on: date) -> str | None:
    """The risk interview follows the application."""
    return f"The interview ({held_on}) lies before the application ({received_on})." if held_on < received_on else None


@rule("step.every-domain-discussed", article="REG x.9(4); Kamerstukken II 28 844, nr. 273", source=REG)
def every_domain_discussed(*, domains: Sequence[str]) -> str | None:
    """The interview covers each of the four domains once."""
    wanted = ["digital", "home", "travel", "work"]
    if sorted(domains) == wanted:
        return None
    named = ", ".join(sorted(domains)) or "none"
    return f"The interview must say something on each of {', '.join(wanted)} once; it names {named}."


@rule("step.every-domain-assessed", article="REG x.9(4)", source=REG)
def every_domain_assessed(*, open_domains: Sequence[str]) -> str | None:
    """The advice leaves the adviser when all four domains are drafted or set aside."""
    return f"Not yet assessed: {', '.join(open_domains)}." if open_domains else None


@rule("step.domain-open", article="REG x.9(4)", source=REG)
def domain_open(*, domain: str, state: str) -> str | None:
    """A domain can be assessed until it is with the security authority or adopted."""
    if state in {"submitted", "adopted", "lapsed"}:
        return f"The advice on {domain} is {state}; it was not returned, so its draft stands."
    return None


@rule("step.domain-submitted", article="REG x.9(4)", source=REG)
def domain_submitted(*, domain: str, state: str) -> str | None:
    """Only a submitted domain can be returned."""
    return (
        None if state == "submitted" else f"The advice on {domain} is {state}; only what was submitted can be returned."
    )


@rule("step.measures-where-needed", article="REG x.9(4)", source=REG)
def measures_where_needed(*, needed: bool, measures: int) -> str | None:
    """A domain that needs measures names at least one, and a domain set aside names none."""
    if needed and not measures:
        return "Say at least one measure, or that none is needed in this domain."
    if measures and not needed:
        return "You said that nothing is needed in this domain, yet named measures. Leave one of the two out."
    return None


@rule("step.completion-lapsed", article="Awb 4:5(1)", source=AWB)
def completion_lapsed(*, invited: bool, due_on: date | None, on: date) -> str | None:
    """Not processing takes an invitation to complete whose term has passed unused."""
    if not invited:
        return "The applicant was not invited to complete the application; do that first and give a term."
    if due_on is None or on <= due_on:
        return f"The term to complete runs until {due_on}; wait until it has passed unused."
    return None


@rule("step.completion-open", article="Awb 4:5(1)", source=AWB)
def completion_open(*, invited: bool) -> str | None:
    """Completing answers an invitation that is still open."""
    return None if invited else "No invitation to complete is open; nothing is missing."


@rule("step.view-asked", article="Awb 4:7, 4:8", source=AWB)
def view_asked(*, due_on: date | None, viewed: bool, on: date) -> str | None:
    """A refusal waits for the applicant's view, or for the term to give it to pass."""
    if viewed or (due_on is not None and on > due_on):
        return None
    return f"The applicant may give a view until {due_on}; record it, or wait until the day after."


@rule("step.refusal-has-ground", article="Awb 3:46", source=AWB)
def refusal_has_ground(*, grounds: Sequence[str], named: str) -> str | None:
    """A refusal rests on a rule that finds against the application."""
    if named in grounds:
        return None
    if not grounds:
        return "No rule finds against this application: it cannot be refused on its merits. Go on with the intake."
    return f"The rule {named} does not find against this application; these do: {', '.join(grounds)}."


@rule("step.takeovers-done", article="REG x.9(1)", source=REG)
def takeovers_done(*, waiting: Sequence[str]) -> str | None:
    """Provision begins when every employer has taken over."""
    return f"Not yet taken over by: {', '.join(waiting)}." if waiting else None


@rule("step.bookings-made", article="BESL x.3.8", source=HOUSE)
def bookings_made(*, waiting: Sequence[str]) -> str | None:
    """An application closes when every booking is made."""
    return f"Not yet booked: {', '.join(waiting)}." if waiting else None


@rule("step.no-open-payables", article="REG x.9(3)", source=REG)
def no_open_payables(*, waiting: Sequence[str]) -> str | None:
    """An application closes when every payable is paid or rejected."""
    return f"Not yet paid: {', '.join(waiting)}." if waiting else None


@rule("step.withdrawal-before-takeover", article="REG x.9(1)", source=REG, verified=False)
def withdrawal_before_takeover(*, taken_over: Sequence[str]) -> str | None:
    """An application can be withdrawn until the first employer has taken over."""
    if taken_over:
        return f"{', '.join(taken_over)} has taken the advice over; decline the measures you do not want instead."
    return None


@rule("step.term-suspendable", article="Awb 4:15", source=AWB)
def term_suspendable(*, found: bool, suspendable: bool, running: bool) -> str | None:
    """A suspension names a term of this application that runs and can be suspended."""
    if not found:
        return "This application has no such running term; see its deadlines for the names."
    if not suspendable:
        return "The law knows no suspension of this term."
    if running:
        return "This term is suspended already; let it resume first."
    return None


@rule("step.term-suspended", article="Awb 4:15(4)", source=AWB)
def term_suspended(*, suspended: bool) -> str | None:
    """Only a suspended term can resume."""
    return None if suspended else "This term is not suspended."


@rule("step.nothing-left-to-invoice", article="REG x.9(3)", source=REG)
def something_to_invoice(*, measures: Sequence[str]) -> str | None:
    """An invoice is for at least one measure that still waits for one."""
    return None if measures else "Every measure that was taken over has its last invoice already, or is settled."


@rule("step.hardship-has-reasons", article="REG x.9(5)(b)", source=REG)
def hardship_has_reasons(*, hardship: bool, reasoned: bool) -> str | None:
    """The exception to the certificate is reasoned."""
    if hardship and not reasoned:
        return "Say in reasons why the certificate cannot reasonably be required."
    return None


@rule("step.not-invoiced", article="REG x.9(3)", source=REG)
def not_invoiced(*, invoices: int) -> str | None:
    """A measure for which an invoice came is settled by paying it."""
    return "An invoice for this measure came in; it is settled by its payment." if invoices else None


@rule("step.advance-has-receipt", article="REG 1.2", source=REG)
def advance_has_receipt(*, advance: bool, receipt: bool) -> str | None:
    """Reimbursing an advance needs a receipt."""
    return "An advance is reimbursed against a receipt; give its reference." if advance and not receipt else None


@rule("step.refusal-decided-by", article="Awb 1:3, 10:3", source=AWB, verified=False)
def refusal_decided_by(*, role: str, on: date) -> str | None:
    """A refusal is decided by the body that the dated value names; an officer only proposes."""
    decides = value("refusal_decided_by", on)
    return None if role == decides else f"On {on} a refusal is decided by the {decides}, not by a {role}."
