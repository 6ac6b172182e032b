"""Who has a claim to a security advice and its home measures (REG 2.9, 3.9, 4.9; BESL 2.2.14, 3.2.14, 4.2.14)."""

from datetime import date, timedelta

from rules.findings import BESL, REG, rule
from rules.offices import EMPLOYER_OF, Office
from rules.values import value


@rule("eligibility.office-in-scope", article="REG 2.9(1), 3.9(1), 4.9(1)", source=REG)
def office_in_scope(*, office: Office, on: date) -> str | None:
    """The office is one of those for which article x.9 gives a claim."""
    if office in value("offices_in_scope", on):
        return None
    given = ", ".join(value("offices_in_scope", on))
    return (
        f"The office {office} has no claim under article x.9: it is given to {given}."
        " Announce the intention to refuse, and point to the costs under BESL x.3.1(1)."
    )


@rule("eligibility.in-office", article="REG x.9(5)(a)", source=REG)
def in_office(*, certain_since: date, until: date | None, on: date) -> str | None:
    """The person holds the office, or it is certain that the person will take it."""
    if on < certain_since:
        return f"It is certain only from {certain_since} that the office will be taken: no claim yet on {on}."
    if until is not None and on > until:
        return f"The office ended on {until}; after it there is no new claim."
    return None


@rule("eligibility.acting", article="BESL 2.2.14, 3.2.14(1), 4.2.14", source=BESL)
def acting(*, office: Office, acting_since: date | None, on: date) -> str | None:
    """An acting official has the claims once the uninterrupted days of that office have passed."""
    if acting_since is None:
        return None
    days = value("acting_days", on).get(str(office))
    if days is None:
        return f"No rule lets an acting {office} claim; record the appointment itself if there is one."
    if days and on <= acting_since + timedelta(days=days):
        first = acting_since + timedelta(days=days + 1)
        return (
            f"An acting {office} has the claims after more than {days} uninterrupted days: from {first}, not on {on}."
        )
    return None


@rule("eligibility.employer-fits", article="REG 2.9(3), 3.9(3), 4.9(3)", source=REG)
def employer_fits(*, office: Office, kinds: tuple[str, ...], count: int) -> str | None:
    """Every employer is of the kind that executes for the office, and only a mayor has more than one."""
    wanted = EMPLOYER_OF[office]
    if any(kind != wanted for kind in kinds):
        return f"For {office} the employer is a {wanted}; you named a {', '.join(sorted(set(kinds) - {wanted}))}."
    if count > 1 and office is not Office.MAYOR:
        return f"Only a mayor can hold the office in several municipalities (BESL 3.2.16); name one {wanted}."
    return None


@rule("eligibility.residence", article="REG 2.9(2), 3.9(2)", source=REG)
def residence(*, office: Office, in_territory: bool, exemption_on: date | None, on: date) -> str | None:
    """The home lies in the territory, or an exemption was granted where the office knows one."""
    if office not in value("residence_required", on) or in_territory:
        return None
    if office not in value("exemption_possible", on):
        return f"The home must lie in the province: for {office} the regulation knows no exemption."
    if exemption_on is None or exemption_on > on:
        return "The home lies outside the territory and no exemption from residence is recorded by this day."
    return None


@rule("eligibility.payer-is-employer", article="BESL 3.2.16(b)", source=BESL)
def payer_is_employer(*, payer: str, employers: list[str]) -> str | None:
    """A measure is attributed to one of the application's employers."""
    if payer in employers:
        return None
    return f"{payer} is no employer of this application; name one of {', '.join(employers)}, or none to share equally."
