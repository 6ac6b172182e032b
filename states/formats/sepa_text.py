"""SEPA texts, identifiers and accounts: converted and checked, and never cut off."""

import re

from states.formats.errors import BankTextError
from states.formats.transliteration import CLEAN, transliterate

NAME_LENGTH = 70
REMITTANCE_LENGTH = 140
IDENTIFIER_LENGTH = 35

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_IBAN_DIGITS = str.maketrans({chr(ord("A") + i): str(10 + i) for i in range(26)})


def name(text: str, field: str = "name") -> str:
    """The account holder's name, at most 70 characters once converted.

    Raises:
        BankTextError: empty, too long or not convertible. It is never cut: half a name fails the payee check.
    """
    return _fitted(text, NAME_LENGTH, field)


def remittance(text: str) -> str:
    """The remittance information, at most 140 characters once converted.

    Raises:
        BankTextError: empty, too long or not convertible.
    """
    return _fitted(text, REMITTANCE_LENGTH, "remittance text")


def _fitted(text: str, length: int, field: str) -> str:
    fitted = transliterate(text, field)
    if not fitted:
        raise BankTextError(field, "is empty", f"Give between 1 and {length} characters")
    if len(fitted) > length:
        raise BankTextError(field, f"has {len(fitted)} characters", f"Give at most {length}; it is not cut on its own")
    return fitted


def identifier(text: str, field: str = "identifier") -> str:
    """The identifier itself, checked and never changed, because the bank must return it unchanged.

    Source: EPC clarification paper on the use of slashes in references and identifications.

    Raises:
        BankTextError: empty, over 35 characters, outside the SEPA set, or slashes at an end or side by side.
    """
    if not CLEAN.fullmatch(text):
        raise BankTextError(
            field,
            "is empty or holds a character outside the SEPA set",
            "Use a-z A-Z 0-9 / - ? : ( ) . , ' + and space",
        )
    if len(text) > IDENTIFIER_LENGTH:
        raise BankTextError(field, f"has {len(text)} characters", f"Give at most {IDENTIFIER_LENGTH}")
    if text[0] == "/" or text[-1] == "/" or "//" in text:
        raise BankTextError(field, "begins or ends with a slash or has two in a row", "Single slashes inside are right")
    return text


def account(iban: str, field: str = "IBAN") -> str:
    """The IBAN without spaces, its check digits verified (ISO 13616, mod 97).

    This is the last gate before the bank; a country's own structure is checked where an account enters the
    engine, at thirty times the cost.

    Raises:
        BankTextError: not an IBAN. The number itself is not repeated, since messages end up in logs.
    """
    compact = iban.replace(" ", "")
    if not _IBAN.fullmatch(compact) or int((compact[4:] + compact[:4]).translate(_IBAN_DIGITS)) % 97 != 1:
        raise BankTextError(field, "is not an IBAN: its form or check digits are wrong", "Copy it from the account")
    return compact
