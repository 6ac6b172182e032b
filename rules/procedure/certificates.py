"""Certificates and other conditions that hold back a measure, by its legal basis (REG x.9(2), (5), (7)).

They apply only to measures under x.9(1): digital, travel and training measures, and loans, continue meanwhile.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from rules.core.regulation import BASES_OF, Domain, LegalBasis
from rules.core.roles import Role
from rules.core.rule import REG, SCHEME_2024, Bilingual, message, rule
from rules.core.translations import dutch, listed


def conditions_apply(legal_basis: LegalBasis) -> bool:
    """Whether the conditions of article x.9 apply to a measure on this legal basis."""
    return legal_basis is LegalBasis.HOME_MEASURE


@rule(
    "gate.certificate",
    article="REG x.9(5)(b)",
    source=REG,
    nl="Een maatregel aan de woning wacht op een geldig PKVW-certificaat of op de gemotiveerde uitzondering daarop.",
)
def certificate(
    *,
    legal_basis: LegalBasis,
    certificates: Sequence[tuple[date, date | None]],
    on: date,
    ask: Mapping[str, Role] | None = None,
) -> Bilingual | None:
    """A home measure needs a valid PKVW certificate, or an exception with reasons.

    ``ask`` names the officer and the adviser of the case to someone who may not record a certificate.
    """
    if not conditions_apply(legal_basis):
        return None
    if any(since <= on and (until is None or on <= until) for since, until in certificates):
        return None
    who, wie = "Record either", "Leg een van beide vast"
    if ask is not None:
        handlers = ", ".join(f"{person} ({role})" for person, role in ask.items())
        behandelaars = ", ".join(f"{person} ({dutch(role)})" for person, role in ask.items())
        who = f"An officer or adviser records it{f'; ask {handlers}' if handlers else ''}"
        wie = f"Een intakemedewerker of adviseur legt dit vast{f'; vraag {behandelaars}' if handlers else ''}"
    return message(
        f"No valid PKVW certificate of the home is recorded for {on}, and no exception because it cannot reasonably be"
        f" required. {who}; measures on another basis need not wait.",
        f"Voor {on} is geen geldig PKVW-certificaat van de woning vastgelegd, en ook geen uitzondering omdat het"
        f" redelijkerwijs niet kan worden verlangd. {wie}; maatregelen op een andere grondslag hoeven"
        " niet te wachten.",
    )


@rule(
    "measure.basis-fits-domain",
    article="REG x.9; BESL x.3.1-x.3.3, x.2.10",
    source=REG,
    nl="Een maatregel rust op een grondslag die bij het domein past.",
    since=SCHEME_2024,
    verified=False,
)
def basis_fits_domain(*, domain: Domain, legal_basis: LegalBasis) -> Bilingual | None:
    """A measure has a legal basis that its domain allows."""
    bases = BASES_OF[domain]
    if legal_basis in bases:
        return None
    return message(
        f"A measure in the domain {domain} rests on one of: {', '.join(bases)}; not on {legal_basis}.",
        f"Een maatregel in het domein {dutch(domain)} rust op een van: {listed(bases)}; niet op {dutch(legal_basis)}.",
    )


@rule(
    "measure.recurring-ends",
    article="REG x.9(7); BESL x.3.2",
    source=REG,
    nl="Een terugkerende maatregel eindigt uiterlijk met het ambt.",
    since=SCHEME_2024,
    verified=False,
)
def recurring_ends(*, recurring: bool, ends_on: date | None, office_until: date | None) -> Bilingual | None:
    """A recurring measure ends no later than the office does."""
    if ends_on and office_until and ends_on > office_until:
        return message(
            f"The measure would run until {ends_on}, after the office ends on {office_until}.",
            f"De maatregel zou doorlopen tot en met {ends_on}, na het einde van het ambt op {office_until}.",
        )
    if ends_on and not recurring:
        return message(
            "Only a recurring measure has an end: leave endsOn out, or say that it recurs.",
            "Alleen een terugkerende maatregel heeft een einde: laat endsOn weg, of zeg dat zij terugkeert.",
        )
    return None
