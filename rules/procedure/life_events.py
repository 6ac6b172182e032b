"""Life events of a case: end of office, death, a move, a new version, joining, reopening (REG x.9; Awb)."""

from collections.abc import Sequence
from datetime import date

from rules.core.roles import Role
from rules.core.rule import AWB, BESL, HOUSE, REG, Bilingual, message, rule
from rules.core.translations import dutch


@rule(
    "turn.office-ends-once",
    article="REG x.9(5)(a)",
    source=REG,
    nl="Het einde van het ambt wordt één keer vastgelegd.",
)
def office_ends_once(*, ended_on: date | None) -> Bilingual | None:
    """The end of office is recorded once."""
    if ended_on is None:
        return None
    return message(
        f"The end of office on {ended_on} is recorded already; correct the fact instead.",
        f"Het einde van het ambt op {ended_on} is al vastgelegd; corrigeer in plaats daarvan het feit.",
    )


@rule(
    "turn.dies-once",
    article="the civil register",
    source=HOUSE,
    nl="Een overlijden wordt één keer vastgelegd, en voor een overledene verandert niets meer door een wending.",
)
def dies_once(*, deceased_on: date | None) -> Bilingual | None:
    """A death is recorded once, and a deceased person does not move or apply."""
    if deceased_on is None:
        return None
    return message(
        f"The death on {deceased_on} is recorded already.",
        f"Het overlijden op {deceased_on} is al vastgelegd.",
    )


@rule(
    "turn.revision-has-cause",
    article="REG x.9(4)",
    source=REG,
    nl="Een nieuwe versie van het advies berust op een dreiging van na de vaststelling.",
    verified=False,
)
def revision_has_cause(*, adopted_on: date | None, signals: Sequence[date]) -> Bilingual | None:
    """A new version of the advice needs a threat signal since the adoption."""
    if adopted_on is not None and any(day >= adopted_on for day in signals):
        return None
    return message(
        "No threat was signalled since the advice was adopted. Record the new threat first, then revise the advice.",
        "Sinds de vaststelling van het advies is geen dreiging gemeld. Leg eerst de nieuwe dreiging vast.",
    )


@rule(
    "turn.each-domain-once",
    article="REG x.9(4)",
    source=REG,
    nl="Een nieuwe versie van het advies noemt elk domein hoogstens één keer.",
)
def each_domain_once(*, domains: Sequence[str]) -> Bilingual | None:
    """A new version of the advice names each domain at most once."""
    if len(set(domains)) == len(domains):
        return None
    return message(
        f"A domain is named twice: {', '.join(domains)}. Name each domain once.",
        f"Een domein is twee keer genoemd: {', '.join(domains)}. Noem elk domein één keer.",
    )


@rule(
    "turn.domain-in-version",
    article="REG x.9(4)",
    source=REG,
    nl="Een domein wordt beoordeeld of teruggegeven in de versie van het advies waar het bij hoort.",
)
def domain_in_version(*, domain: str, version: int, domains: Sequence[str]) -> Bilingual | None:
    """A domain is assessed or returned only in a version of the advice that includes it."""
    if domain in domains:
        return None
    named = ", ".join(domains) or "none"
    return message(
        f"Version {version} of the advice is about {named}; {domain} stands as it was adopted.",
        f"Versie {version} van het advies gaat over {named}; {domain} blijft zoals het is vastgesteld.",
    )


@rule(
    "turn.reopens-at",
    article="Awb 7:11, 3:2",
    source=AWB,
    nl="Een beëindigde aanvraag gaat verder op een plaats die bij haar einde past.",
    verified=False,
)
def reopens_at(*, ended_as: str, stage: str, possible: Sequence[str]) -> Bilingual | None:
    """An ended application is reopened at a stage that fits how it ended."""
    if stage in possible:
        return None
    where = ", ".join(possible)
    return message(
        f"An application that ended as {ended_as} can be reopened at: {where}; not at {stage}.",
        f"Een aanvraag die is geëindigd als {ended_as} gaat verder bij: {where}; niet bij {stage}.",
    )


@rule(
    "turn.interviewed-before",
    article="REG x.9(4)",
    source=REG,
    nl="Verdergaan na het risicogesprek kan alleen als dat gesprek is gehouden.",
)
def interviewed_before(*, stage: str, held_on: date | None) -> Bilingual | None:
    """An application is reopened after the risk interview only if the interview was held."""
    if stage == "intake" or held_on is not None:
        return None
    return message(
        f"No risk interview was held, so the application cannot be reopened at {stage}. Reopen it at the intake.",
        f"Er is geen risicogesprek gehouden, dus de aanvraag kan niet verder bij {stage}. Heropen haar bij de intake.",
    )


@rule(
    "turn.joins-same-claim",
    article="Awb 3:2, 4:1",
    source=AWB,
    nl="Een aanvraag wordt gevoegd bij een andere, lopende aanvraag voor hetzelfde ambt bij dezelfde werkgever.",
    verified=False,
)
def joins_same_claim(*, same: bool, ended: bool, office: str, other_office: str, shared: int) -> Bilingual | None:
    """An application is joined to another open one for the same office with a shared employer."""
    if same:
        return message(
            "This is the application itself; name the other one.",
            "Dit is de aanvraag zelf; noem de andere.",
        )
    if ended:
        return message(
            "The other application has ended; reopen it first, or go on with this one.",
            "De andere aanvraag is beëindigd; heropen die eerst, of ga met deze verder.",
        )
    if office != other_office or not shared:
        return message(
            f"The other application is for the office {other_office}"
            + ("" if shared else " and shares no employer")
            + f"; this one is for {office}. Only applications for the same claim go together.",
            f"De andere aanvraag is voor het ambt {dutch(other_office)}"
            + ("" if shared else " en deelt geen werkgever")
            + f"; deze is voor {dutch(office)}. Alleen aanvragen voor dezelfde aanspraak gaan samen.",
        )
    return None


@rule(
    "turn.follows-own",
    article="REG x.9(6)",
    source=REG,
    nl="Een aanvraag na een verhuizing volgt op een eerdere aanvraag van dezelfde ambtsdrager in hetzelfde ambt.",
)
def follows_own(*, same_official: bool, same_office: bool) -> Bilingual | None:
    """An application after a move follows an earlier one of the same official in the same office."""
    if same_official and same_office:
        return None
    return message(
        "This official has no such earlier application for this office; par. 6 is about a move within one office.",
        "Deze ambtsdrager heeft geen zulke eerdere aanvraag voor dit ambt; lid 6 gaat over een verhuizing in één ambt.",
    )


@rule(
    "turn.second-home-discretionary",
    article="REG x.9(1), (6)",
    source=REG,
    nl="Een werkgever neemt altijd over; alleen een tweede woning na een verhuizing mag hij afwijzen.",
    since=date(2024, 1, 1),
)
def second_home_discretionary(*, discretionary: bool) -> Bilingual | None:
    """An employer always takes over; only a second home after a move may be declined, with reasons."""
    if discretionary:
        return None
    return message(
        "The advised measures are provided; an employer takes them over and cannot refuse (REG x.9(1)). Only measures"
        " for another home after a move, where measures were provided before, are discretionary (par. 6).",
        "De geadviseerde maatregelen worden verstrekt; een werkgever neemt ze over en weigert niet (REG x.9 lid 1)."
        " Alleen maatregelen voor een andere woning na een verhuizing, waar eerder maatregelen zijn verstrekt, zijn"
        " een bevoegdheid (lid 6).",
    )


@rule(
    "turn.office-has-ended",
    article="REG x.9(5)(a), (7)",
    source=REG,
    nl="Of een al overgenomen maatregel er nog komt, wordt beslist als het ambt is geëindigd.",
    verified=False,
)
def office_has_ended(*, office_ended_on: date | None) -> Bilingual | None:
    """The decision to still provide a taken-over measure is made after the office has ended."""
    if office_ended_on is not None:
        return None
    return message(
        "The office has not ended: order and provide the measure as usual, or record the end of office first.",
        "Het ambt is niet geëindigd: bestel en verstrek de maatregel zoals altijd, of leg eerst het einde vast.",
    )


@rule(
    "turn.represented",
    article="Awb 2:1",
    source=AWB,
    nl="Een vertegenwoordiging eindigt alleen als er een is.",
)
def represented(*, represented: bool) -> Bilingual | None:
    """Only an existing representation can end."""
    if represented:
        return None
    return message("Nobody represents the applicant.", "Niemand vertegenwoordigt de aanvrager.")


@rule(
    "turn.known-to-the-office",
    article="Awb 2:1",
    source=HOUSE,
    nl="Alleen het bureau noemt een vertegenwoordiger die al bekend is bij zijn kenmerk.",
    verified=False,
)
def names_representative(*, role: Role, known: bool) -> Bilingual | None:
    """Only the office names a representative who is known already by an id."""
    if role is not Role.APPLICANT or not known:
        return None
    return message(
        "Give the name and e-mail address of your representative, and leave the id out: the office knows who is known.",
        "Geef de naam en het e-mailadres van uw vertegenwoordiger, zonder kenmerk: het bureau weet wie er bekend is.",
    )


@rule(
    "turn.no-party-represents",
    article="Awb 2:1, 2:4",
    source=AWB,
    nl="Wie de zaak behandelt of ervoor betaalt, vertegenwoordigt de aanvrager niet.",
    verified=False,
)
def representative_not_party(
    *, person: str, applicant: str, handling: Sequence[str | None], duties: int
) -> Bilingual | None:
    """A person who handles the case or acts for an employer does not represent the applicant."""
    if person == applicant:
        return message(
            "The applicant needs no representative in the own person.",
            "De aanvrager hoeft zichzelf niet te vertegenwoordigen.",
        )
    if person in handling or duties:
        return message(
            f"{person} handles this case or holds a duty in it; name a person outside it.",
            f"{person} behandelt deze zaak of heeft er een taak in; noem iemand die erbuiten staat.",
        )
    return None


@rule(
    "eligibility.repeated-has-new-facts",
    article="Awb 4:6",
    source=AWB,
    nl="Een herhaalde aanvraag na een afwijzing noemt nieuwe feiten of veranderde omstandigheden.",
)
def repeated_has_new_facts(*, repeats: str | None, new_facts: bool) -> Bilingual | None:
    """A repeated application after a refusal states new facts or changed circumstances."""
    if repeats is None or new_facts:
        return None
    return message(
        f"This repeats {repeats}, which was refused, without new facts: it may be refused with reference to that"
        " decision.",
        f"Dit herhaalt {repeats}, die is afgewezen, zonder nieuwe feiten: zij mag worden afgewezen onder verwijzing"
        " naar dat besluit.",
    )


@rule(
    "measure.provided-in-office",
    article="REG x.9(5)(a); BESL x.3.1",
    source=BESL,
    nl="Een maatregel komt er tijdens het ambt, of daarna omdat de werkgever zo heeft besloten.",
)
def provided_in_office(*, day: date, until: date | None, kept: bool) -> Bilingual | None:
    """A measure is provided during the office, or after it if the employer decided to keep its commitment."""
    if until is None or day <= until or kept:
        return None
    return message(
        f"The office ended on {until}, before {day}: decide first whether the measure is still provided.",
        f"Het ambt eindigde op {until}, vóór {day}: beslis eerst of de maatregel er nog komt.",
    )
