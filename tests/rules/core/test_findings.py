"""Findings of every rule, word for word, in a register that lawyers can proofread.

After a change of words, articles or dates, run ``.venv/bin/python tests/rules/core/test_findings.py`` and read what
changed.
"""

from pathlib import Path
from typing import Any

import pytest
from accepted_facts import ACCEPTED_FACTS
from refused_facts import REFUSED_FACTS

from rules.core.rule import REGISTRY, Rule

REGISTER = Path(__file__).with_name("findings.txt")


def heading(rule: Rule) -> str:
    """Id, article, source, dates, and what must hold."""
    return "\n".join(
        (
            rule.id,
            f"  {rule.article} <{rule.source}>",
            f"  from {rule.since} until {rule.until or 'further notice'}, {'' if rule.verified else 'not '}verified",
            f"  {rule.summary}",
            f"  {rule.summary_nl}",
        )
    )


def entry(rule: Rule) -> str:
    """A rule with what it says in each of its situations."""
    said = [rule(**facts) for found, facts in REFUSED_FACTS if found == rule.id]
    return "\n".join((heading(rule), *(f"    en {each.message}\n    nl {each.message_nl}" for each in said if each)))


def register() -> list[str]:
    return REGISTER.read_text("utf-8").strip().split("\n\n")


@pytest.mark.parametrize("rule_id", sorted(REGISTRY))
def test_every_rule_has_a_situation_in_which_it_objects_and_one_in_which_it_does_not(rule_id: str) -> None:
    assert [facts for found, facts in REFUSED_FACTS if found == rule_id]
    assert [facts for found, facts in ACCEPTED_FACTS if found == rule_id]


@pytest.mark.parametrize(("rule_id", "facts"), REFUSED_FACTS, ids=lambda part: part if isinstance(part, str) else "")
def test_a_finding_carries_the_rule_its_article_and_its_date(rule_id: str, facts: dict[str, Any]) -> None:
    rule, found = REGISTRY[rule_id], REGISTRY[rule_id](**facts)
    assert found is not None
    assert (found.rule, found.article, found.source, found.since) == (rule_id, rule.article, rule.source, rule.since)


@pytest.mark.parametrize(("rule_id", "facts"), ACCEPTED_FACTS, ids=lambda part: part if isinstance(part, str) else "")
def test_a_rule_accepts_the_last_value_before_an_objection(rule_id: str, facts: dict[str, Any]) -> None:
    assert REGISTRY[rule_id](**facts) is None


@pytest.mark.parametrize("rule_id", sorted(REGISTRY))
def test_every_rule_reads_as_the_register_says(rule_id: str) -> None:
    assert entry(REGISTRY[rule_id]) in register()


def test_the_register_holds_every_rule_once_and_no_removed_rule() -> None:
    assert [found.partition("\n")[0] for found in register()] == sorted(REGISTRY)


if __name__ == "__main__":
    REGISTER.write_text("\n\n".join(entry(rule) for _, rule in sorted(REGISTRY.items())) + "\n", "utf-8")
