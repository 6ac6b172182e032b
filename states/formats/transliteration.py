"""Transliteration of any text to the Latin characters of SEPA.

The set, and the idea of converting into it, are those of EPC217-08 (SEPA Requirements for an Extended
Character Set, https://www.europeanpaymentscouncil.eu/document-library/guidance-documents). Where its table
replaces a character without a Latin equivalent by a full stop, the text is refused instead: a name whose letters
became dots is no longer the account holder's name, and the payee check would reject it later.
"""
# ruff: noqa: RUF001  # this module is about letters that look alike

import re
import unicodedata

from states.formats.errors import BankTextError

_SET = r"A-Za-z0-9/\-?:().,'+"
CLEAN = re.compile(rf"[{_SET}]+(?: [{_SET}]+)*")
_ALLOWED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-?:().,'+ ")

# Unicode decomposition removes accents (é is e and an accent); these are the letters and signs that it keeps whole.
_TABLE_TEXT = (
    "ß ss æ ae œ oe ø o ł l đ d ð d þ th ħ h ı i ŋ n ŧ t ĸ k ə e ƒ f "  # Latin
    "α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t "
    "υ y φ f χ ch ψ ps ω o "  # Greek
    "а a б b в v г g д d е e ж zh з z и i й y к k л l м m н n о o п p р r с s т t у u ф f х h "
    "ц ts ч ch ш sh щ sht "
    "ъ a ы y ь y э e ю yu я ya ё yo є ye і i ї yi ґ g ђ dj ј j љ lj њ nj ћ c џ dz ѓ g ќ k "  # Cyrillic
    "& + @ (at) _ - ~ - [ ( { ( ] ) } ) \\ / | / ⁄ / ` ' \" ' ´ ' ; , ! . € E ‘ ' ’ ' ‚ ' ‛ ' "
    "“ ' ” ' „ ' « ' » ' "
    "‹ ' › ' ′ ' ″ ' ʼ ' ʹ ' ‐ - ‑ - ‒ - – - — - ― - − - · . • - × x ¿ ? ¡ . "
)
_PAIRS = _TABLE_TEXT.split()
_TABLE = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
_TABLE |= {key.upper(): value.capitalize() for key, value in _TABLE.items() if len(key.upper()) == 1}
# Nothing is lost with what nobody sees: soft hyphen, zero-width space and joiners, byte order mark.
_UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")


def transliterate(text: str, field: str = "text") -> str:
    """The text in the SEPA set, each run of white space as one space.

    Raises:
        BankTextError: a character has no equivalent in the set; the message names it.
    """
    if CLEAN.fullmatch(text):
        return text
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(_latin(character, field) for character in composed).split())


def _latin(character: str, field: str) -> str:
    if character in _ALLOWED:
        return character
    if character in _TABLE:
        return _TABLE[character]
    if character in _UNSEEN:
        return ""
    if character in "\t\n\r" or unicodedata.category(character) == "Zs":
        return " "
    parts = [part for part in unicodedata.normalize("NFKD", character) if unicodedata.category(part) != "Mn"]
    if parts and parts != [character]:
        try:
            return "".join(_latin(part, field) for part in parts)
        except BankTextError:
            pass  # the character as it was written is the one to name, not a part of it
    elif not parts:
        return ""  # an accent without its letter; NFC has joined all those that belong to one
    what = unicodedata.name(character, "a character without a name")
    shown = character if character.isprintable() else ""
    raise BankTextError(
        field,
        f"holds {shown!r} ({what}, U+{ord(character):04X}), without an equivalent in the SEPA character set",
        "Write it in Latin letters, as the bank shows it on the account",
    )
