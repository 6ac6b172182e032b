"""Plain words for an official: what happens in each stage, what each term means, and what can be done."""

from api.pages import wording

STAGES: dict[str, tuple[str, str]] = {
    "received": ("Uw aanvraag is binnen.", "Het adviesbureau kijkt of alles er is."),
    "intake": ("Het adviesbureau bekijkt uw aanvraag.", "Daarna plant het een gesprek met u."),
    "interview-planned": ("U hebt een gesprek over uw veiligheid.", "Een adviseur voert het gesprek met u."),
    "interview-held": ("Het gesprek is geweest.", "De adviseur schrijft nu het advies."),
    "advice": ("De adviseur schrijft het advies.", "Daarna wordt het advies gecontroleerd."),
    "with-security-authority": (
        "Het advies wordt gecontroleerd.",
        "De beveiligingsautoriteit van het ministerie stelt het vast.",
    ),
    "takeover": ("Het advies is klaar.", "Uw werkgever moet de maatregelen overnemen."),
    "provision": ("Uw werkgever regelt de maatregelen.", "Hij bestelt ze en laat ze plaatsen."),
    "settlement": ("De maatregelen zijn er.", "Uw werkgever betaalt de rekeningen."),
    "booking": ("De rekeningen zijn betaald.", "Uw werkgever werkt de boekhouding af."),
    "closed": ("Uw zaak is klaar.", "U hoeft niets meer te doen."),
    "withdrawn": ("Uw aanvraag is ingetrokken.", "Er gebeurt niets meer."),
    "refusal-intended": (
        "Het adviesbureau wil uw aanvraag afwijzen.",
        "U mag eerst zeggen wat u daarvan vindt.",
    ),
    "refused": ("Uw aanvraag is afgewezen.", "De redenen staan in de brief."),
    "not-processed": ("Uw aanvraag wordt niet behandeld.", "De redenen staan in de brief."),
    "forwarded": ("Uw aanvraag is doorgestuurd.", "In de brief staat naar wie."),
    "lapsed": ("Uw aanvraag is vervallen.", "De redenen staan in de brief."),
    "no-measures": ("Het advies is klaar. Er zijn geen maatregelen nodig.", "De redenen staan in het advies."),
    "joined": ("Uw aanvraag hoort nu bij een andere zaak van u.", "Kijk daar hoe het verdergaat."),
}
"""What each stage means: what happens now, and who does what next."""
TERMS: dict[str, str] = {
    "completion": "U kunt uw aanvraag aanvullen tot en met {day}.",
    "not-processed": "Het adviesbureau beslist uiterlijk op {day} of het uw aanvraag behandelt.",
    "view": "U kunt zeggen wat u ervan vindt tot en met {day}.",
    "authority": "De controle van het advies is naar verwachting klaar op {day}.",
    "takeover": "{employer} neemt de maatregelen over, uiterlijk op {day}.",
    "default": "{employer} is te laat en krijgt nog de tijd tot en met {day}.",
    "penalty": "{employer} is te laat. U krijgt geld voor elke dag, hoogstens tot en met {day}.",
    "penalty-decision": "{employer} zegt uiterlijk op {day} hoeveel geld u daarvoor krijgt.",
    "payment": "{employer} betaalt u uiterlijk op {day}.",
    "objection": "U kunt bezwaar maken tot en met {day}.",
    "objection-decision": "U hoort uiterlijk op {day} wat er met uw bezwaar gebeurt.",
    "objection-put-off": "U hoort uiterlijk op {day} wat er met uw bezwaar gebeurt.",
}
"""What a running term means for the official, with its last day and the employer that it is about."""
STEPS: dict[str, str] = {
    "application/complete": "Uw aanvraag aanvullen",
    "application/record-view": "Zeggen wat u van het voornemen vindt",
    "application/withdraw": "Uw aanvraag intrekken",
    "application/record-representative": "Iemand machtigen om namens u te handelen",
    "application/end-representation": "Een machtiging stoppen",
    "application/record-move": "Een verhuizing doorgeven",
    "application/request-loan": "Spullen te leen vragen",
    "application/file-objection": "Bezwaar maken",
    "loan/withdraw": "Uw vraag om spullen te lenen intrekken",
    "loan/file-objection": "Bezwaar maken omdat u geen spullen kreeg",
    "objection/withdraw": "Uw bezwaar intrekken",
    "measure/decline": "Een maatregel niet nemen",
    "takeover/default": "Zeggen dat uw werkgever te laat is",
}
"""What an official can do, in the order of the page."""
REPORTS: dict[str, str] = {
    "acute-danger": "Er is nu gevaar",
    "death-threat": "Iemand wil mij doden, of zegt dat",
    "physical-violence": "Iemand gebruikte geweld",
    "stalking": "Iemand volgt mij of valt mij steeds lastig",
    "intimidation": "Iemand wil mij bang maken",
    "online-harassment": "Haat of bedreiging op internet",
    "property-damage": "Er is iets kapotgemaakt",
    "subversion": "Iemand zet mij onder druk of wil mij omkopen",
}
"""The kinds of a report as people say them; the most dangerous first."""


def step(chart: str, event: str) -> str:
    """Return what a step is called for an official."""
    return STEPS.get(f"{chart}/{event}") or wording.event(chart, event)
