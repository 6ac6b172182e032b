"""Advice: its domains, measures and the reasons for an exception."""

from collections.abc import Sequence

from rules.core.rule import REG, SCHEME_2024, Bilingual, message, rule
from rules.core.translations import dutch, listed


@rule(
    "step.every-domain-assessed",
    article="REG x.9(4)",
    source=REG,
    nl="Het advies gaat naar de beveiligingsautoriteit als over alle vier de domeinen is beslist.",
    since=SCHEME_2024,
)
def every_domain_assessed(*, open_domains: Sequence[str]) -> Bilingual | None:
    """The advice is submitted when all four domains are drafted or set aside."""
    if not open_domains:
        return None
    return message(
        f"Not yet assessed: {', '.join(open_domains)}.",
        f"Nog niet beoordeeld: {listed(open_domains)}.",
    )


@rule(
    "step.domain-open",
    article="REG x.9(4)",
    source=REG,
    nl="Een domein kan worden beoordeeld tot het bij de beveiligingsautoriteit ligt of is vastgesteld.",
    since=SCHEME_2024,
)
def domain_open(*, domain: str, state: str) -> Bilingual | None:
    """A domain can be assessed until it is submitted to the security authority or adopted."""
    if state not in {"submitted", "adopted", "lapsed"}:
        return None
    return message(
        f"The advice on {domain} is {state}; it was not returned, so its draft stands.",
        f"Het advies over {dutch(domain)} is {dutch(state)}; het is niet teruggegeven, dus het concept blijft staan.",
    )


@rule(
    "step.domain-submitted",
    article="REG x.9(4)",
    source=REG,
    nl="Alleen een voorgelegd domein kan worden teruggegeven.",
    since=SCHEME_2024,
)
def domain_submitted(*, domain: str, state: str) -> Bilingual | None:
    """Only a submitted domain can be returned."""
    if state == "submitted":
        return None
    return message(
        f"The advice on {domain} is {state}; only what was submitted can be returned.",
        f"Het advies over {dutch(domain)} is {dutch(state)}; alleen wat is voorgelegd kan worden teruggegeven.",
    )


@rule(
    "step.measures-where-needed",
    article="REG x.9(4)",
    source=REG,
    nl="Een domein met maatregelen noemt er ten minste een, en een domein zonder noemt er geen.",
    since=SCHEME_2024,
)
def measures_where_needed(*, needed: bool, measures: int) -> Bilingual | None:
    """A domain that needs measures names at least one, and a domain set aside names none."""
    if needed and not measures:
        return message(
            "Say at least one measure, or that none is needed in this domain.",
            "Noem ten minste een maatregel, of zeg dat in dit domein niets nodig is.",
        )
    if measures and not needed:
        return message(
            "You said that nothing is needed in this domain, yet named measures. Leave one of the two out.",
            "U zei dat in dit domein niets nodig is en noemde toch maatregelen. Laat een van beide weg.",
        )
    return None


@rule(
    "step.hardship-has-reasons",
    article="REG x.9(5)(b)",
    source=REG,
    nl="De uitzondering op het certificaat is gemotiveerd.",
    since=SCHEME_2024,
)
def hardship_has_reasons(*, hardship: bool, reasoned: bool) -> Bilingual | None:
    """The exception to the certificate has reasons."""
    if not hardship or reasoned:
        return None
    return message(
        "Say in reasons why the certificate cannot reasonably be required.",
        "Zeg in reasons waarom het certificaat redelijkerwijs niet kan worden verlangd.",
    )
