"""Metrics of the statistics: what each counts, and in which unit; every response lists them with the figures."""

from typing import NamedTuple

from rules.core.rule import Bilingual, message


class Definition(NamedTuple):
    """One figure: its unit, and what it counts."""

    unit: str
    words: Bilingual


DEFINITIONS: dict[str, Definition] = {
    "asked": Definition(
        "pieces of work",
        message("Work that was asked for in the period.", "Werk waarom in de periode is gevraagd."),
    ),
    "begun": Definition(
        "pieces of work",
        message(
            "Work that someone took up in the period and kept; where nobody took it, work that was done.",
            "Werk dat iemand in de periode oppakte en hield; wat niemand oppakte telt op het moment dat het gedaan is.",
        ),
    ),
    "begunLate": Definition(
        "pieces of work",
        message(
            "Of begun: after its start-by; acute work after its service level, in plain hours.",
            "Van wat begonnen is: na de begintijd; acuut werk na de uren van het serviceniveau.",
        ),
    ),
    "done": Definition(
        "pieces of work",
        message(
            "Work that ended in the period by the event that it asked for, or by the other outcome of the same look.",
            "Werk dat in de periode gedaan is, ook als de uitkomst een andere was.",
        ),
    ),
    "fellAway": Definition(
        "pieces of work or terms",
        message(
            "What ended in the period because it lost its sense, such as by a withdrawal.",
            "Wat in de periode eindigde omdat het geen zin meer had, zoals door een intrekking.",
        ),
    ),
    "open": Definition(
        "pieces of work",
        message(
            "Work that was asked for and not ended, at the end of the period or at asOf.",
            "Werk waarom gevraagd is en dat niet geëindigd is, aan het eind van de periode of op asOf.",
        ),
    ),
    "inHand": Definition(
        "pieces of work",
        message("Of open: in someone's hands.", "Van wat openstaat: wat iemand heeft opgepakt."),
    ),
    "late": Definition(
        "pieces of work or terms",
        message(
            "Open work that is not begun though its start-by has passed (acute work: its service level, in plain "
            "hours), or was begun after it; a running term whose last day has passed.",
            "Open werk waarvan de begintijd voorbij is (acuut werk: de uren van het serviceniveau) of dat daarna "
            "begonnen is; een lopende termijn waarvan de laatste dag voorbij is.",
        ),
    ),
    "atRisk": Definition(
        "pieces of work or terms",
        message(
            "Open work in nobody's hands, or a running term, that is not late and of whose time the share atRiskShare "
            "has gone.",
            "Open werk dat niemand heeft opgepakt, of een lopende termijn, nog niet te laat, waarvan het deel "
            "atRiskShare van de tijd voorbij is.",
        ),
    ),
    "waiting": Definition(
        "working hours of the office, and calendar days",
        message(
            "Of begun: the time in nobody's hands, from when it was asked for until it was begun.",
            "Van wat begonnen is: de tijd dat niemand het had, van de vraag tot het begin.",
        ),
    ),
    "waitingSoFar": Definition(
        "working hours of the office, and calendar days",
        message(
            "Of open work in nobody's hands: the time that it has waited, so that what still waits is not left out.",
            "Van open werk dat niemand heeft: hoe lang het al wacht, zodat wat nog wacht niet buiten beeld blijft.",
        ),
    ),
    "handling": Definition(
        "working hours of the office, and calendar days",
        message(
            "Of done work that somebody took up: the time in someone's hands until it was done.",
            "Van gedaan werk dat iemand oppakte: de tijd dat iemand het had tot het gedaan was.",
        ),
    ),
    "running": Definition(
        "terms",
        message("Terms that run at the end of the period, or at asOf.", "Termijnen die lopen aan het eind of op asOf."),
    ),
    "suspended": Definition(
        "terms",
        message("Of running: standing still.", "Van wat loopt: opgeschort."),
    ),
    "kept": Definition(
        "terms",
        message("Terms that were met in the period, in time.", "Termijnen die in de periode op tijd gehaald zijn."),
    ),
    "missed": Definition(
        "terms",
        message(
            "Terms that ended in the period after their last day.",
            "Termijnen die in de periode na hun laatste dag eindigden.",
        ),
    ),
    "placesSkipped": Definition(
        "pieces of work",
        message(
            "How many pieces of the same pool waited then and stood before it in the order.",
            "Hoeveel werk van dezelfde groep toen wachtte en in de volgorde ervoor stond.",
        ),
    ),
    "hoursAfterStartBy": Definition(
        "working hours of the office",
        message("How long its start-by had passed by then.", "Hoe lang de begintijd toen voorbij was."),
    ),
    "itemsMoved": Definition(
        "pieces of work",
        message("How much work came to stand elsewhere.", "Hoeveel werk op een andere plaats kwam."),
    ),
    "placesBack": Definition(
        "places",
        message(
            "By how many places the piece that moved farthest went back.",
            "Hoeveel plaatsen het werk dat het verst opschoof naar achteren ging.",
        ),
    ),
    "hoursLater": Definition(
        "working hours of the office",
        message(
            "By how much the start-by moved that moved farthest.",
            "Hoeveel later de begintijd werd die het verst opschoof.",
        ),
    ),
    "days": Definition(
        "calendar days",
        message(
            "By how many days the last day of the term moved; unknown while it stands still.",
            "Hoeveel dagen de laatste dag van de termijn opschoof; onbekend zolang die opgeschort is.",
        ),
    ),
    "runningDays": Definition(
        "calendar days",
        message("How long the term has stood still.", "Hoe lang de termijn al stilstaat."),
    ),
}
