"""Statement matching: when a bank entry is the ordered payment; any other entry waits for a person."""

from decimal import Decimal

from rules.core.rule import HOUSE, Bilingual, message, rule
from rules.core.translations import dutch, listed

ARTICLE = "house rule: the books follow the bank statement"

EARLIER_OUTCOME = {
    "paid": ("it was booked before", "zij is al eerder afgeboekt"),
    "returned": ("it was rejected or came back before", "zij is eerder afgewezen of teruggekomen"),
    "approved": ("it came back and waits for another batch", "zij kwam terug en wacht op een nieuwe batch"),
}
"""What already happened to a payment that is booked out of order."""


@rule(
    "bank.entry-is-known",
    article=ARTICLE,
    source=HOUSE,
    nl="Een boeking noemt het kenmerk van een betaling of batch van deze werkgever.",
)
def is_known(*, end_to_end: str | None, payment_information: str | None, found: bool) -> Bilingual | None:
    """An entry names a payment or a batch of this employer."""
    if found:
        return None
    named = end_to_end or payment_information
    if named is None:
        return message(
            "The entry names no payment and no batch. Match it with what it pays, or set it aside with a reason.",
            "De boeking noemt geen betaling en geen batch. Koppel haar aan wat zij betaalt, of leg haar met reden weg.",
        )
    return message(
        f"No payment and no batch of this employer is called {named}. Match the entry, or set it aside with a reason.",
        f"Geen betaling of batch van deze werkgever heet {named}. Koppel de boeking, of leg haar met reden weg.",
    )


@rule(
    "bank.entry-left-the-office",
    article=ARTICLE,
    source=HOUSE,
    nl="Een boeking hoort bij een batch die is geëxporteerd.",
)
def was_exported(*, batch: str, state: str) -> Bilingual | None:
    """An entry belongs to a batch that was exported."""
    if state in {"exported", "settled", "rejected"}:
        return None
    return message(
        f"{batch} is {state}: its file was not exported, and yet something of it was booked. Ask the bank"
        " who ordered it.",
        f"{batch} staat op {dutch(state)}: het bestand is niet geëxporteerd en toch is er iets van geboekt. Vraag de"
        " bank wie de opdracht gaf.",
    )


@rule(
    "bank.entry-as-ordered",
    article=ARTICLE,
    source=HOUSE,
    nl="Het geboekte bedrag is het opgedragen bedrag, op de cent.",
)
def as_ordered(*, booked: Decimal, ordered: Decimal) -> Bilingual | None:
    """The booked amount equals the ordered amount, to the cent."""
    if abs(booked) == ordered:
        return None
    return message(
        f"{abs(booked)} EUR was booked where {ordered} was ordered. Match it as a part, or set it aside with a reason.",
        f"Er is {abs(booked)} EUR geboekt en {ordered} opgedragen. Koppel het als deel, of leg het met reden weg.",
    )


@rule(
    "bank.credit-is-a-return",
    article="EPC125-05, R-transactions",
    source=HOUSE,
    nl="Wat er bij komt op een kenmerk van ons, is een retour.",
)
def credit_is_return(*, booked: Decimal, is_return: bool) -> Bilingual | None:
    """A receipt under one of our references is a return."""
    if booked < 0 or is_return:
        return None
    return message(
        f"{booked} EUR came in under our reference, and the bank does not call it a return. Ask the payee, then"
        " match it.",
        f"Er kwam {booked} EUR bij op ons kenmerk en de bank noemt het geen retour. Vraag de ontvanger, en koppel dan.",
    )


@rule(
    "bank.entry-once",
    article=ARTICLE,
    source=HOUSE,
    nl="Een betaling gaat één keer af en komt hoogstens één keer terug.",
)
def once(*, payment: str, state: str, counts: bool, is_return: bool) -> Bilingual | None:
    """A payment is booked once and returned at most once; ``counts`` is whether its batch line still counts."""
    if counts and (state == "batched" or (is_return and state == "paid")):
        return None
    en, nl = EARLIER_OUTCOME.get(state, (f"it is {state}", f"zij staat op {dutch(state)}"))
    if not counts and state in {"paid", "batched"}:
        en, nl = "it came back and goes in another batch", "zij kwam terug en gaat mee in een andere batch"
    doing_en, doing_nl = ("came back", "kwam terug") if is_return else ("was booked", "is afgeboekt")
    return message(
        f"{payment} {doing_en}, but {en}. Check the account, then match the entry or set it aside.",
        f"{payment} {doing_nl}, maar {nl}. Kijk wat de rekening laat zien, en koppel de boeking of leg haar weg.",
    )


@rule(
    "bank.entry-waits",
    article=ARTICLE,
    source=HOUSE,
    nl="Alleen een boeking die op een mens wacht, wordt met de hand gekoppeld of weggelegd.",
)
def awaits_person(*, entry: str, matched: bool, set_aside: bool) -> Bilingual | None:
    """Only an entry that waits for a person is matched or set aside manually."""
    if not matched and not set_aside:
        return None
    en, nl = ("matched", "gekoppeld") if matched else ("set aside", "weggelegd")
    return message(f"Entry {entry} was {en} already.", f"Boeking {entry} is al {nl}.")


@rule(
    "bank.match-within-order",
    article=ARTICLE,
    source=HOUSE,
    nl="Met de hand wordt niet meer gekoppeld dan is opgedragen.",
)
def within_order(*, payment: str, before: Decimal, booked: Decimal, ordered: Decimal) -> Bilingual | None:
    """A manual match does not exceed the ordered amount; ``before`` is the amount matched before."""
    if before + abs(booked) <= ordered:
        return None
    return message(
        f"{payment} is {ordered} EUR, of which {before} was matched; {abs(booked)} more is too much. Match another"
        " payment, or set the entry aside and ask the bank for the rest back.",
        f"{payment} is {ordered} EUR, waarvan {before} is gekoppeld; {abs(booked)} erbij is te veel. Koppel een"
        " andere betaling, of leg de boeking weg en vraag de bank het meerdere terug.",
    )


@rule(
    "bank.match-can-follow",
    article=ARTICLE,
    source=HOUSE,
    nl="Een gekoppelde boeking volgt op de stand van de betaling: af als zij open staat, terug als zij is betaald.",
)
def can_follow(*, payment: str, state: str, is_return: bool) -> Bilingual | None:
    """A matched entry fits the state of the payment: a debit if it is open, a return if it was paid."""
    right = {"paid", "batched"} if is_return else {"batched", "returned", "approved"}
    if state in right:
        return None
    named = ", ".join(sorted(right))
    return message(
        f"The payable of {payment} is {state}; this entry can be matched where it is one of: {named}. Set the entry"
        " aside, or bring the payable there first.",
        f"De post van {payment} staat op {dutch(state)}; deze boeking past bij een van: {listed(sorted(right))}. Leg de"
        " boeking weg, of breng de post eerst zover.",
    )


@rule(
    "bank.match-leaves-no-second",
    article=ARTICLE,
    source=HOUSE,
    nl="Een boeking wordt niet gekoppeld aan een eerdere betaling van een post die in een andere batch meegaat.",
)
def no_second_payment(*, payment: str, other: str | None, left: bool) -> Bilingual | None:
    """An entry is not matched with an earlier payment of a payable that is in another batch."""
    if other is None:
        return None
    if left:
        return message(
            f"The payable of {payment} was included in {other} later, and follows that payment. Set the entry aside; an"
            " amount paid twice is asked back.",
            f"De post van {payment} ging daarna mee in {other}, en volgt die betaling. Leg de boeking weg; wat twee"
            " keer afging, wordt teruggevraagd.",
        )
    return message(
        f"The payable of {payment} is also in {other}, which would pay it again. Withdraw that batch first, then"
        " match.",
        f"De post van {payment} staat ook in {other}, die haar nog eens zou betalen. Trek die batch eerst in, en koppel"
        " dan.",
    )
