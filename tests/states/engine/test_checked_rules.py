"""Checked rules: every rule that is in force is checked somewhere in the product."""

import ast
from pathlib import Path

import pytest

from rules.core.rule import REGISTRY

ROOT = Path(__file__).parents[3]
ROOMS = ("rules", "states", "notifications", "flows", "api")


def names_used() -> set[str]:
    """Every name and attribute that product code uses; the name of a definition itself is none of them."""
    found: set[str] = set()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Name):
                    found.add(node.id)
                elif isinstance(node, ast.Attribute):
                    found.add(node.attr)
    return found


USED = names_used()


@pytest.mark.parametrize("rule_id", sorted(REGISTRY))
def test_a_rule_in_force_is_checked_by_an_event_or_another_part_of_the_product(rule_id: str) -> None:
    assert REGISTRY[rule_id].check.__name__ in USED
