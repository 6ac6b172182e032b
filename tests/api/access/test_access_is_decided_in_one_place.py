"""Access is decided only in api/access: no route and no view chooses by role what a caller sees."""

import ast
from pathlib import Path

import pytest

API = Path(__file__).parents[3] / "api"
MODULES = sorted(path for room in ("routes", "views") for path in (API / room).glob("*.py"))
SETS_OF_ROLES = {"OF_AN_EMPLOYER", "SEES_ALL_BOOKS", "SEES_EVERY_POOL", "READS_CONTENT", "READS_MEASURES", "PAYS"}


def decisions_by_role(source: str) -> list[str]:
    """Return where a module names a role or a set of roles, or compares the role of a caller."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Role":
            found.append(ast.unparse(node))
        if isinstance(node, (ast.Name, ast.alias)):
            name = node.id if isinstance(node, ast.Name) else node.name
            found += [name] * (name in SETS_OF_ROLES)
        if isinstance(node, ast.Compare):
            sides = (node.left, *node.comparators)
            found += [ast.unparse(node) for side in sides if ast.unparse(side).endswith("by.role")]
    return found


@pytest.mark.parametrize("path", MODULES, ids=[f"{path.parent.name}/{path.stem}" for path in MODULES])
def test_no_route_and_no_view_decides_by_role(path: Path) -> None:
    assert decisions_by_role(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "query = query.where(x) if context.by.role is Role.APPLICANT else query",
        "from rules.core.roles import OF_AN_EMPLOYER",
        "shown = by.role in readers",
    ],
)
def test_a_decision_by_role_is_noticed(source: str) -> None:
    assert decisions_by_role(source) != []
