"""Names: the Dutch term of each state, event, role, term and other code that people read, from names.toml."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "names.toml"


@cache
def names() -> dict[str, dict[str, Any]]:
    """The sections of names.toml: terms and articles by name."""
    return tomllib.loads(FILE.read_text("utf-8"))


def dutch(section: str, name: str) -> str:
    """The Dutch term of a name in a section such as ``states``; the name itself where the table has none."""
    term = names()[section].get(name)
    return str(term["nl"]) if isinstance(term, dict) else name
