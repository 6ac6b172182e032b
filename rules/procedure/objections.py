"""Objections and appeals (Awb chapters 6, 7 and 8): the term, the hearing, the decision and its consequence."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from rules.business_calendar.durations import length
from rules.core.dated_values import value
from rules.core.errors import RulesError
from rules.core.roles import Role
from rules.core.rule import AWB, Bilingual, message, rule
from rules.deadlines.end_date import due_or_provisional


class Against(StrEnum):
    """The decisions to which a person can object."""

    REFUSAL = "refusal"
    NOT_PROCESSED = "not-processed"
    NO_MEASURES = "no-measures"
    LAPSED = "lapsed"
    LOAN_DECLINED = "loan-declined"
    SECOND_HOME_DECLINED = "second-home-declined"
    PENALTY = "penalty"
    PAYMENT = "payment"


class ObjectionOutcome(StrEnum):
    """The outcome of an objection."""

    FOUNDED = "founded"
    UNFOUNDED = "unfounded"
    INADMISSIBLE = "inadmissible"


class Waiver(StrEnum):
    """The grounds for not hearing: Awb 7:3(a) to (e), in that order."""

    MANIFESTLY_INADMISSIBLE = "manifestly-inadmissible"
    MANIFESTLY_UNFOUNDED = "manifestly-unfounded"
    DECLARED = "declared"  # declared not to want a hearing
    NO_ANSWER = "no-answer"  # did not ask for a hearing in reasonable time
    MET_IN_FULL = "met-in-full"


ONLY = {
    Waiver.MANIFESTLY_INADMISSIBLE: ObjectionOutcome.INADMISSIBLE,
    Waiver.MANIFESTLY_UNFOUNDED: ObjectionOutcome.UNFOUNDED,
    Waiver.MET_IN_FULL: ObjectionOutcome.FOUNDED,
}
"""The only outcome that a ground for not hearing allows (Awb 7:3(a), (b), (e))."""


def last_day(announced_on: date) -> date:
    """The last day of the term to object to a decision that was announced on a day (Awb 6:7, 6:8).

    Raises:
        RulesError: no day can be computed.
    """
    found = due_or_provisional(announced_on, length("term_objection", announced_on))
    if found.on is None:
        raise RulesError(f"No end of the term to object to a decision of {announced_on}.")
    return found.on


def is_late(*, received_on: date, posted_on: date | None, until: date) -> bool:
    """Whether an objection arrived after the term; one posted in time may arrive a week later (Awb 6:9)."""
    if received_on <= until:
        return False
    by_post = length("objection_by_post", until).from_day(until)
    return posted_on is None or posted_on > until or received_on > by_post


@rule(
    "objection.against-a-decision",
    article="Awb 1:3, 7:1, 8:1",
    source=AWB,
    nl="Bezwaar richt zich tegen een besluit dat is genomen.",
)
def against_decision(*, against: Against, made: Sequence[str]) -> Bilingual | None:
    """An objection is against a decision that was taken."""
    if against in made:
        return None
    if not made:
        return message(
            "There is no decision yet to which one can object.",
            "Er is nog geen besluit waartegen bezwaar kan worden gemaakt.",
        )
    named = ", ".join(made)
    return message(
        f"There is no such decision ({against}); one can object to: {named}.",
        f"Er is geen besluit van deze soort ({against}); bezwaar kan tegen: {named}.",
    )


@rule(
    "objection.once",
    article="Awb 6:4, 6:5",
    source=AWB,
    nl="Tegen één besluit loopt of liep hoogstens één bezwaar van dezelfde persoon.",
    verified=False,
)
def once(*, earlier: Sequence[str]) -> Bilingual | None:
    """One person objects once to one decision; more grounds are added to that objection."""
    if not earlier:
        return None
    named = ", ".join(earlier)
    return message(
        f"There is an objection to this decision already: {named}. Add further grounds there.",
        f"Tegen dit besluit is al bezwaar gemaakt: {named}. Voeg verdere gronden daar toe.",
    )


@rule(
    "objection.receipt-recorded-by-the-receiver",
    article="Awb 6:9, 6:14",
    source=AWB,
    nl="Wie zelf bezwaar indient, dient het vandaag in; een eerdere ontvangst legt de ontvanger vast.",
    verified=False,
)
def receipt_by_receiver(*, role: Role, received_on: date, posted: bool, on: date) -> Bilingual | None:
    """An objection that the official files is received today; an earlier one on paper is recorded by its receiver."""
    if role is not Role.APPLICANT or (received_on == on and not posted):
        return None
    return message(
        "Your objection is received today. If you sent it on paper before, ask the office to record its receipt.",
        "Uw bezwaar is vandaag ontvangen. Hebt u het eerder op papier gestuurd, vraag dan het kantoor om de ontvangst"
        " vast te leggen.",
    )


@rule(
    "objection.handled-by",
    article="Awb 6:4(1), 7:11, 10:3",
    source=AWB,
    nl="Het bezwaar wordt behandeld en beslist door wie de gedateerde waarde voor dit besluit noemt.",
    verified=False,
)
def handled_by(*, role: Role, against: Against, on: date) -> Bilingual | None:
    """An objection is handled and decided by the roles that the dated value names for that decision."""
    names = value("objection_decided_by", on)[str(against)]
    if role in names:
        return None
    named = ", ".join(names)
    return message(
        f"On {on} an objection against {against} is handled by: {named}; not by a {role}.",
        f"Op {on} wordt een bezwaar tegen {against} behandeld door: {named}; niet door een {role}.",
    )


@rule(
    "objection.heard-by-someone-else",
    article="Awb 7:5(1)(a)",
    source=AWB,
    nl="Wie hoort, was niet betrokken bij de voorbereiding van het besluit.",
    verified=False,
)
def heard_by_someone_else(*, person: str, involved: Sequence[str]) -> Bilingual | None:
    """The hearing is held by a person who was not involved in preparing the decision."""
    if person not in involved:
        return None
    return message(
        f"{person} was involved in the decision; let someone else hear.",
        f"{person} was betrokken bij het besluit; laat iemand anders horen.",
    )


@rule(
    "objection.decided-by-someone-else",
    article="Awb 10:3(3)",
    source=AWB,
    nl="Wie het bestreden besluit nam, beslist niet op het bezwaar.",
    verified=False,
)
def decided_by_someone_else(*, person: str, decision_by: str) -> Bilingual | None:
    """The person who took the decision does not decide on the objection to it."""
    if person != decision_by:
        return None
    return message(
        "You took the decision to which this objects; someone else must decide on the objection.",
        "U nam het besluit waartegen dit bezwaar is gericht; iemand anders moet op het bezwaar beslissen.",
    )


@rule(
    "objection.heard-first",
    article="Awb 7:2, 7:3(a)",
    source=AWB,
    nl="Voor de beslissing wordt gehoord, tenzij een grond van artikel 7:3 daarvan ontslaat.",
    verified=False,
)
def heard_first(*, state: str, outcome: ObjectionOutcome) -> Bilingual | None:
    """A hearing precedes the decision, unless a ground of article 7:3 applies."""
    if state != "received" or outcome is ObjectionOutcome.INADMISSIBLE:
        return None
    return message(
        "Nobody was heard yet: hear the official, or record why that is not needed (Awb 7:3). Only a manifestly"
        " inadmissible objection is decided at once.",
        "Er is nog niet gehoord: hoor de ambtsdrager, of leg vast waarom dat niet nodig is (artikel 7:3 Awb). Alleen"
        " een kennelijk niet-ontvankelijk bezwaar wordt meteen beslist.",
    )


@rule(
    "objection.waiver-fits-the-outcome",
    article="Awb 7:3(a), (b), (e)",
    source=AWB,
    nl="De uitkomst past bij de grond waarop niet is gehoord.",
    verified=False,
)
def waiver_fits(*, waiver: Waiver | None, outcome: ObjectionOutcome) -> Bilingual | None:
    """The outcome is one that the ground for not hearing allows."""
    only = ONLY.get(waiver, outcome) if waiver is not None else outcome
    if only is outcome:
        return None
    return message(
        f"Nobody was heard because the objection is {waiver}: it can only be {only}. Hear the official after all, or"
        " decide so.",
        f"Er is niet gehoord op de grond {waiver}: dan kan de uitkomst alleen {only} zijn. Hoor de ambtsdrager alsnog,"
        " of beslis zo.",
    )


@rule(
    "objection.late-is-inadmissible",
    article="Awb 6:7, 6:9, 6:11",
    source=AWB,
    nl="Een te laat bezwaar is niet-ontvankelijk, tenzij de termijnoverschrijding verschoonbaar is.",
    verified=False,
)
def late_is_inadmissible(*, late: bool, excusable: bool | None, outcome: ObjectionOutcome) -> Bilingual | None:
    """A late objection is inadmissible, unless its lateness is excused."""
    if excusable and not late:
        return message(
            "The objection came in time; there is no lateness to excuse. Leave excusable out.",
            "Het bezwaar kwam op tijd; er valt geen termijnoverschrijding te verschonen. Laat excusable weg.",
        )
    if not late or excusable or outcome is ObjectionOutcome.INADMISSIBLE:
        return None
    return message(
        "The objection came late: it is inadmissible, unless you say that the lateness is excusable, and why"
        " (Awb 6:11).",
        "Het bezwaar kwam te laat: het is niet-ontvankelijk, tenzij u zegt dat de overschrijding verschoonbaar is, en"
        " waarom (artikel 6:11 Awb).",
    )


@rule(
    "objection.put-off-once",
    article="Awb 7:10(3)",
    source=AWB,
    nl="De beslissing wordt hoogstens eenmaal verdaagd, binnen de termijn.",
    verified=False,
)
def postponed_once(*, put_off: bool, due_on: date | None, on: date) -> Bilingual | None:
    """The decision is postponed once, and before it is due."""
    if put_off:
        return message(
            "The decision was put off already; only a suspension with consent can still give time (Awb 7:10(4)).",
            "De beslissing is al verdaagd; alleen uitstel met instemming geeft nog tijd (artikel 7:10(4) Awb).",
        )
    if due_on is None:
        return message(
            "The term is suspended; resume it first.",
            "De termijn is opgeschort; laat hem eerst weer lopen.",
        )
    if on > due_on:
        return message(
            f"The decision was due on {due_on}; after that it cannot be put off. Decide now.",
            f"De beslissing moest er op {due_on} zijn; daarna kan niet meer worden verdaagd. Beslis nu.",
        )
    return None


@rule(
    "objection.reopens-at",
    article="Awb 7:11(2)",
    source=AWB,
    nl="Een gegrond bezwaar noemt de fase waarin de aanvraag verder gaat, als het besluit haar had beëindigd.",
    verified=False,
)
def reopens_at(*, outcome: ObjectionOutcome, stages: Sequence[str], named: str | None) -> Bilingual | None:
    """A founded objection names the stage at which the application is reopened if the decision had ended it."""
    if outcome is not ObjectionOutcome.FOUNDED or not stages:
        if named is None:
            return None
        return message(
            f"Nothing is reopened by this decision; leave the stage {named} out.",
            f"Door deze beslissing gaat niets opnieuw open; laat de fase {named} weg.",
        )
    if named in stages:
        return None
    listed = ", ".join(stages)
    return message(
        f"Name the stage at which the application goes on: {listed}.",
        f"Noem de fase waarin de aanvraag verder gaat: {listed}.",
    )


@rule(
    "objection.judgment-after-appeal",
    article="Awb 8:1, 8:70",
    source=AWB,
    nl="Een uitspraak volgt op een beroep; elk wordt eenmaal vastgelegd.",
    verified=False,
)
def appeal_in_order(*, appealed: bool, judged: bool, judging: bool) -> Bilingual | None:
    """A judgment follows an appeal, and each is recorded once."""
    if judging and not appealed:
        return message("No appeal is recorded; record that first.", "Er is geen beroep vastgelegd; leg dat eerst vast.")
    if judged if judging else appealed:
        return message("It is recorded already.", "Het is al vastgelegd.")
    return None
