"""Every rule speaks English and Dutch: what must hold, what stands in the way, and what would be right."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import rules
from rules.dutch import PHRASES, dutch
from rules.findings import OLDEST, REGISTRY, Rule, Words
from rules.offices import Domain, LegalBasis, Office
from rules.roles import Role

STILL_TO_COME = frozenset({"rules.money", "rules.tax", "rules.urgency"})
"""The rooms whose rules do not speak Dutch yet."""

for module in pkgutil.iter_modules(rules.__path__):
    importlib.import_module(f"rules.{module.name}")

ROOT = Path(__file__).parents[2]
ON = date(2026, 3, 2)
DAY = timedelta(days=1)
SPEAKING = sorted(rule.id for rule in REGISTRY.values() if rule.module not in STILL_TO_COME)


@pytest.mark.parametrize("rule_id", SPEAKING)
def test_a_rule_says_in_dutch_what_must_hold(rule_id: str) -> None:
    rule = REGISTRY[rule_id]
    assert rule.summary_nl.endswith(".")
    assert rule.summary_nl != rule.summary


@pytest.mark.parametrize("rule_id", SPEAKING)
def test_a_rule_answers_in_both_languages_or_not_at_all(rule_id: str) -> None:
    assert get_type_hints(REGISTRY[rule_id].check)["return"] == Words | None


@pytest.mark.parametrize("rule", REGISTRY.values(), ids=lambda rule: rule.id)
def test_a_rule_holds_from_the_oldest_scheme_or_later_and_says_what_must_hold(rule: Rule) -> None:
    assert rule.since >= OLDEST
    assert rule.summary.endswith(".")
    assert rule.in_force(rule.since)
    assert not rule.in_force(rule.since - DAY)


OBJECTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("chart.state", {"event": "close", "state": "intake", "possible": ["booking"]}),
    ("chart.state", {"event": "close", "state": "intake", "possible": []}),
    ("chart.not-yet", {"event": "reopen", "ready": False}),
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
    ("step.refusal-decided-by", {"role": "officer", "on": ON}),
)


@pytest.mark.parametrize(("rule_id", "facts"), OBJECTIONS, ids=lambda part: part if isinstance(part, str) else "")
def test_an_objection_is_worded_in_both_languages_for_the_reader_and_for_a_judge(
    rule_id: str, facts: dict[str, Any]
) -> None:
    found = REGISTRY[rule_id](**facts)
    assert found is not None
    assert found.message
    assert found.message_nl
    assert found.message != found.message_nl
    assert not [phrase for phrase in (*PHRASES, *Office) if phrase in str(facts) and phrase in found.message_nl]
    given = {str(fact) for fact in facts.values() if isinstance(fact, date)}
    assert {day for day in given if day in found.message} == {day for day in given if day in found.message_nl}


def spoken(path: Path) -> Iterator[str]:
    """The parts of a sentence that the events of a file hand to a rule."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        for keyword in node.keywords:
            if keyword.arg in {"what", "earlier", "doing"} and isinstance(keyword.value, ast.Constant):
                yield str(keyword.value.value)


def test_every_part_of_a_sentence_that_an_event_hands_to_a_rule_has_its_dutch() -> None:
    found = {phrase for path in (ROOT / "states" / "events").glob("*.py") for phrase in spoken(path)}
    assert "The receipt" in found
    assert sorted(found - PHRASES.keys()) == []


def test_what_has_no_dutch_is_named_in_quotation_marks() -> None:
    assert dutch(Office.MAYOR) == "burgemeester"
    assert dutch("The moon") == "'The moon'"
