"""Translations: the Dutch for offices, roles, employers, domains and states, and for the parts of sentences.

Names of events are not translated: a Dutch sentence puts them in quotation marks, like any name without Dutch here.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Self

NAMES = {
    # offices
    "kings-commissioner": "commissaris van de Koning",
    "provincial-executive": "gedeputeerde",
    "mayor": "burgemeester",
    "alderman": "wethouder",
    "water-board-chair": "voorzitter van het waterschap",
    "water-board-executive": "lid van het dagelijks bestuur van het waterschap",
    "provincial-councillor": "statenlid",
    "municipal-councillor": "raadslid",
    "water-board-councillor": "lid van het algemeen bestuur van het waterschap",
    "committee-member": "commissielid",
    # capacities in which someone decides for an employer
    "provincial-secretary": "provinciesecretaris",
    "deputy-commissioner": "waarnemend commissaris van de Koning",
    "executive-without-applicant": "gedeputeerde staten zonder de aanvrager",
    "municipal-secretary": "gemeentesecretaris",
    "deputy-mayor": "locoburgemeester",
    "college-without-applicant": "college van burgemeester en wethouders zonder de aanvrager",
    "water-board-secretary": "secretaris van het waterschap",
    "deputy-chair": "plaatsvervangend voorzitter van het waterschap",
    "board-without-applicant": "dagelijks bestuur van het waterschap zonder de aanvrager",
    # employers
    "municipality": "gemeente",
    "province": "provincie",
    "water-board": "waterschap",
    # kinds of payables, and what is paid outside the advice
    "supplier-invoice": "factuur van een leverancier",
    "advance": "declaratie",
    "penalty": "dwangsom",
    "interest": "wettelijke rente",
    "credit-note": "creditnota",
    "wage": "loon",
    "free-space": "vrije ruimte",
    # roles
    "applicant": "aanvrager",
    "officer": "intakemedewerker",
    "adviser": "beveiligingsadviseur",
    "security-authority": "beveiligingsautoriteit",
    "coordinator": "coördinator",
    "head": "hoofd van het adviesbureau",
    "employer": "werkgever",
    "approver": "budgethouder",
    "finance": "financiële administratie",
    "releaser": "wie betalingen vrijgeeft",
    "security-contact": "contactpersoon beveiliging",
    "auditor": "auditor",
    "privacy-officer": "functionaris voor gegevensbescherming",
    "administrator": "beheerder",
    "engine": "het systeem",
    # domains and legal bases
    "home": "wonen",
    "work": "werken",
    "travel": "verplaatsen",
    "digital": "digitaal",
    "home-measure": "maatregel aan de woning",
    "loan": "terbeschikkingstelling",
    "workplace": "werkplek",
    "car": "dienstauto",
    "ict": "ICT",
    "training": "scholing",
    "protection-system": "stelsel bewaken en beveiligen",
    # states
    "to-assess": "te beoordelen",
    "drafted": "concept",
    "not-needed": "niet nodig",
    "submitted": "voorgelegd",
    "returned": "teruggegeven",
    "adopted": "vastgesteld",
    "lapsed": "vervallen",
    "received": "ontvangen",
    "intake": "intake",
    "interview-planned": "gesprek gepland",
    "interview-held": "risicogesprek gehouden",
    "advice": "advies in opstelling",
    "with-security-authority": "bij de beveiligingsautoriteit",
    "takeover": "overname",
    "provision": "uitvoering",
    "settlement": "afrekening",
    "booking": "boeking",
    "closed": "afgesloten",
    "withdrawn": "ingetrokken",
    "refusal-intended": "voornemen tot afwijzing",
    "refused": "afgewezen",
    "not-processed": "buiten behandeling gesteld",
    "forwarded": "doorgezonden",
    "no-measures": "geen maatregelen",
    "requested": "gevraagd",
    "taken-over": "overgenomen",
    "proposed": "voorgesteld",
    "advised": "geadviseerd",
    "ordered": "besteld",
    "provided": "verstrekt",
    "settled": "afgerekend",
    "declined": "afgezien",
    "not-possible": "niet uitvoerbaar",
    "superseded": "vervangen",
    "removed": "verwijderd",
    "dropped": "geschrapt",
    "to-match": "te koppelen",
    "checked": "gecontroleerd",
    "first-approved": "eenmaal goedgekeurd",
    "approved": "goedgekeurd",
    "credit": "tegoed",
    "asked-back": "teruggevorderd",
    "offset": "verrekend",
    "repaid": "terugbetaald",
    "batched": "in een betaalbatch",
    "paid": "betaald",
    "rejected": "afgekeurd",
    "open": "open",
    "sealed": "verzegeld",
    "released": "vrijgegeven",
    "exported": "aangeleverd",
    "awaiting-evidence": "wacht op bewijsstukken",
    "ready": "gereed",
    "booked": "geboekt",
    "reversed": "teruggeboekt",
    "active": "actief",
    "merged": "gefuseerd",
    "departed": "vertrokken",
}


class Phrase(StrEnum):
    """A part of a sentence. Its value is the English text, which stored receipts hold as a fact: never change it."""

    dutch: str

    def __new__(cls, english: str, dutch: str) -> Self:
        """Store the Dutch text next to the English one."""
        member = str.__new__(cls, english)
        member._value_ = english
        member.dutch = dutch
        return member


class DatedFact(Phrase):
    """What is recorded as having happened on a day."""

    RECEIPT = "The receipt", "De ontvangst"
    EMPLOYER_RECEIPT = "The employer's receipt", "De ontvangst door de werkgever"
    FORWARDING = "The forwarding", "De doorzending"
    INTERVIEW = "The interview", "Het gesprek"
    ADOPTION = "The adoption", "De vaststelling"
    TAKEOVER = "The takeover", "De overname"
    ORDER = "The order", "De bestelling"
    PROVISION = "The provision", "De verstrekking"
    INVOICE = "The invoice", "De factuur"
    BOOKING = "The booking", "De boeking"
    SUSPENSION = "The suspension", "De opschorting"
    END_OF_SUSPENSION = "The suspension's end", "Het einde van de opschorting"
    LAST_SUSPENDED_DAY = "The last suspended day", "De laatste dag van de opschorting"
    END_OF_CERTIFICATE = "The certificate's end", "Het einde van het certificaat"
    END_OF_OFFICE = "The end of office", "Het einde van het ambt"
    MERGER = "The merger", "De fusie"
    APPEAL = "The appeal", "Het beroep"
    COMPLETION = "The completion", "De aanvulling"
    HEARING = "The hearing", "De hoorzitting"
    JUDGMENT = "The judgment", "De uitspraak"
    NOTICE = "The notice", "De mededeling"
    NOTICE_OF_DEFAULT = "The notice of default", "De ingebrekestelling"
    REQUEST = "The request", "Het verzoek"
    TAKEOVER_ANNOUNCEMENT = "The takeover's announcement", "De bekendmaking van de overname"
    RETURN = "The return", "De teruggave"
    LOSS = "The loss", "Het verlies"
    HANDOVER = "Handing over", "De overhandiging"
    DEATH = "The death", "Het overlijden"
    MOVE = "The move", "De verhuizing"
    EXEMPTION = "The exemption", "De ontheffing"
    DECISION = "The decision", "Het besluit"


class EarlierFact(Phrase):
    """What a dated fact follows from and cannot precede."""

    POSTING = "posting", "de verzending"
    HEARING = "the hearing", "de hoorzitting"
    APPEAL = "the appeal", "het beroep"
    DECISION = "the decision", "het besluit"
    REQUEST = "the request", "het verzoek"
    HANDOVER = "handing over", "de overhandiging"
    CERTAIN_DAY = "the day on which it was certain", "de dag waarop het vaststond"
    TODAY = "today", "vandaag"
    PREVIOUS_MOVE = "the move before it", "de verhuizing ervoor"
    RECEIPT = "the receipt", "de ontvangst"
    INTERVIEW = "the interview", "het gesprek"
    ADOPTION = "the adoption", "de vaststelling"
    TAKEOVER = "the takeover", "de overname"
    ORDER = "the order", "de bestelling"
    START_OF_TERM = "the start of the term", "het begin van de termijn"
    FIRST_SCHEME = "the first scheme", "de eerste regeling"
    COMPLETION = "the completion", "de aanvulling"
    INTENTION = "the intention", "het voornemen"
    LAST_PENALTY_DAY = "the last day of the penalty", "de laatste dag van de dwangsom"
    PAYMENT = "the payment", "de betaling"
    SUSPENSION = "the suspension itself", "de opschorting zelf"
    BEGIN = "its begin", "het begin ervan"
    INVOICE = "its invoice", "de factuur ervan"


class PastAct(Phrase):
    """What a person did in a case, in a payment or in a batch, which keeps that person from a later step."""

    WROTE_ADVICE = "wrote this advice", "schreef dit advies"
    HANDLED_APPLICATION = "handled this application", "behandelde deze aanvraag"
    PROPOSED_REFUSAL = "proposed this refusal", "stelde deze afwijzing voor"
    APPLIED = "applied for this", "vroeg dit aan"
    ENTERED_INVOICE = "entered this invoice", "nam deze factuur op"
    MATCHED_INVOICE = "matched this invoice", "koppelde deze factuur"
    CHECKED_INVOICE = "checked this invoice", "controleerde deze factuur"
    APPROVED_INVOICE = "approved this invoice", "keurde deze factuur goed"
    APPROVED_INVOICE_AGAIN = "approved this invoice a second time", "keurde deze factuur voor de tweede keer goed"
    BUILT_BATCH = "built this batch", "stelde deze batch samen"
    SEALED_BATCH = "sealed this batch", "legde deze batch vast"
    ENTERED_BATCH_INVOICE = "entered an invoice in it", "nam een factuur erin op"
    MATCHED_BATCH_INVOICE = "matched an invoice in it", "koppelde een factuur erin"
    CHECKED_BATCH_INVOICE = "checked an invoice in it", "controleerde een factuur erin"
    APPROVED_BATCH_INVOICE = "approved an invoice in it", "keurde een factuur erin goed"
    HANDLED_BATCH_APPLICATION = "handled an application in it", "behandelde een aanvraag erin"
    APPLIED_IN_BATCH = "are an applicant in it", "bent aanvrager erin"
    TOOK_DECISION = "took this decision", "nam dit besluit"
    PREPARED_DECISION = "prepared this decision", "bereidde dit besluit voor"


class BarredAct(Phrase):
    """The step that another person must do."""

    CHECK = "check it", "haar te controleren"
    MATCH = "match it", "haar te koppelen"
    APPROVE_SECOND = "approve it a second time", "haar voor de tweede keer goed te keuren"
    ADOPT = "adopt it", "het vast te stellen"
    DECIDE = "decide on it", "erop te beslissen"
    APPROVE = "approve it", "haar goed te keuren"
    REJECT = "reject it", "haar af te keuren"


PHRASES = {str(phrase): phrase.dutch for kind in (DatedFact, EarlierFact, PastAct, BarredAct) for phrase in kind}


def dutch(name: object) -> str:
    """The Dutch for a name or a part of a sentence; without one, the name itself in quotation marks."""
    word = str(name)
    return NAMES.get(word) or PHRASES.get(word) or f"'{word}'"


def listed(names: Iterable[object]) -> str:
    """The Dutch for several names, separated by commas."""
    return ", ".join(map(dutch, names))
