"""Rule texts in English and Dutch: what must hold, what is wrong, and what would be right."""

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from refused_facts import DAY, REFUSED_FACTS

from rules.core.regulation import PublicOffice
from rules.core.rule import OLDEST, REGISTRY, Bilingual, Rule
from rules.core.translations import PHRASES, BarredAct, DatedFact, EarlierFact, PastAct, Phrase, dutch

ROOT = Path(__file__).parents[3]
SPEAKING = sorted(REGISTRY)


@pytest.mark.parametrize("rule_id", SPEAKING)
def test_a_rule_says_in_dutch_what_must_hold(rule_id: str) -> None:
    rule = REGISTRY[rule_id]
    assert rule.summary_nl.endswith(".")
    assert rule.summary_nl != rule.summary


@pytest.mark.parametrize("rule_id", SPEAKING)
def test_a_rule_answers_in_both_languages_or_not_at_all(rule_id: str) -> None:
    assert get_type_hints(REGISTRY[rule_id].check)["return"] == Bilingual | None


@pytest.mark.parametrize("rule", REGISTRY.values(), ids=lambda rule: rule.id)
def test_a_rule_holds_from_the_oldest_scheme_or_later_and_says_what_must_hold(rule: Rule) -> None:
    assert rule.since >= OLDEST
    assert rule.summary.endswith(".")
    assert rule.in_force(rule.since)
    assert not rule.in_force(rule.since - DAY)


@pytest.mark.parametrize(("rule_id", "facts"), REFUSED_FACTS, ids=lambda part: part if isinstance(part, str) else "")
def test_an_objection_is_worded_in_both_languages_for_the_reader_and_for_a_judge(
    rule_id: str, facts: dict[str, Any]
) -> None:
    found = REGISTRY[rule_id](**facts)
    assert found is not None
    assert found.message
    assert found.message_nl
    assert found.message != found.message_nl
    assert not [phrase for phrase in (*PHRASES, *PublicOffice) if phrase in str(facts) and phrase in found.message_nl]
    given = {str(fact) for fact in facts.values() if isinstance(fact, date)}
    assert {day for day in given if day in found.message} == {day for day in given if day in found.message_nl}


def spoken(path: Path) -> Iterator[str]:
    """The parts of a sentence that a file of events passes to a rule: as a text, or as a member of an enumeration."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=member) if name in PARTS:
                yield str(PARTS[name][member])
            case ast.Call(keywords=keywords):
                for keyword in keywords:
                    if keyword.arg in {"what", "earlier", "doing"} and isinstance(keyword.value, ast.Constant):
                        yield str(keyword.value.value)


PARTS: dict[str, type[Phrase]] = {kind.__name__: kind for kind in (DatedFact, EarlierFact, PastAct, BarredAct)}
SPOKEN = {phrase for path in (ROOT / "states" / "events").rglob("*.py") for phrase in spoken(path)}


def test_every_part_of_a_sentence_that_an_event_passes_to_a_rule_has_its_dutch() -> None:
    assert "The receipt" in SPOKEN
    assert sorted(SPOKEN - PHRASES.keys()) == []


@pytest.mark.parametrize("kind", [DatedFact, EarlierFact])
def test_every_dated_fact_is_one_that_some_event_passes_to_a_rule(kind: type[Phrase]) -> None:
    assert sorted(set(kind) - SPOKEN) == []


def test_a_dated_fact_is_its_english_text_so_that_stored_receipts_can_be_run_again() -> None:
    assert DatedFact("The receipt") is DatedFact.RECEIPT
    assert f"{DatedFact.RECEIPT}, {DatedFact.RECEIPT.dutch}" == "The receipt, De ontvangst"


def test_what_has_no_dutch_is_named_in_quotation_marks() -> None:
    assert dutch(PublicOffice.MAYOR) == "burgemeester"
    assert dutch("The moon") == "'The moon'"
