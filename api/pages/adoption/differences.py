"""Differences between two texts, word by word, so that a reader sees what was added and what was taken away."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

WORD = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True)
class Stretch:
    """Stretch of text that stayed, was added or was removed."""

    kind: str
    """Stayed, added or removed."""
    text: str


def differences(before: str, after: str) -> list[Stretch]:
    """Return the text as it is, with between it what was added and removed since an earlier version."""
    old, new = WORD.findall(before), WORD.findall(after)
    found: list[Stretch] = []
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Stretch("stayed", "".join(new[new_from:new_to])))
            continue
        if removed := "".join(old[old_from:old_to]):
            found.append(Stretch("removed", removed))
        if added := "".join(new[new_from:new_to]):
            found.append(Stretch("added", added))
    return found
