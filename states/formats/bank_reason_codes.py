"""Bank reason codes in words: the status of an order, and why a payment was rejected or returned.

The codes are those of ISO 20022 (External Code Sets, https://www.iso20022.org/catalogue-messages/additional-content-messages/external-code-sets);
the texts are our own. An unlisted code is shown unchanged.
"""

from typing import NamedTuple


class Words(NamedTuple):
    """The meaning of a code in both languages."""

    en: str
    nl: str


STATUSES: dict[str, Words] = {
    "RCVD": Words("received by the bank", "ontvangen door de bank"),
    "PDNG": Words("pending at the bank", "in behandeling bij de bank"),
    "ACTC": Words("technically right", "technisch in orde"),
    "ACCP": Words("accepted by the bank", "aangenomen door de bank"),
    "ACSP": Words("accepted and being executed", "aangenomen en in uitvoering"),
    "ACWC": Words("accepted with a change", "aangenomen met een wijziging"),
    "ACSC": Words(
        "executed, as the bank says; the statement must show it", "uitgevoerd, zegt de bank; het afschrift telt"
    ),
    "ACCC": Words("credited to the payee, as the bank says", "bijgeschreven bij de ontvanger, zegt de bank"),
    "PART": Words("accepted in part", "gedeeltelijk aangenomen"),
    "CANC": Words("cancelled", "geannuleerd"),
    "RJCT": Words("rejected", "afgewezen"),
    "RCVC": Words("payees verified, all match", "ontvangers gecontroleerd, alles klopt"),
    "RVCM": Words("payees verified, some names differ", "ontvangers gecontroleerd, er zijn namen die afwijken"),
    "RVNC": Words("verification of payees not complete", "controle van ontvangers niet afgerond"),
    "RVMC": Words("the payee's name nearly matches", "de naam van de ontvanger wijkt iets af"),
    "RVNM": Words("the payee's name does not match", "de naam van de ontvanger klopt niet"),
    "RVNA": Words("the payee's name could not be verified", "de naam van de ontvanger kon niet worden gecontroleerd"),
}
"""Statuses of pain.002."""

REASONS: dict[str, Words] = {
    "AC01": Words("the account number is wrong", "het rekeningnummer klopt niet"),
    "AC03": Words("the payee's account number is wrong", "het rekeningnummer van de ontvanger klopt niet"),
    "AC04": Words("the account was closed", "de rekening is opgeheven"),
    "AC06": Words("the account is blocked", "de rekening is geblokkeerd"),
    "AC13": Words("the account is of a kind that takes no payments", "de rekening neemt zulke betalingen niet aan"),
    "AG01": Words("the account takes no credit transfers", "op de rekening mag niet worden overgeboekt"),
    "AG02": Words("the bank knows no such kind of payment", "de bank kent deze soort betaling niet"),
    "AM01": Words("the amount is zero", "het bedrag is nul"),
    "AM02": Words("the amount is not allowed", "het bedrag is niet toegestaan"),
    "AM04": Words("the balance is too low", "het saldo is te laag"),
    "AM05": Words("the bank saw it before", "de bank zag deze opdracht al eerder"),
    "AM09": Words("the amount is wrong", "het bedrag klopt niet"),
    "AM10": Words("the control sum is wrong", "het controletotaal klopt niet"),
    "AM18": Words("the number of payments is wrong", "het aantal betalingen klopt niet"),
    "BE01": Words("the name does not belong to the account", "de naam hoort niet bij de rekening"),
    "BE04": Words("the payee's address is missing", "het adres van de ontvanger ontbreekt"),
    "BE05": Words("the bank does not know who sends it", "de bank kent de opdrachtgever niet"),
    "BE06": Words("the payee is not known at the bank", "de ontvanger is bij de bank niet bekend"),
    "BE08": Words("the payee's name is missing", "de naam van de ontvanger ontbreekt"),
    "CNOR": Words("the payee's bank cannot be reached", "de bank van de ontvanger is niet bereikbaar"),
    "CUST": Words("the payee sent it back", "de ontvanger stuurde het terug"),
    "CURR": Words("the currency is wrong", "de valuta klopt niet"),
    "DNOR": Words("our bank cannot send it", "onze bank kan het niet versturen"),
    "DS02": Words("someone cancelled the order at the bank", "iemand annuleerde de opdracht bij de bank"),
    "DS0H": Words("whoever signed may not", "de ondertekenaar is niet bevoegd"),
    "DT01": Words("the date is wrong", "de datum klopt niet"),
    "DUPL": Words("it was paid twice", "het is dubbel betaald"),
    "ED05": Words("settlement failed", "de verrekening mislukte"),
    "FF01": Words("the file is not right", "het bestand is niet in orde"),
    "FOCR": Words("it was asked back", "het is teruggevraagd"),
    "FR01": Words("fraud is suspected", "er is een vermoeden van fraude"),
    "MD07": Words("the payee died", "de ontvanger is overleden"),
    "MS02": Words("the payee refused it and gave no reason", "de ontvanger weigerde zonder reden"),
    "MS03": Words("the bank refused it and gave no reason", "de bank weigerde zonder reden"),
    "NARR": Words(
        "for a reason that the bank gives in words; ask it", "om een reden die de bank in woorden geeft; vraag haar"
    ),
    "NOAS": Words("nobody answered", "er kwam geen antwoord"),
    "NOOR": Words("the first payment was never received", "de eerste betaling is nooit ontvangen"),
    "RC01": Words("the bank's code is wrong", "de code van de bank klopt niet"),
    "RR03": Words("the payee's name or address is missing", "naam of adres van de ontvanger ontbreekt"),
    "RR04": Words("by order of an authority", "op last van een autoriteit"),
    "SVNR": Words("the service was not delivered", "de dienst is niet geleverd"),
    "TECH": Words("a technical fault", "een technische fout"),
    "TM01": Words("it came after the cut-off", "het kwam na het sluitingstijdstip"),
    "UPAY": Words("it was not owed", "het was niet verschuldigd"),
}
"""Reasons of a rejection or a return."""


def status_in_words(code: str | None) -> Words | None:
    """The meaning of a status; None for no code, and the code itself if it is not listed."""
    return None if code is None else STATUSES.get(code, Words(code, code))


def reason_in_words(code: str | None) -> Words | None:
    """The meaning of a reason; None for no code, and the code itself if it is not listed."""
    return None if code is None else REASONS.get(code, Words(code, code))
