"""Characters: which of them a line or a text may hold, and what stands for those it may not."""

import unicodedata

TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Bidirectional embeddings, overrides and isolates: what is read differs from what is stored (CVE-2021-42574)."""
WITHOUT_MEANING = frozenset({"Cc", "Cn", "Co", "Cs"})
"""Categories of control characters, and of code points that are unassigned, private, or half a character."""
LINE_ENDS = frozenset({"Zl", "Zp"})
LAYOUT = frozenset("\n\r\t")

NEVER = r"\u007f-\u009f\u202a-\u202e\u2066-\u2069\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff"
TEXT = rf"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f{NEVER}]*$"
"""What a text may hold, as far as a pattern can say it; what is unassigned changes with Unicode."""
LINE = rf"^[^\u0000-\u001f\u2028\u2029{NEVER}]*$"
"""As :data:`TEXT`, for a line."""


def fits_a_text(character: str) -> bool:
    """Whether a text of several lines may hold a character."""
    return character in LAYOUT or not (character in TURNING or unicodedata.category(character) in WITHOUT_MEANING)


def fits_a_line(character: str) -> bool:
    """Whether a name, a line or a reference may hold a character."""
    return character not in LAYOUT and fits_a_text(character) and unicodedata.category(character) not in LINE_ENDS


def legible(text: str) -> str:
    """Return a text of unknown origin in which the replacement character stands for what it may not hold."""
    return "".join(character if fits_a_text(character) else "\ufffd" for character in text)
