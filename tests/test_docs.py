"""Documentation: the pages of docs/ agree with the code."""

import ast
import importlib
import importlib.util
import re
import subprocess
import sys
import tomllib
from enum import StrEnum
from pathlib import Path
from types import ModuleType

import pytest

from api.cli.main import COMMANDS
from notifications.catalogue import catalogue
from rules.core.dated_values import versions
from rules.core.regulation import Capacity, Domain, LegalBasis, ProvisionForm, PublicOffice
from rules.core.roles import Role
from rules.core.rule import REGISTRY
from rules.payments.tax import TaxClass
from rules.threats.handoff import HandOffOutcome, HandOffStep
from rules.threats.urgency import SignalKind, SignalSource, Urgency
from states.deadlines.catalogue import TERMS
from states.events.catalogue import CHARTS, EVENTS
from states.settings import Configuration
from states.tables.payments import PayableKind
from states.tables.people import EmployerKind, Language

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
IMAGES = ROOT / "docs" / "images"
LINK = re.compile(r"\]\(([^()\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


sys.path.insert(0, str(ROOT / "docs"))


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


diagrams = load(ROOT / "docs" / "diagrams.py")


def table(title: str) -> dict[str, list[str]]:
    page = "glossary.md" if title == "Terms" else "reference.md"
    found: dict[str, list[str]] = diagrams.rows((ROOT / "docs" / page).read_text("utf-8"), title)
    return found


def file_of(cell: str) -> Path:
    target = LINK.search(cell)
    assert target is not None, cell
    return (ROOT / "docs" / target[1]).resolve()


def test_generated_parts_are_fresh() -> None:
    command = [sys.executable, str(ROOT / "docs" / "diagrams.py"), "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"Run .venv/bin/python docs/diagrams.py: {done.stdout}{done.stderr}"


def test_a_stale_page_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ARCHITECTURE", "CHART_PAGE", "REFERENCE"):
        page = tmp_path / getattr(diagrams, name).name
        page.write_text(getattr(diagrams, name).read_text("utf-8").replace("Awb 2:4 |", "Awb 2:5 |"), "utf-8")
        monkeypatch.setattr(diagrams, name, page)
    assert diagrams.main(["--check"]) == 1
    assert diagrams.main([]) == 0
    assert diagrams.main(["--check"]) == 0


def test_every_rule_resolves_to_the_one_file_that_registers_it() -> None:
    diagrams.import_rules()
    lines = table("Rules")
    assert set(lines) == REGISTRY.keys() | diagrams.rules_elsewhere().keys()
    for rule_id in REGISTRY:
        file = file_of(lines[rule_id][-1])
        assert re.search(rf'@rule\(\s*"{re.escape(rule_id)}"', file.read_text("utf-8")), rule_id
        others = [path for path in (ROOT / "rules").rglob("*.py") if path != file]
        assert not any(f'"{rule_id}",' in path.read_text("utf-8") for path in others), rule_id
    for rule_id in diagrams.rules_elsewhere():
        assert f'"{rule_id}"' in file_of(lines[rule_id][-1]).read_text("utf-8")


def test_every_state_has_a_dutch_term() -> None:
    names = {f"{chart.name}/{state.value}" for chart in CHARTS.values() for state in chart.states}
    lines = table("States")
    assert set(lines) == names
    assert all(cells[0] for cells in lines.values())


def test_every_event_has_a_dutch_term_and_the_file_that_defines_it() -> None:
    lines = table("Events")
    assert set(lines) == {f"{chart}/{event}" for chart, event in EVENTS}
    for (chart, event), definition in EVENTS.items():
        dutch, _, file = lines[f"{chart}/{event}"]
        assert dutch
        assert file_of(file) == ROOT / (type(definition).__module__.replace(".", "/") + ".py")


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Roles", {str(role) for role in Role}),
        ("Letters", set(catalogue().letters)),
        ("Terms kept", set(TERMS)),
        ("Offices", {str(office) for office in PublicOffice}),
    ],
)
def test_every_name_of_a_list_has_a_dutch_term(title: str, names: set[str]) -> None:
    lines = table(title)
    assert set(lines) == names
    assert all(cells[0] for cells in lines.values())


KINDS: tuple[type[StrEnum], ...] = (
    EmployerKind,
    Domain,
    LegalBasis,
    ProvisionForm,
    Capacity,
    Urgency,
    SignalKind,
    SignalSource,
    HandOffStep,
    HandOffOutcome,
    TaxClass,
    PayableKind,
    Language,
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_has_a_dutch_term(kind: type[StrEnum]) -> None:
    known = table("Kinds") | table("Roles")  # some sources of a signal are roles
    assert {member.value for member in kind} <= known.keys()


@pytest.mark.parametrize("title", ["Terms", "States", "Events", "Roles", "Letters", "Terms kept", "Offices", "Kinds"])
def test_every_line_of_a_table_names_a_file_that_exists(title: str) -> None:
    for name, cells in table(title).items():
        assert file_of(cells[-1]).is_file(), name


def test_every_letter_has_its_dutch_title() -> None:
    lines = table("Letters")
    assert {name: cells[0] for name, cells in lines.items()} == {
        name: letter.title["nl"] for name, letter in catalogue().letters.items()
    }


def test_no_dutch_term_is_left_of_a_removed_name() -> None:
    names = diagrams.names()
    assert set(names["states"]) == {
        f"{chart.name}/{state.value}" for chart in CHARTS.values() for state in chart.states
    }
    assert set(names["events"]) == {f"{chart}/{event}" for chart, event in EVENTS}
    assert set(names["work-list-rules"]) == diagrams.rules_elsewhere().keys()


def test_every_dated_value_is_listed_with_the_first_day_of_its_first_version() -> None:
    lines = table("Dated values")
    assert {name: cells[2] for name, cells in lines.items()} == {
        name: found[0].since.isoformat() for name, found in versions().items()
    }


def test_every_package_is_listed_with_its_purpose() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    for room in diagrams.ROOMS:
        for init in (ROOT / room).rglob("__init__.py"):
            path = init.parent.relative_to(ROOT).as_posix()
            assert re.search(rf"^\| \**\[{path}\]\(\.\./{path}\)\** \| \w.+ \|$", page, re.MULTILINE), path


def test_every_setting_is_described_with_its_variable_and_default() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    for name, field in Configuration.model_fields.items():
        variable = field.validation_alias or f"VEILIGADVIES_{name.upper()}"
        shown = {None: "none", True: "`true`", False: "`false`"}.get(field.default, f"`{field.default}`")
        assert f"| `{variable}` | `{name}` | {shown} |" in page, name


def test_every_dependency_says_what_it_is_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    for title, wanted in (
        ("What runs", project["project"]["dependencies"]),
        ("What tests", groups["test"]),
        ("What measures", groups["bench"]),
        ("What changes the rules", groups["mutation"]),
    ):
        names = {re.split(r"[^A-Za-z0-9-]", line)[0] for line in wanted}
        assert set(diagrams.rows(page, title)) == names


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_relative_link_has_a_target(page: Path) -> None:
    for link in LINK.findall(FENCED.sub("", page.read_text("utf-8"))):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if IMAGES in target.parents and not IMAGES.is_dir():
            continue  # pictures are made on a machine with a browser
        assert target.exists(), f"{page.name}: {link}"
        assert not anchor or anchor in anchors(target), f"{page.name}: {link}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_table_of_the_code_that_is_named_is_in_its_file(page: Path) -> None:
    for name, link in re.findall(
        r"`([A-Z][A-Z_]+)`\s+(?:in|of)\s+\[[^\]]+\]\(([^()\s]+\.py)\)", page.read_text("utf-8")
    ):
        text = (page.parent / link).resolve().read_text("utf-8")
        assert re.search(rf"^{name}\b", text, re.MULTILINE), f"{page.name}: {name} in {link}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_that_is_named_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    commands = set(COMMANDS)
    assert set(re.findall(r"(?:`|bin/)veiligadvies ([a-z]+)", text)) <= commands
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z]+)", text, re.MULTILINE)) <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_import_of_an_example_in_python_exists(page: Path) -> None:
    for block in re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                module = importlib.import_module(node.module)
                assert all(hasattr(module, alias.name) for alias in node.names), f"{page.name}: {node.module}"


@pytest.mark.parametrize("room", ["rules", "states", "notifications", "flows", "api"])
def test_every_room_is_imported_from_this_checkout(room: str) -> None:
    found = importlib.import_module(room)
    assert found.__file__ is not None
    assert Path(found.__file__).resolve() == ROOT / room / "__init__.py"


def test_an_installed_room_comes_from_this_checkout_wherever_python_starts(tmp_path: Path) -> None:
    words = "import api, flows, notifications, rules, states; print(*(m.__file__ for m in (api, flows, notifications, rules, states)), sep='\\n')"  # noqa: E501  # one program
    done = subprocess.run([sys.executable, "-c", words], cwd=tmp_path, capture_output=True, text=True, check=True)
    rooms = ("api", "flows", "notifications", "rules", "states")
    assert done.stdout.split() == [str(ROOT / room / "__init__.py") for room in rooms]


def test_decisions_are_numbered_and_listed() -> None:
    pages = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    listed = (ROOT / "docs" / "adr" / "README.md").read_text("utf-8")
    for number, page in enumerate(pages, start=1):
        assert page.name.startswith(f"{number:04}-")
        assert page.read_text("utf-8").startswith(f"# {number}. ")
        assert f"({page.name})" in listed
        for part in ("## Context", "## Decision", "## Consequences", "## Alternatives"):
            assert part in page.read_text("utf-8"), f"{page.name}: {part}"
