"""For each rule at least one situation in which it objects."""

import importlib
import pkgutil
from datetime import date, timedelta
from typing import Any

import rules
from rules.offices import Capacity, Domain, LegalBasis, Office
from rules.roles import Role

ON = date(2026, 3, 2)
DAY = timedelta(days=1)

for module in pkgutil.iter_modules(rules.__path__):
    importlib.import_module(f"rules.{module.name}")

OBJECTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("chart.state", {"event": "close", "state": "intake", "possible": ["booking"]}),
    ("chart.state", {"event": "close", "state": "intake", "possible": []}),
    ("conflict.not-own-case", {"person": "a", "applicant": "a"}),
    ("conflict.four-eyes", {"person": "a", "earlier": {"wrote this advice": "a"}, "doing": "adopt it"}),
    ("duty.role", {"chart": "application", "event": "close", "role": Role.FINANCE}),
    ("duty.role", {"chart": "application", "event": "lapse", "role": Role.FINANCE}),
    ("duty.own-application", {"role": Role.APPLICANT, "person": "a", "applicant": "b"}),
    ("duty.own-organisation", {"role": Role.FINANCE, "organisation": None, "concerned": ()}),
    ("eligibility.office-in-scope", {"office": Office.MUNICIPAL_COUNCILLOR, "on": ON}),
    ("eligibility.in-office", {"certain_since": ON + DAY, "until": None, "on": ON}),
    ("eligibility.in-office", {"certain_since": ON - DAY, "until": ON - DAY, "on": ON}),
    ("eligibility.acting", {"office": Office.ALDERMAN, "acting_since": ON, "on": ON}),
    ("eligibility.acting", {"office": Office.WATER_BOARD_CHAIR, "acting_since": ON, "on": ON}),
    ("eligibility.acting", {"office": Office.WATER_BOARD_CHAIR, "acting_since": ON + DAY, "on": ON}),
    (
        "eligibility.residence",
        {"office": Office.KINGS_COMMISSIONER, "in_territory": False, "exemption_on": ON, "on": ON},
    ),
    ("eligibility.residence", {"office": Office.MAYOR, "in_territory": False, "exemption_on": None, "on": ON}),
    ("eligibility.suspended-keeps-claims", {"office": Office.ALDERMAN, "suspended_since": ON, "on": ON}),
    ("conflict.who-decides", {"office": Office.MAYOR, "decided_as": Capacity.MAYOR, "on": ON}),
    ("conflict.who-decides", {"office": Office.MUNICIPAL_COUNCILLOR, "decided_as": Capacity.MAYOR, "on": ON}),
    ("eligibility.employer-fits", {"office": Office.MAYOR, "kinds": ("province",), "count": 1}),
    ("eligibility.employer-fits", {"office": Office.ALDERMAN, "kinds": ("municipality",) * 2, "count": 2}),
    ("eligibility.payer-is-employer", {"payer": "c", "employers": ["a", "b"]}),
    ("gate.certificate", {"legal_basis": LegalBasis.HOME_MEASURE, "certificates": [], "on": ON}),
    ("measure.basis-fits-domain", {"domain": Domain.DIGITAL, "legal_basis": LegalBasis.CAR}),
    ("measure.recurring-ends", {"recurring": True, "ends_on": ON + DAY, "office_until": ON}),
    ("measure.recurring-ends", {"recurring": False, "ends_on": ON, "office_until": None}),
    ("step.not-in-future", {"what": "The invoice", "day": ON + DAY, "on": ON}),
    ("step.not-before", {"what": "The order", "day": ON, "earlier": "the takeover", "earliest": ON + DAY}),
    ("step.interview-not-in-past", {"interview_on": ON - DAY, "on": ON}),
    ("step.held-not-before-planned-stage", {"held_on": ON - DAY, "received_on": ON}),
    ("step.every-domain-discussed", {"domains": ["home", "work"]}),
    ("step.every-domain-discussed", {"domains": []}),
    ("step.every-domain-assessed", {"open_domains": ["home"]}),
    ("step.domain-open", {"domain": "home", "state": "adopted"}),
    ("step.domain-submitted", {"domain": "home", "state": "drafted"}),
    ("step.measures-where-needed", {"needed": True, "measures": 0}),
    ("step.measures-where-needed", {"needed": False, "measures": 1}),
    ("step.completion-lapsed", {"invited": False, "due_on": None, "on": ON}),
    ("step.completion-lapsed", {"invited": True, "due_on": ON, "on": ON}),
    ("step.completion-open", {"invited": False}),
    ("step.view-asked", {"due_on": ON, "viewed": False, "on": ON}),
    ("step.view-asked", {"due_on": None, "viewed": False, "on": ON}),
    ("step.refusal-has-ground", {"grounds": [], "named": "eligibility.acting"}),
    ("step.refusal-has-ground", {"grounds": ["eligibility.in-office"], "named": "eligibility.acting"}),
    ("step.takeovers-done", {"waiting": ["a"]}),
    ("step.bookings-made", {"waiting": ["a"]}),
    ("step.no-open-payables", {"waiting": ["a"]}),
    ("step.withdrawal-before-takeover", {"taken_over": ["a"]}),
    ("step.term-suspendable", {"found": False, "suspendable": False, "running": False}),
    ("step.term-suspendable", {"found": True, "suspendable": False, "running": False}),
    ("step.term-suspendable", {"found": True, "suspendable": True, "running": True}),
    ("step.term-suspended", {"suspended": False}),
    ("step.nothing-left-to-invoice", {"measures": []}),
    ("step.hardship-has-reasons", {"hardship": True, "reasoned": False}),
    ("step.not-invoiced", {"invoices": 1}),
    ("step.advance-has-receipt", {"advance": True, "receipt": False}),
    ("step.receipt-correctable", {"running": [], "organisation": None}),
    ("step.receipt-correctable", {"running": ["a", "b"], "organisation": None}),
    ("step.receipt-correctable", {"running": ["a", "b"], "organisation": "c"}),
    ("step.refusal-decided-by", {"role": "officer", "on": ON}),
)
