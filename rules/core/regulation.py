"""Regulation: its terms for offices, domains, legal bases and forms (REG 2.9, 3.9, 4.9; BESL)."""

from enum import StrEnum


class PublicOffice(StrEnum):
    """The public offices whose holders apply, in scope of REG x.9 or not."""

    KINGS_COMMISSIONER = "kings-commissioner"
    PROVINCIAL_EXECUTIVE = "provincial-executive"
    MAYOR = "mayor"
    ALDERMAN = "alderman"
    WATER_BOARD_CHAIR = "water-board-chair"
    WATER_BOARD_EXECUTIVE = "water-board-executive"
    PROVINCIAL_COUNCILLOR = "provincial-councillor"
    MUNICIPAL_COUNCILLOR = "municipal-councillor"
    WATER_BOARD_COUNCILLOR = "water-board-councillor"
    COMMITTEE_MEMBER = "committee-member"


class Capacity(StrEnum):
    """The capacity in which a person decides for an employer on the case of one of its own officials."""

    PROVINCIAL_SECRETARY = "provincial-secretary"
    DEPUTY_COMMISSIONER = "deputy-commissioner"
    KINGS_COMMISSIONER = "kings-commissioner"
    EXECUTIVE_WITHOUT_APPLICANT = "executive-without-applicant"
    MUNICIPAL_SECRETARY = "municipal-secretary"
    DEPUTY_MAYOR = "deputy-mayor"
    MAYOR = "mayor"
    COLLEGE_WITHOUT_APPLICANT = "college-without-applicant"
    WATER_BOARD_SECRETARY = "water-board-secretary"
    DEPUTY_CHAIR = "deputy-chair"
    WATER_BOARD_CHAIR = "water-board-chair"
    BOARD_WITHOUT_APPLICANT = "board-without-applicant"


class Domain(StrEnum):
    """The four domains of the advice (Kamerstukken II 28 844, nr. 273)."""

    HOME = "home"
    WORK = "work"
    TRAVEL = "travel"
    DIGITAL = "digital"


class Province(StrEnum):
    """The twelve provinces; an employer belongs to one, a water board to that of its seat."""

    DRENTHE = "drenthe"
    FLEVOLAND = "flevoland"
    FRYSLAN = "fryslan"
    GELDERLAND = "gelderland"
    GRONINGEN = "groningen"
    LIMBURG = "limburg"
    NOORD_BRABANT = "noord-brabant"
    NOORD_HOLLAND = "noord-holland"
    OVERIJSSEL = "overijssel"
    UTRECHT = "utrecht"
    ZEELAND = "zeeland"
    ZUID_HOLLAND = "zuid-holland"


class LegalBasis(StrEnum):
    """The legal basis of a measure; not interchangeable with its domain."""

    HOME_MEASURE = "home-measure"  # REG x.9(1)
    LOAN = "loan"  # REG x.9(7)
    WORKPLACE = "workplace"  # BESL x.3.1(2), Arbowet
    CAR = "car"  # BESL 2.2.10, 3.2.10
    ICT = "ict"  # BESL x.3.2
    TRAINING = "training"  # BESL x.3.3
    PROTECTION_SYSTEM = "protection-system"  # BESL x.3.1(1), stelsel bewaken en beveiligen


class ProvisionForm(StrEnum):
    """How a measure reaches the official."""

    PROVIDED = "provided"  # verstrekt
    LENT = "lent"  # ter beschikking gesteld
    REIMBURSED = "reimbursed"  # vergoed: the exception


EMPLOYER_OF: dict[PublicOffice, str] = {
    PublicOffice.KINGS_COMMISSIONER: "province",
    PublicOffice.PROVINCIAL_EXECUTIVE: "province",
    PublicOffice.PROVINCIAL_COUNCILLOR: "province",
    PublicOffice.MAYOR: "municipality",
    PublicOffice.ALDERMAN: "municipality",
    PublicOffice.MUNICIPAL_COUNCILLOR: "municipality",
    PublicOffice.WATER_BOARD_CHAIR: "water-board",
    PublicOffice.WATER_BOARD_EXECUTIVE: "water-board",
    PublicOffice.WATER_BOARD_COUNCILLOR: "water-board",
    PublicOffice.COMMITTEE_MEMBER: "municipality",
}
"""The kind of employer that executes for an office (REG 2.9, 3.9, 4.9)."""

BASES_OF: dict[Domain, tuple[LegalBasis, ...]] = {
    Domain.HOME: (LegalBasis.HOME_MEASURE, LegalBasis.LOAN, LegalBasis.PROTECTION_SYSTEM),
    Domain.WORK: (LegalBasis.WORKPLACE, LegalBasis.TRAINING, LegalBasis.PROTECTION_SYSTEM),
    Domain.TRAVEL: (LegalBasis.CAR, LegalBasis.TRAINING, LegalBasis.PROTECTION_SYSTEM),
    Domain.DIGITAL: (LegalBasis.ICT, LegalBasis.TRAINING, LegalBasis.PROTECTION_SYSTEM),
}
"""The legal bases that a measure in a domain can rest on; the first is the usual one."""
