"""Safe XML: settings for lxml's parsers against document types and entities (OWASP, XML External Entity Prevention)."""

import re
from typing import Any

FORBIDDEN = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
"""A document type or an entity declaration: it can read files or exhaust the memory."""
DECLARED = "the file declares a document type or entities, which can read files or fill the memory"
HARDENED: dict[str, Any] = {
    "encoding": "utf-8",
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
"""The settings for lxml's parsers."""
