"""Diagrams and tables of docs/ generated from the code: rooms, contracts, charts, columns, names, rules and values.

``.venv/bin/python docs/diagrams.py`` writes them; with ``--check`` it writes nothing and exits 1 if one is stale.
A generated part is between ``<!-- name -->`` and ``<!-- /name -->``; the rest of a page is written by hand. Dutch terms
and articles come from names.toml.
"""

import importlib
import pkgutil
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import readers_table

import rules
from notifications.catalogue import catalogue
from rules.access import authority
from rules.core.dated_values import Version, versions
from rules.core.names import names
from rules.core.rule import HOUSE, REGISTRY
from states.accounting.export_rows import ClassRow, JournalRow, OpenItem, Row, SpendingRow
from states.charts.application import Stage
from states.charts.statechart import Chart
from states.deadlines.catalogue import TERMS, always
from states.events.application.life_event_effects import LIFE_EVENTS
from states.events.catalogue import CHARTS, EVENTS
from states.letters.triggers import LETTERS
from states.work.work_by_event import WORK_BY_EVENT
from states.work.work_by_state import WORK_BY_STATE

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
ARCHITECTURE = DOCS / "architecture.md"
CHART_PAGE = DOCS / "charts.md"
REFERENCE = DOCS / "reference.md"
PRIVACY = DOCS / "privacy.md"
BOOKS = DOCS / "books.md"
ROOMS = ("api", "flows", "notifications", "states", "rules")
"""The packages of the product, from top to bottom."""
NAMED_ELSEWHERE = re.compile(r'(?:"rule": |finding\(\s*)"([a-z]+\.[a-z-]+)"')
"""How the code names a rule that is not registered: those of the work list."""


class DocsError(Exception):
    """A page cannot be generated; the message says what to write by hand first."""


def section(page: str, title: str) -> str:
    """The text below a heading of the second level, up to the next one.

    Raises:
        DocsError: there is no such heading.
    """
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    if found is None:
        raise DocsError(f"The page has no section {title}.")
    return found[1]


def rows(page: str, title: str) -> dict[str, list[str]]:
    """The rows of a section's tables by the name in backticks in their first cell."""
    found: dict[str, list[str]] = {}
    for line in section(page, title).splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| `"):
            key = cells[0].strip("`")
            if key in found:
                raise DocsError(f"The page has two rows for {key} in section {title}.")
            found[key] = cells[1:]
    return found


def entry(title: str, key: str) -> Any:
    """What names.toml says of a name.

    Raises:
        DocsError: it has no such name, or no Dutch term for it.
    """
    found = names()[title].get(key)
    if not found or (isinstance(found, dict) and not found.get("nl")):
        raise DocsError(f"Give {key} a line with its Dutch term in rules/core/names.toml, section {title}.")
    return found


def table(header: Iterable[str], lines: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    head = list(header)
    shown = [head, ["---"] * len(head), *(["" if cell is None else str(cell) for cell in line] for line in lines)]
    return "\n".join(
        "|" + "|".join(line) + "|" if line[0] == "---" else "| " + " | ".join(line) + " |" for line in shown
    )


def link(path: str) -> str:
    """A link from docs/ to a file of the repository."""
    return f"[{path}](../{path})"


def first_line(path: Path) -> str:
    """The first line of a module's docstring."""
    return path.read_text("utf-8").split('"""')[1].strip().splitlines()[0]


def room_block() -> str:
    """Every package and the packages in it, each with the first line of its docstring."""
    lines = []
    for room in ROOMS:
        for init in sorted((ROOT / room).rglob("__init__.py")):
            path = init.parent.relative_to(ROOT).as_posix()
            what = first_line(init)
            lines.append((link(path) if path != room else f"**{link(path)}**", what))
    return table(("Room", "What it holds"), lines)


def contract_block() -> str:
    """The contracts of import-linter in pyproject.toml, in words."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    lines = []
    for contract in project["tool"]["importlinter"]["contracts"]:
        match contract["type"]:
            case "layers":
                what = "<br>".join(f"`{layer}`" for layer in contract["layers"])
                inside = f" (inside `{contract['containers'][0]}`)" if "containers" in contract else ""
                text = f"From top to bottom{inside}; a line imports only lines below it:<br>{what}".replace("|", "\\|")
            case "forbidden":
                sources, forbidden = (
                    ", ".join(f"`{module}`" for module in contract[key])
                    for key in ("source_modules", "forbidden_modules")
                )
                text = f"{sources}: no import of {forbidden}"
            case "independence":
                text = f"No two of {', '.join(f'`{module}`' for module in contract['modules'])} import each other"
            case other:
                raise DocsError(f"docs/diagrams.py does not describe contracts of the type {other}.")
        lines.append((contract["name"], text))
    return table(("Contract", "What it requires"), lines)


def states_of(chart: Chart) -> str:
    """A table of a chart's states."""
    lines = []
    for state in chart.states:
        value = state.value
        work = (
            "; ".join(f"{item.action} ({item.role})" for item in WORK_BY_STATE.get((chart.name, value), ())) or "none"
        )
        dutch = entry("states", f"{chart.name}/{value}")["nl"]
        lines.append((f"`{value}`", dutch, work, "yes" if value in chart.final else ""))
    return table(("State", "Dutch", "Work it asks for", "Ends the chart"), lines)


def possible_in(chart: Chart, event: str) -> str:
    """In which states an event is accepted, in words."""
    marks = {state.value: chart.mark(event, state.value) for state in chart.states}
    accepted = [value for value, mark in marks.items() if mark in ">="]
    if not accepted:
        return "no state"
    if len(accepted) == len(marks):
        return "every state"
    return ", ".join(accepted)


def events_of(chart: Chart) -> str:
    """A table of a chart's events: those that create a subject first."""
    lines = []
    creating = [name for (of, name), event in EVENTS.items() if of == chart.name and event.creates]
    for name in (*creating, *chart.events):
        title = EVENTS[chart.name, name].title
        who = ", ".join(authority.roles_of(chart.name, name))
        where = "creates it" if name in creating else possible_in(chart, name)
        lines.append((f"`{name}`", entry("events", f"{chart.name}/{name}")["nl"], title, who, where))
    return table(("Event", "Dutch", "What it does", "Done by", "Possible in"), lines)


def chart_block(chart: Chart) -> str:
    """The diagram and the tables of one chart."""
    parts = ["```mermaid", f"{chart.machine:mermaid}".strip(), "```", "", states_of(chart), "", events_of(chart)]
    return "\n".join(parts)


def life_event_block() -> str:
    """What each life event does at each stage, and what the letters mean."""
    header = ("Stage", *(f"`{turn}`" for turn in LIFE_EVENTS.names))
    lines = []
    for stage in Stage:
        letters = (LIFE_EVENTS.grid[turn, stage.value] for turn in LIFE_EVENTS.names)
        lines.append((f"`{stage.value}`", *("" if letter == "x" else letter for letter in letters)))
    text = [table(header, lines), "", "An empty cell is refused. The letters mean:", ""]
    for letter, consequence in LIFE_EVENTS.consequences.items():
        text.append(f"- **{letter}** {(consequence.__doc__ or '').strip().splitlines()[0]}")
    return "\n".join(text)


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
    """The table of rules: id, what it requires, article, whether that was read in the source, and file."""
    import_rules()
    lines = []
    for rule in sorted(REGISTRY.values(), key=lambda rule: rule.id):
        read = "house rule" if rule.source == HOUSE else "yes" if rule.verified else "own reading"
        lines.append((f"`{rule.id}`", rule.summary, rule.article, read, link(f"{rule.module.replace('.', '/')}.py")))
    for rule_id, path in sorted(rules_elsewhere().items()):
        what = entry("work-list-rules", rule_id)
        lines.append((f"`{rule_id}`", what, "the work list", "house rule", link(path)))
    return table(("Rule", "What must hold", "Article", "Read in the source", "File"), lines)


def value_text(version: Version) -> str:
    """A dated value in a cell: a number or a length in full, a list or a table by its size."""
    value = version.value
    match value:
        case {"amount": amount, "unit": unit, **rest} if not rest:
            return f"{amount} {unit}"
        case dict() | list():
            return f"table of {len(value)}"
        case _:
            return str(value)


def value_block() -> str:
    """The table of dated values: every version with its days and source."""
    origin = {
        name: (content["unit"], link(path.relative_to(ROOT).as_posix()))
        for path in sorted((ROOT / "rules" / "values").glob("*.toml"))
        for name, content in tomllib.loads(path.read_text("utf-8")).items()
    }
    lines = []
    for name, found in sorted(versions().items()):
        for number, version in enumerate(found):
            until = "" if version.until is None else version.until.isoformat()
            source = version.source.replace("|", "\\|")
            first = f"`{name}`" if number == 0 else "later"
            read = "yes" if version.verified else "no"
            unit, file = origin[name]
            lines.append((first, value_text(version), unit, version.since, until, source, read, file))
    return table(("Value", "Holds", "Unit", "From", "Until", "Source", "Verified", "File"), lines)


def state_name_block() -> str:
    """The Dutch term of every state."""
    lines = []
    for chart in CHARTS.values():
        path = link(type_file(chart))
        for state in chart.states:
            key = f"{chart.name}/{state.value}"
            lines.append((f"`{key}`", entry("states", key)["nl"], path))
    return table(("State", "Dutch", "File"), lines)


def type_file(chart: Chart) -> str:
    """The file in which a chart's states are declared."""
    return f"{type(next(iter(chart.states))).__module__.replace('.', '/')}.py"


def event_name_block() -> str:
    """The Dutch term, article and file of every event."""
    lines = []
    for (chart, event), definition in EVENTS.items():
        term = entry("events", f"{chart}/{event}")
        path = f"{type(definition).__module__.replace('.', '/')}.py"
        lines.append((f"`{chart}/{event}`", term["nl"], term.get("article"), link(path)))
    return table(("Event", "Dutch", "Article", "File"), lines)


def targets_of(chart: Chart, event: str) -> list[str]:
    """The states to which an event moves its subject; the first state for an event that creates it."""
    if EVENTS[chart.name, event].creates:
        return [chart.initial]
    found = (route.target for (_, name), routes in chart.routes.items() if name == event for route in routes)
    return list(dict.fromkeys(found))


def consequence_block() -> str:
    """What follows from each event: states, work, terms and letters, from the tables that decide it."""
    lines = []
    for pair, definition in EVENTS.items():
        targets = targets_of(definition.chart, definition.name)
        work = [item for state in targets for item in WORK_BY_STATE.get((definition.chart.name, state), ())]
        own = WORK_BY_EVENT.get(pair)
        starts = {kind: "starts" if term.applies is always else "may start" for kind, term in TERMS.items()}
        terms = [f"{starts[kind]} {kind}" for kind, term in TERMS.items() if pair in term.starts]
        terms += [f"ends {kind}" for kind, term in TERMS.items() if pair in term.ends]
        letters = [f"{letter.letter}" for letter in LETTERS.get(pair, ())]
        asked = [f"{item.action} ({item.role})" for item in work] + ([f"`{own.__name__}`"] if own else [])
        if asked or terms or letters or targets:
            cells = (targets, dict.fromkeys(asked), terms, dict.fromkeys(letters))
            lines.append((f"`{'/'.join(pair)}`", *(", ".join(map(str, cell)) for cell in cells)))
    return table(("Event", "Moves to", "Work", "Terms", "Letters"), lines)


def letter_block() -> str:
    """The Dutch title, articles and folder of every letter."""
    return table(
        ("Letter", "Dutch", "Article", "File"),
        (
            (
                f"`{name}`",
                letter.title["nl"],
                "; ".join(letter.articles),
                link(f"notifications/letters/{letter.folder}/nl.body.j2"),
            )
            for name, letter in catalogue().letters.items()
        ),
    )


def name_block(title: str, heading: str, path: str | None = None) -> str:
    """The Dutch terms of one section of names.toml."""
    lines = [
        (f"`{key}`", term["nl"], term.get("article"), link(path or term["file"]))
        for key, term in names()[title].items()
        if entry(title, key)
    ]
    return table((heading, "Dutch", "Article", "File"), lines)


def column_block(kind: type[Row]) -> str:
    """The columns of an exported file, as the code describes them."""
    fields = kind.model_fields.values()
    return table(("Column", "What it is"), ((f"`{field.alias}`", field.description) for field in fields))


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


def blocks() -> Iterator[tuple[Path, str, str]]:
    """Every generated part: its page, its name and its text."""
    yield ARCHITECTURE, "rooms", room_block()
    yield ARCHITECTURE, "contracts", contract_block()
    for chart in CHARTS.values():
        yield CHART_PAGE, f"chart:{chart.name}", chart_block(chart)
    yield CHART_PAGE, "life-events", life_event_block()
    for kind in (JournalRow, OpenItem, ClassRow, SpendingRow):
        yield BOOKS, f"columns:{kind.__name__}", column_block(kind)
    for name, header, lines in readers_table.TABLES:
        yield PRIVACY, name, table(header, lines())
    yield REFERENCE, "rules", rule_block()
    yield REFERENCE, "values", value_block()
    yield REFERENCE, "states", state_name_block()
    yield REFERENCE, "events", event_name_block()
    yield REFERENCE, "consequences", consequence_block()
    yield REFERENCE, "letters", letter_block()
    yield REFERENCE, "roles", name_block("roles", "Role", "rules/core/roles.py")
    yield REFERENCE, "terms", name_block("terms", "Term", "states/deadlines/catalogue.py")
    yield REFERENCE, "offices", name_block("offices", "Office", "rules/core/regulation.py")
    yield REFERENCE, "kinds", name_block("kinds", "Kind")


def pages() -> dict[Path, str]:
    """Every page with generated parts, as it should read."""
    found: dict[Path, str] = {}
    for path, name, block in blocks():
        found[path] = replaced(found.get(path) or path.read_text("utf-8"), name, block)
    return found


def main(arguments: list[str]) -> int:
    """Write the pages, or only say which are stale."""
    fresh = pages()
    stale = [path for path, text in fresh.items() if path.read_text("utf-8") != text]
    for path in stale:
        if "--check" not in arguments:
            path.write_text(fresh[path], "utf-8")
        sys.stdout.write(f"docs/{path.name} {'is stale' if '--check' in arguments else 'was written'}\n")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except DocsError as error:
        sys.exit(str(error))
