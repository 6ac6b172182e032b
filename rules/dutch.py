"""Dutch for what the rules name: offices, roles, employers, domains, states, and the parts of their sentences.

Names of events stay as they are: a Dutch sentence sets them in quotation marks. What has no Dutch here does too.
"""

from collections.abc import Iterable

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
    # roles
    "applicant": "aanvrager",
    "officer": "intakemedewerker",
    "adviser": "beveiligingsadviseur",
    "security-authority": "beveiligingsautoriteit",
    "coordinator": "coördinator",
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
    "checked": "gecontroleerd",
    "approved": "goedgekeurd",
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

PHRASES = {
    # what happened on a day
    "The receipt": "De ontvangst",
    "The employer's receipt": "De ontvangst door de werkgever",
    "The forwarding": "De doorzending",
    "The interview": "Het gesprek",
    "The adoption": "De vaststelling",
    "The takeover": "De overname",
    "The order": "De bestelling",
    "The provision": "De verstrekking",
    "The invoice": "De factuur",
    "The suspension": "De opschorting",
    "The suspension's end": "Het einde van de opschorting",
    "The last suspended day": "De laatste dag van de opschorting",
    "The certificate's end": "Het einde van het certificaat",
    "The exemption": "De ontheffing",
    # what came before it
    "the receipt": "de ontvangst",
    "the interview": "het gesprek",
    "the adoption": "de vaststelling",
    "the takeover": "de overname",
    "the order": "de bestelling",
    "the start of the term": "het begin van de termijn",
    "the suspension itself": "de opschorting zelf",
    "its begin": "het begin ervan",
    # what someone did, and what that keeps them from
    "wrote this advice": "schreef dit advies",
    "handled this application": "behandelde deze aanvraag",
    "proposed this refusal": "stelde deze afwijzing voor",
    "checked this invoice": "controleerde deze factuur",
    "adopt it": "het vast te stellen",
    "decide on it": "erop te beslissen",
    "approve it": "haar goed te keuren",
    "reject it": "haar af te keuren",
}


def dutch(name: object) -> str:
    """The Dutch for a name or a part of a sentence; itself, in quotation marks, where there is none."""
    word = str(name)
    return NAMES.get(word) or PHRASES.get(word) or f"'{word}'"


def listed(names: Iterable[object]) -> str:
    """The Dutch for some names, with commas between."""
    return ", ".join(map(dutch, names))
