"""Loans for the duration of office (REG 2.9(7), 3.9(7), 4.9(7)).

Paragraph 7 derogates from 1, 2, 4 and 5: no advice, residence or certificate is required. It still requires the
office, for as long as it lasts. It says that measures *may* be made available, so the employer can decline.
"""

from collections.abc import Sequence
from datetime import date

from rules.core.dated_values import value
from rules.core.regulation import PublicOffice
from rules.core.rule import BESL, HOUSE, REG, Bilingual, message, rule
from rules.core.translations import dutch, listed

SINCE = date(2024, 1, 1)
"""The day on which article x.9 took its present form (Stcrt. 2023, 28233)."""


@rule(
    "loan.office-in-scope",
    article="REG 2.9(7), 3.9(7), 4.9(7)",
    source=REG,
    nl="Het ambt is er een waarvoor artikel x.9 geldt.",
    since=SINCE,
    verified=False,
)
def office_in_scope(*, office: PublicOffice, on: date) -> Bilingual | None:
    """The office is one that article x.9 names."""
    known = value("offices_in_scope", on)
    if office in known:
        return None
    given = ", ".join(known)
    return message(
        f"Article x.9(7) knows no loan for the office {office}: it speaks of {given}. Decline the request and point to"
        " the costs under BESL x.3.1(1).",
        f"Artikel x.9, zevende lid, kent geen terbeschikkingstelling voor het ambt {dutch(office)}: het spreekt van"
        f" {listed(known)}."
        " Wijs het verzoek af en wijs op de kosten van artikel x.3.1, eerste lid, van het Rechtspositiebesluit.",
    )


@rule(
    "loan.for-the-duration-of-office",
    article="REG 2.9(7), 3.9(7), 4.9(7)",
    source=REG,
    nl="De terbeschikkingstelling duurt zo lang als het ambt, en begint niet voordat de aanvaarding zeker is.",
    since=SINCE,
    verified=False,
)
def during_office(*, certain_since: date, until: date | None, on: date) -> Bilingual | None:
    """A loan lasts no longer than the office, and begins no earlier than the day on which the office is certain."""
    if on < certain_since:
        return message(
            f"It is certain only from {certain_since} that the office will be taken: no loan yet on {on}.",
            f"Pas vanaf {certain_since} staat vast dat het ambt wordt aanvaard: op {on} kan nog niets ter beschikking"
            " worden gesteld.",
        )
    if until is not None and on > until:
        return message(
            f"The office ended on {until}; a loan is for the duration of office.",
            f"Het ambt is op {until} geëindigd; terbeschikkingstelling is voor de duur van het ambt.",
        )
    return None


@rule(
    "loan.back-by-the-end-of-office",
    article="REG 2.9(7), 3.9(7), 4.9(7)",
    source=REG,
    nl="Wat ter beschikking is gesteld, komt uiterlijk terug bij het einde van het ambt.",
    since=SINCE,
)
def back_in_time(*, due_back_on: date | None, until: date | None, earliest: date) -> Bilingual | None:
    """A loan is due back by the end of office, and not before it begins."""
    if due_back_on is None:
        return None
    if until is not None and due_back_on > until:
        return message(
            f"It would come back on {due_back_on}, after the office ends on {until}.",
            f"Het zou op {due_back_on} terugkomen, na het einde van het ambt op {until}.",
        )
    if due_back_on < earliest:
        return message(
            f"It would come back on {due_back_on}, before the loan is granted on {earliest}.",
            f"Het zou op {due_back_on} terugkomen, vóór de toekenning op {earliest}.",
        )
    return None


@rule(
    "loan.by-an-employer-of-the-case",
    article="REG 2.9(7), 3.9(7), 4.9(7); BESL 3.2.16(b)",
    source=BESL,
    nl="Alleen een werkgever van deze aanvraag stelt iets ter beschikking.",
    since=SINCE,
)
def employer_of_case(*, organisation: str, employers: Sequence[str]) -> Bilingual | None:
    """A loan is requested from one of the application's employers."""
    if organisation in employers:
        return None
    named = ", ".join(employers)
    return message(
        f"{organisation} is no employer of this application; ask one of: {named}.",
        f"{organisation} is geen werkgever van deze aanvraag; vraag het aan: {named}.",
    )


@rule(
    "loan.office-ends-with-the-application",
    article="REG 2.9(7), 3.9(7), 4.9(7)",
    source=HOUSE,
    nl="Het einde van het ambt wordt vastgelegd op de aanvraag waar de terbeschikkingstelling bij hoort.",
    verified=False,
)
def ends_with_application(*, application: str | None) -> Bilingual | None:
    """The end of office is recorded once: on the application, where the loan belongs to one."""
    if application is None:
        return None
    return message(
        f"This loan belongs to {application}; record the end of office there, and the loan ends with it.",
        f"Deze terbeschikkingstelling hoort bij {application}; leg het einde van het ambt daar vast, dan eindigt zij"
        " mee.",
    )
