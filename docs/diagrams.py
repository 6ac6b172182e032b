"""Brings the generated parts of docs/ up to date: the charts, their tables, and the table of rules.

``.venv/bin/python docs/diagrams.py`` writes them; with ``--check`` it writes nothing and exits 1 where one is stale.
A generated part stands between ``<!-- name -->`` and ``<!-- /name -->``; the rest of the page is written by hand.
"""

import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import rules
from rules.core.rule import HOUSE, REGISTRY
from rules.procedure import authorization
from states.charts.application import Stage
from states.charts.statechart import Chart
from states.events.application.life_event_effects import LIFE_EVENTS
from states.events.catalogue import CHARTS, EVENTS
from states.work.work_by_state import WORK_BY_STATE

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
GLOSSARY = DOCS / "glossary.md"
CHART_PAGE = DOCS / "charts.md"
NAMED_ELSEWHERE = re.compile(r'(?:"rule": |finding\(\s*)"([a-z]+\.[a-z-]+)"')
"""How a rule is named that is not registered: those of the work list, in the explanations of its order."""


class DocsError(Exception):
    """A page cannot be brought up to date; the message says what to write by hand first."""


def section(page: str, title: str) -> str:
    """The text below a heading of the second level, up to the next one.

    Raises:
        DocsError: there is no such heading.
    """
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    if found is None:
        raise DocsError(f"The glossary has no section {title}.")
    return found[1]


def rows(page: str, title: str) -> dict[str, list[str]]:
    """The rows of a section's tables by the name in their first cell, which stands in backticks."""
    found: dict[str, list[str]] = {}
    for line in section(page, title).splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| `"):
            key = cells[0].strip("`")
            if key in found:
                raise DocsError(f"The glossary has two lines for {key} under {title}.")
            found[key] = cells[1:]
    return found


def dutch(title: str, key: str) -> str:
    """The Dutch term of a name, from the glossary.

    Raises:
        DocsError: it has none.
    """
    found = rows(GLOSSARY.read_text("utf-8"), title).get(key)
    if found is None or not found[0]:
        raise DocsError(f"Give {key} a line with its Dutch term in docs/glossary.md, section {title}.")
    return found[0]


def states_of(chart: Chart) -> Iterator[str]:
    """A table of a chart's states."""
    yield "| State | Dutch | Work it asks for | Ends the chart |"
    yield "|---|---|---|---|"
    for state in chart.states:
        value = state.value
        items = WORK_BY_STATE.get((chart.name, value), ())
        work = "; ".join(f"{item.action} ({item.role})" for item in items) or "none"
        end = "yes" if value in chart.final else ""
        yield f"| `{value}` | {dutch('States', f'{chart.name}/{value}')} | {work} | {end} |"


def possible_in(chart: Chart, event: str) -> str:
    """In which states an event is accepted, in words."""
    marks = {state.value: chart.mark(event, state.value) for state in chart.states}
    accepted = [value for value, mark in marks.items() if mark in ">="]
    if not accepted:
        return "no state"
    if len(accepted) == len(marks):
        return "every state"
    return ", ".join(accepted)


def events_of(chart: Chart) -> Iterator[str]:
    """A table of a chart's events: those that create a subject first."""
    yield "| Event | Dutch | What it does | Done by | Possible in |"
    yield "|---|---|---|---|---|"
    creating = [name for (of, name), event in EVENTS.items() if of == chart.name and event.creates]
    for name in (*creating, *chart.events):
        title = EVENTS[chart.name, name].title
        who = ", ".join(authorization.roles_of(chart.name, name))
        where = "creates it" if name in creating else possible_in(chart, name)
        yield f"| `{name}` | {dutch('Events', f'{chart.name}/{name}')} | {title} | {who} | {where} |"


def chart_block(chart: Chart) -> str:
    """The diagram and the tables of one chart."""
    lines = ["```mermaid", f"{chart.machine:mermaid}".strip(), "```", "", *states_of(chart), "", *events_of(chart)]
    return "\n".join(lines)


def turn_block() -> str:
    """What each turn of life does at each stage, and what the letters stand for."""
    lines = [
        "| Stage | " + " | ".join(f"`{turn}`" for turn in LIFE_EVENTS.names) + " |",
        "|---" * (len(LIFE_EVENTS.names) + 1) + "|",
    ]
    for stage in Stage:
        letters = (LIFE_EVENTS.grid[turn, stage.value] for turn in LIFE_EVENTS.names)
        lines.append(f"| `{stage.value}` | " + " | ".join("" if letter == "x" else letter for letter in letters) + " |")
    lines += ["", "An empty cell is refused. The letters stand for:", ""]
    for letter, consequence in LIFE_EVENTS.consequences.items():
        said = (consequence.__doc__ or "").strip().splitlines()[0]
        lines.append(f"- **{letter}** {said}")
    return "\n".join(lines)


def import_rules() -> None:
    """Import every module of rules/, so that every rule is registered."""
    for module in pkgutil.walk_packages(rules.__path__, "rules."):
        importlib.import_module(module.name)


def rules_elsewhere() -> dict[str, str]:
    """The ids of rules that are named without being registered, with their file."""
    found: dict[str, str] = {}
    for file in sorted((ROOT / "states").rglob("*.py")):
        for rule_id in NAMED_ELSEWHERE.findall(file.read_text("utf-8")):
            found[rule_id] = file.relative_to(ROOT).as_posix()
    return found


def rule_block() -> str:
    """The table of rules: id, what it asks, article, whether that was read in the source, and file."""
    import_rules()
    lines = ["| Rule | What must hold | Article | Read in the source | File |", "|---|---|---|---|---|"]
    for rule in sorted(REGISTRY.values(), key=lambda rule: rule.id):
        path = f"{rule.module.replace('.', '/')}.py"
        read = "house rule" if rule.source == HOUSE else "yes" if rule.verified else "own reading"
        lines.append(f"| `{rule.id}` | {rule.summary} | {rule.article} | {read} | [{path}](../{path}) |")
    for rule_id, path in sorted(rules_elsewhere().items()):
        what = dutch("Rules of the work list", rule_id)
        lines.append(f"| `{rule_id}` | {what} | the work list | house rule | [{path}](../{path}) |")
    return "\n".join(lines)


def replaced(page: str, name: str, block: str) -> str:
    """A page with one generated part put in.

    Raises:
        DocsError: the page has no place for it.
    """
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    if page.count(start) != 1 or page.count(end) != 1:
        raise DocsError(f"A page needs the lines {start} and {end} once, where the generated part goes.")
    before, _, rest = page.partition(start)
    return f"{before}{start}\n{block}\n{end}{rest.partition(end)[2]}"


def pages() -> dict[Path, str]:
    """Every page with generated parts, as it should read."""
    charts = CHART_PAGE.read_text("utf-8")
    for chart in CHARTS.values():
        charts = replaced(charts, f"chart:{chart.name}", chart_block(chart))
    charts = replaced(charts, "turns", turn_block())
    return {CHART_PAGE: charts, GLOSSARY: replaced(GLOSSARY.read_text("utf-8"), "rules", rule_block())}


def main(arguments: list[str]) -> int:
    """Write the pages, or only say which are stale."""
    stale = [path for path, text in pages().items() if path.read_text("utf-8") != text]
    for path in stale:
        if "--check" not in arguments:
            path.write_text(pages()[path], "utf-8")
        sys.stdout.write(f"docs/{path.name} {'is stale' if '--check' in arguments else 'was written'}\n")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except DocsError as error:
        sys.exit(str(error))
