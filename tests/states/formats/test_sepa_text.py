"""SEPA text: names are written in the Latin set or refused, and identifiers are never changed."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.formats.errors import BankTextError
from states.formats.sepa_text import account, identifier, name, remittance
from states.formats.transliteration import transliterate

SEPA = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]*")
EUROPEAN = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x52F), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("Jansen & Zn.", "Jansen + Zn."),
        ("Café Zoë", "Cafe Zoe"),
        ("Cafe\u0301 Zoe\u0308", "Cafe Zoe"),
        ("Łódź Straße Ærø", "Lodz Strasse Aero"),
        ("ĲSSELMEER ĳs", "IJSSELMEER ijs"),
        ("Θεσσαλονίκη", "Thessaloniki"),
        ("Щерба Жеков", "Shterba Zhekov"),
        ("\u2018t Slot \u2013 \u201cveilig\u201d", "'t Slot - 'veilig'"),
        ("twee  spaties\ten\u00a0meer\n", "twee spaties en meer"),
        ("on\u00adzichtbaar\u200b", "onzichtbaar"),
        ("Echt zo?", "Echt zo?"),
    ],
)
def test_a_name_is_sent_in_the_latin_set(written: str, sent: str) -> None:
    assert transliterate(written) == sent


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("山田", "CJK UNIFIED IDEOGRAPH-5C71, U\\+5C71"),
        ("A*B", "ASTERISK"),
        ("a\x00b", "U\\+0000"),
        ("\ud800", "U\\+D800"),
        ("ab\u2260", "NOT EQUAL TO"),
    ],
)
def test_a_character_without_equivalent_is_refused_by_its_name(written: str, named: str) -> None:
    with pytest.raises(BankTextError, match=named):
        transliterate(written)


@given(st.one_of(st.text(), EUROPEAN))
def test_any_text_is_written_in_the_set_or_refused_and_never_gains_a_question_mark(written: str) -> None:
    try:
        sent = transliterate(written)
    except BankTextError:
        return
    assert SEPA.fullmatch(sent)
    asked = sum(unicodedata.normalize("NFKD", each).count("?") + (each in "¿⸮") for each in written)
    assert sent.count("?") <= asked
    assert transliterate(sent) == sent


@given(st.text(st.characters(min_codepoint=0xC0, max_codepoint=0x17F, categories=["Lu", "Ll"]), min_size=1))
def test_every_letter_of_latin_1_and_latin_extended_a_can_be_sent(written: str) -> None:
    assert len(transliterate(written)) >= len(written)


def test_a_name_is_never_cut() -> None:
    assert name("x" * 70) == "x" * 70
    with pytest.raises(BankTextError, match="has 71 characters"):
        name("x" * 71)
    with pytest.raises(BankTextError, match="has 72 characters"):
        name("ß" * 36)
    assert remittance("x" * 140) == "x" * 140
    with pytest.raises(BankTextError, match="has 141 characters"):
        remittance("x" * 141)


@pytest.mark.parametrize("empty", ["", "  ", "\n", "\u200b", "\u0301"])
def test_an_empty_name_is_refused(empty: str) -> None:
    with pytest.raises(BankTextError, match="is empty"):
        name(empty)


@pytest.mark.parametrize("right", ["A", "VA-2026/1", "a" * 35, "x (1) y"])
def test_an_identifier_stays_as_it_is(right: str) -> None:
    assert identifier(right) == right


@pytest.mark.parametrize("wrong", ["", "/A", "A/", "A//B", "/", "a" * 36, "é", "A&B", " A", "A ", "A  B", "A\n"])
def test_an_identifier_that_the_bank_would_refuse_is_refused(wrong: str) -> None:
    with pytest.raises(BankTextError):
        identifier(wrong)


def test_an_account_is_checked_by_its_digits_and_not_repeated_in_the_message() -> None:
    assert account("NL91 ABNA 0417 1643 00") == "NL91ABNA0417164300"
    for wrong in ("NL92ABNA0417164300", "nl91abna0417164300", "NL91", "", "NL91ABNA041716430\uff10"):
        with pytest.raises(BankTextError) as caught:
            account(wrong)
        assert not wrong or wrong not in str(caught.value)
