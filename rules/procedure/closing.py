"""Closing of an application: what must be done before it, and until when it can be withdrawn."""

from collections.abc import Sequence

from rules.core.rule import HOUSE, REG, SCHEME_2024, Bilingual, message, rule


@rule(
    "step.takeovers-done",
    article="REG x.9(1)",
    source=REG,
    nl="De uitvoering begint als elke werkgever heeft overgenomen.",
    since=SCHEME_2024,
)
def takeovers_done(*, waiting: Sequence[str]) -> Bilingual | None:
    """Provision begins when every employer has taken over."""
    if not waiting:
        return None
    named = ", ".join(waiting)
    return message(f"Not yet taken over by: {named}.", f"Nog niet overgenomen door: {named}.")


@rule(
    "step.bookings-made",
    article="BESL x.3.8",
    source=HOUSE,
    nl="Een aanvraag wordt afgesloten als elke boeking is gedaan.",
    since=SCHEME_2024,
)
def bookings_made(*, waiting: Sequence[str]) -> Bilingual | None:
    """An application closes when every booking is made."""
    if not waiting:
        return None
    named = ", ".join(waiting)
    return message(f"Not yet booked: {named}.", f"Nog niet geboekt: {named}.")


@rule(
    "step.no-open-payables",
    article="REG x.9(3)",
    source=REG,
    nl="Een aanvraag wordt afgesloten als elke te betalen post is betaald of afgekeurd.",
    since=SCHEME_2024,
)
def no_open_payables(*, waiting: Sequence[str]) -> Bilingual | None:
    """An application closes when every payable is paid or rejected."""
    if not waiting:
        return None
    named = ", ".join(waiting)
    return message(f"Not yet paid: {named}.", f"Nog niet betaald: {named}.")


@rule(
    "step.withdrawal-before-takeover",
    article="REG x.9(1)",
    source=REG,
    nl="Een aanvraag kan worden ingetrokken tot de eerste werkgever heeft overgenomen.",
    since=SCHEME_2024,
    verified=False,
)
def withdrawal_before_takeover(*, taken_over: Sequence[str]) -> Bilingual | None:
    """An application can be withdrawn until the first employer has taken over."""
    if not taken_over:
        return None
    named = ", ".join(taken_over)
    return message(
        f"{named} has taken the advice over; decline the measures you do not want instead.",
        f"{named} heeft het advies overgenomen; zie in plaats daarvan af van de maatregelen die u niet wilt.",
    )
