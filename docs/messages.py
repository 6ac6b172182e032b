"""Messages: collect the texts of errors for the Dutch catalogue, and compile it.

Run ``.venv/bin/python docs/messages.py`` after a change of texts, translate what is empty in
api/locale/nl/LC_MESSAGES/messages.po, and run it again.
"""

import ast
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
PO = ROOT / "api" / "locale" / "nl" / "LC_MESSAGES" / "messages.po"
ROOMS = (
    *("api/http", "api/access", "api/routes", "api/pages", "api/commands.py", "states/errors.py", "states/commands"),
    *(
        "states/engine",
        "states/events",
        "states/payments",
        "states/queue",
        "states/letters",
        "states/storage/vault.py",
        "rules/core/errors.py",
    ),
)
TEXTS = frozenset({"wording", "marked", "ProblemType", "invalid_parameter"})
"""Calls whose texts are translated; those of errors of the API and the engine too."""
ALWAYS = datetime(2026, 1, 1, tzinfo=UTC)
"""The date in the compiled catalogue, so that it changes only with its texts."""
LETTERS = 4
"""The fewest letters of a text; a shorter one is a name or a number."""


def texts() -> list[str]:
    """Return every text that is shown in answers, in the order of the alphabet."""
    places = [ROOT / room for room in ROOMS]
    files = [file for place in places for file in ([place] if place.suffix else place.rglob("*.py"))]
    return sorted({text for file in files for text in texts_in(ast.parse(file.read_text("utf-8")))})


def texts_in(tree: ast.AST) -> Iterator[str]:
    """Yield the texts in the calls that take some."""
    for node in ast.walk(tree):
        called = called_name(node)
        if called in TEXTS or (called.endswith("Error") and not called.startswith("Pydantic")):
            assert isinstance(node, ast.Call)
            given = node.args[:1] if called == "wording" else node.args
            yield from constants(given, short=called == "marked")
        elif isinstance(node, ast.Assign) and [ast.unparse(each) for each in node.targets] == ["words"]:
            yield from constants([node.value])


def called_name(node: ast.AST) -> str:
    """Return the name of what is called; empty for what is no call of a name."""
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def constants(parts: list[ast.expr], *, short: bool = False) -> Iterator[str]:
    """Yield the texts in arguments, with single words where these are texts, without calls and f-strings in them."""
    for part in parts:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            if short or is_text(part.value):
                yield part.value
        elif isinstance(part, (ast.List, ast.Tuple)):
            yield from constants(part.elts)
        elif isinstance(part, ast.IfExp):
            yield from constants([part.body, part.orelse])


def is_text(text: str) -> bool:
    """Return whether a constant is a text for people: it has a capital or a space, and letters outside its parts."""
    return (" " in text or text[:1].isupper()) and sum(map(str.isalpha, text)) >= LETTERS


def collected() -> Catalog:
    """Return the catalogue with every text, and the Dutch that it has already."""
    known = read_po(io.BytesIO(PO.read_bytes()), locale="nl") if PO.exists() else Catalog(locale="nl")
    made = Catalog(locale="nl", domain="messages", project="Veiligadvies", charset="utf-8")
    made.creation_date = known.creation_date
    for text in texts():
        before = known.get(text)
        made.add(text, before.string if before is not None else "")
    return made


def as_po(catalog: Catalog) -> bytes:
    """Return the catalogue as text, one that does not change from day to day."""
    out = io.BytesIO()
    write_po(out, catalog, width=110, omit_header=True)
    header = b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: nl\\n"\n\n'
    return header + out.getvalue()


def as_mo(po: bytes) -> bytes:
    """Return the compiled catalogue."""
    out, catalog = io.BytesIO(), read_po(io.BytesIO(po), locale="nl")
    catalog.creation_date = catalog.revision_date = ALWAYS
    write_mo(out, catalog)
    return out.getvalue()


def main() -> int:
    """Write both files; returns 1 while a text has no Dutch."""
    catalog = collected()
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(as_po(catalog))
    PO.with_suffix(".mo").write_bytes(as_mo(PO.read_bytes()))
    missing = [str(each.id) for each in catalog if each.id and not each.string]
    sys.stdout.writelines(f"{text}\n" for text in missing)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
