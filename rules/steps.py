"""What each step of the way asks before it is taken (Awb; REG x.9(4))."""

from collections.abc import Sequence
from datetime import date

from rules.core.dated_values import value
from rules.core.rule import AWB, HOUSE, REG, SCHEME_2024, Words, rule, say
from rules.core.translations import dutch, listed


@rule(
    "step.not-in-future",
    article="Awb 3:2",
    source=AWB,
    nl="Wat als gebeurd wordt vastgelegd, gebeurde niet na vandaag.",
)
def not_in_future(*, what: str, day: date, on: date) -> Words | None:
    """What is recorded as having happened did not happen after today."""
    if day <= on:
        return None
    return say(
        f"{what} is dated {day}, after today ({on}). Record it once it has happened.",
        f"{dutch(what)} is gedateerd op {day}, na vandaag ({on}). Leg dit vast zodra het is gebeurd.",
    )


@rule(
    "step.not-before",
    article="Awb 3:2",
    source=AWB,
    nl="Wat uit iets anders volgt, gaat daar niet aan vooraf.",
)
def not_before(*, what: str, day: date, earlier: str, earliest: date | None) -> Words | None:
    """One thing does not precede the other thing that it follows from."""
    if earliest is None or day >= earliest:
        return None
    return say(
        f"{what} ({day}) lies before {earlier} ({earliest}).",
        f"{dutch(what)} ({day}) ligt voor {dutch(earlier)} ({earliest}).",
    )


@rule(
    "step.interview-not-in-past",
    article="Awb 4:7",
    source=AWB,
    nl="Een gesprek wordt gepland voor vandaag of later.",
    verified=False,
)
def interview_not_in_past(*, interview_on: date, on: date) -> Words | None:
    """An interview is planned for today or later."""
    if interview_on >= on:
        return None
    return say(
        f"The interview would be on {interview_on}; today is {on}.",
        f"Het gesprek zou op {interview_on} zijn; vandaag is het {on}.",
    )


@rule(
    "step.held-not-before-planned-stage",
    article="REG x.9(4)",
    source=REG,
    nl="Het risicogesprek volgt op de aanvraag.",
    since=SCHEME_2024,
)
def interview_after_receipt(*, held_on: date, received_on: date) -> Words | None:
    """The risk interview follows the application."""
    if held_on >= received_on:
        return None
    return say(
        f"The interview ({held_on}) lies before the application ({received_on}).",
        f"Het gesprek ({held_on}) ligt voor de aanvraag ({received_on}).",
    )


@rule(
    "step.every-domain-discussed",
    article="REG x.9(4); Kamerstukken II 28 844, nr. 273",
    source=REG,
    nl="Het gesprek gaat over elk van de vier domeinen, eenmaal.",
    since=SCHEME_2024,
)
def every_domain_discussed(*, domains: Sequence[str]) -> Words | None:
    """The interview covers each of the four domains once."""
    wanted = ["digital", "home", "travel", "work"]
    named = sorted(domains)
    if named == wanted:
        return None
    return say(
        f"The interview must say something on each of {', '.join(wanted)} once; it names {', '.join(named) or 'none'}.",
        f"Het gesprek moet over elk van {listed(wanted)} eenmaal iets zeggen; het noemt: {listed(named) or 'geen'}.",
    )


@rule(
    "step.every-domain-assessed",
    article="REG x.9(4)",
    source=REG,
    nl="Het advies gaat naar de beveiligingsautoriteit als over alle vier de domeinen is beslist.",
    since=SCHEME_2024,
)
def every_domain_assessed(*, open_domains: Sequence[str]) -> Words | None:
    """The advice leaves the adviser when all four domains are drafted or set aside."""
    if not open_domains:
        return None
    return say(
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
def domain_open(*, domain: str, state: str) -> Words | None:
    """A domain can be assessed until it is with the security authority or adopted."""
    if state not in {"submitted", "adopted", "lapsed"}:
        return None
    return say(
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
def domain_submitted(*, domain: str, state: str) -> Words | None:
    """Only a submitted domain can be returned."""
    if state == "submitted":
        return None
    return say(
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
def measures_where_needed(*, needed: bool, measures: int) -> Words | None:
    """A domain that needs measures names at least one, and a domain set aside names none."""
    if needed and not measures:
        return say(
            "Say at least one measure, or that none is needed in this domain.",
            "Noem ten minste een maatregel, of zeg dat in dit domein niets nodig is.",
        )
    if measures and not needed:
        return say(
            "You said that nothing is needed in this domain, yet named measures. Leave one of the two out.",
            "U zei dat in dit domein niets nodig is en noemde toch maatregelen. Laat een van beide weg.",
        )
    return None


@rule(
    "step.completion-lapsed",
    article="Awb 4:5(1)",
    source=AWB,
    nl="Niet behandelen kan pas na een uitnodiging tot aanvullen waarvan de termijn ongebruikt voorbij is.",
)
def completion_lapsed(*, invited: bool, due_on: date | None, on: date) -> Words | None:
    """Not processing takes an invitation to complete whose term has passed unused."""
    if not invited:
        return say(
            "The applicant was not invited to complete the application; do that first and give a term.",
            "De aanvrager is niet uitgenodigd om aan te vullen; doe dat eerst en geef een termijn.",
        )
    if due_on is None or on <= due_on:
        return say(
            f"The term to complete runs until {due_on or 'a day still open'}; wait until it has passed unused.",
            f"De termijn om aan te vullen loopt tot en met {due_on or 'een nog open dag'}; wacht tot hij ongebruikt"
            " voorbij is.",
        )
    return None


@rule(
    "step.completion-open",
    article="Awb 4:5(1)",
    source=AWB,
    nl="Aanvullen is het antwoord op een uitnodiging die nog openstaat.",
)
def completion_open(*, invited: bool) -> Words | None:
    """Completing answers an invitation that is still open."""
    if invited:
        return None
    return say(
        "No invitation to complete is open; nothing is missing.",
        "Er staat geen uitnodiging tot aanvullen open; er ontbreekt niets.",
    )


@rule(
    "step.view-asked",
    article="Awb 4:7, 4:8",
    source=AWB,
    nl="Een afwijzing wacht op de zienswijze van de aanvrager, of op het verstrijken van de termijn ervoor.",
)
def view_asked(*, due_on: date | None, viewed: bool, on: date) -> Words | None:
    """A refusal waits for the applicant's view, or for the term to give it to pass."""
    if viewed or (due_on is not None and on > due_on):
        return None
    return say(
        f"The applicant may give a view until {due_on or 'a day still open'}; record it, or wait until the day after.",
        f"De aanvrager mag een zienswijze geven tot en met {due_on or 'een nog open dag'}; leg die vast, of wacht tot"
        " de dag erna.",
    )


@rule(
    "step.refusal-has-ground",
    article="Awb 3:46",
    source=AWB,
    nl="Een afwijzing rust op een regel die zich tegen de aanvraag keert.",
)
def refusal_has_ground(*, grounds: Sequence[str], named: str) -> Words | None:
    """A refusal rests on a rule that finds against the application."""
    if named in grounds:
        return None
    if not grounds:
        return say(
            "No rule finds against this application: it cannot be refused on its merits. Go on with the intake.",
            "Geen regel keert zich tegen deze aanvraag: zij kan niet inhoudelijk worden afgewezen. Ga door met de"
            " intake.",
        )
    these = ", ".join(grounds)
    return say(
        f"The rule {named} does not find against this application; these do: {these}.",
        f"De regel {named} keert zich niet tegen deze aanvraag; deze wel: {these}.",
    )


@rule(
    "step.takeovers-done",
    article="REG x.9(1)",
    source=REG,
    nl="De uitvoering begint als elke werkgever heeft overgenomen.",
    since=SCHEME_2024,
)
def takeovers_done(*, waiting: Sequence[str]) -> Words | None:
    """Provision begins when every employer has taken over."""
    if not waiting:
        return None
    named = ", ".join(waiting)
    return say(f"Not yet taken over by: {named}.", f"Nog niet overgenomen door: {named}.")


@rule(
    "step.bookings-made",
    article="BESL x.3.8",
    source=HOUSE,
    nl="Een aanvraag wordt afgesloten als elke boeking is gedaan.",
    since=SCHEME_2024,
)
def bookings_made(*, waiting: Sequence[str]) -> Words | None:
    """An application closes when every booking is made."""
    if not waiting:
        return None
    named = ", ".join(waiting)
    return say(f"Not yet booked: {named}.", f"Nog niet geboekt: {named}.")


@rule(
    "step.no-open-payables",
    article="REG x.9(3)",
    source=REG,
    nl="Een aanvraag wordt afgesloten als elke te betalen post is betaald of afgekeurd.",
    since=SCHEME_2024,
)
def no_open_payables(*, waiting: Sequence[str]) -> Words | None:
    """An application closes when every payable is paid or rejected."""
    if not waiting:
        return None
    named = ", ".join(waiting)
    return say(f"Not yet paid: {named}.", f"Nog niet betaald: {named}.")


@rule(
    "step.withdrawal-before-takeover",
    article="REG x.9(1)",
    source=REG,
    nl="Een aanvraag kan worden ingetrokken tot de eerste werkgever heeft overgenomen.",
    since=SCHEME_2024,
    verified=False,
)
def withdrawal_before_takeover(*, taken_over: Sequence[str]) -> Words | None:
    """An application can be withdrawn until the first employer has taken over."""
    if not taken_over:
        return None
    named = ", ".join(taken_over)
    return say(
        f"{named} has taken the advice over; decline the measures you do not want instead.",
        f"{named} heeft het advies overgenomen; zie in plaats daarvan af van de maatregelen die u niet wilt.",
    )


@rule(
    "step.term-suspendable",
    article="Awb 4:15",
    source=AWB,
    nl="Een opschorting noemt een termijn van deze aanvraag die loopt en kan worden opgeschort.",
)
def term_suspendable(*, found: bool, suspendable: bool, running: bool) -> Words | None:
    """A suspension names a term of this application that runs and can be suspended."""
    if not found:
        return say(
            "This application has no such running term; see its deadlines for the names.",
            "Deze aanvraag heeft geen lopende termijn met die naam; zie haar termijnen voor de namen.",
        )
    if not suspendable:
        return say(
            "The law knows no suspension of this term.",
            "De wet kent geen opschorting van deze termijn.",
        )
    if running:
        return say(
            "This term is suspended already; let it resume first.",
            "Deze termijn is al opgeschort; laat hem eerst verder lopen.",
        )
    return None


@rule(
    "step.term-suspended",
    article="Awb 4:15(4)",
    source=AWB,
    nl="Alleen een opgeschorte termijn kan verder lopen.",
)
def term_suspended(*, suspended: bool) -> Words | None:
    """Only a suspended term can resume."""
    return None if suspended else say("This term is not suspended.", "Deze termijn is niet opgeschort.")


@rule(
    "step.nothing-left-to-invoice",
    article="REG x.9(3)",
    source=REG,
    nl="Een factuur gaat over ten minste een maatregel die er nog op wacht.",
    since=SCHEME_2024,
)
def something_to_invoice(*, measures: Sequence[str]) -> Words | None:
    """An invoice is for at least one measure that still waits for one."""
    if measures:
        return None
    return say(
        "Every measure that was taken over has its last invoice already, or is settled.",
        "Elke overgenomen maatregel heeft de laatste factuur al, of is afgerekend.",
    )


@rule(
    "step.hardship-has-reasons",
    article="REG x.9(5)(b)",
    source=REG,
    nl="De uitzondering op het certificaat is gemotiveerd.",
    since=SCHEME_2024,
)
def hardship_has_reasons(*, hardship: bool, reasoned: bool) -> Words | None:
    """The exception to the certificate is reasoned."""
    if not hardship or reasoned:
        return None
    return say(
        "Say in reasons why the certificate cannot reasonably be required.",
        "Zeg in reasons waarom het certificaat redelijkerwijs niet kan worden verlangd.",
    )


@rule(
    "step.not-invoiced",
    article="REG x.9(3)",
    source=REG,
    nl="Een maatregel waarvoor een factuur kwam, wordt afgerekend door die te betalen.",
    since=SCHEME_2024,
)
def not_invoiced(*, invoices: int) -> Words | None:
    """A measure for which an invoice came is settled by paying it."""
    if not invoices:
        return None
    return say(
        "An invoice for this measure came in; it is settled by its payment.",
        "Voor deze maatregel kwam een factuur binnen; de betaling daarvan rekent haar af.",
    )


@rule(
    "step.advance-has-receipt",
    article="REG 1.2",
    source=REG,
    nl="Vergoeding van wat de ambtsdrager voorschoot vraagt een bewijsstuk.",
)
def advance_has_receipt(*, advance: bool, receipt: bool) -> Words | None:
    """Reimbursing an advance needs a receipt."""
    if not advance or receipt:
        return None
    return say(
        "An advance is reimbursed against a receipt; give its reference.",
        "Wat is voorgeschoten wordt vergoed tegen een bewijsstuk; geef het kenmerk ervan.",
    )


@rule(
    "step.refusal-decided-by",
    article="Awb 1:3, 10:3",
    source=AWB,
    nl="Over een afwijzing beslist het orgaan dat daarvoor is aangewezen; een intakemedewerker stelt haar alleen voor.",
    since=SCHEME_2024,
    verified=False,
)
def refusal_decided_by(*, role: str, on: date) -> Words | None:
    """A refusal is decided by the body that the dated value names; an officer only proposes."""
    decides = value("refusal_decided_by", on)
    if role == decides:
        return None
    return say(
        f"On {on} a refusal is decided by the {decides}, not by a {role}.",
        f"Op {on} beslist de {dutch(decides)} over een afwijzing, niet een {dutch(role)}.",
    )


@rule(
    "step.receipt-correctable",
    article="Awb 4:13",
    source=AWB,
    nl="De ontvangst door een werkgever wordt verbeterd zolang de beslistermijn loopt.",
)
def receipt_correctable(*, running: Sequence[str], organisation: str | None) -> Words | None:
    """An employer's receipt is corrected while its term to take over runs, and of several employers one is named."""
    if organisation in running or (organisation is None and len(running) == 1):
        return None
    named = ", ".join(running)
    if not running:
        return say(
            "No employer's term to take over runs: its receipt is not confirmed yet (confirm-receipt), or it has taken"
            " over.",
            "Van geen werkgever loopt de beslistermijn: de ontvangst is nog niet bevestigd (confirm-receipt), of er is"
            " al overgenomen.",
        )
    if organisation is None:
        return say(
            f"Name in organisation whose receipt is corrected; the term runs of: {named}.",
            f"Noem in organisation wiens ontvangst wordt verbeterd; de termijn loopt van: {named}.",
        )
    return say(
        f"The term of {organisation} does not run; it runs of: {named}.",
        f"De termijn van {organisation} loopt niet; zij loopt van: {named}.",
    )
