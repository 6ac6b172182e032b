"""Characters that a line or a text may hold, and what stands for the others."""

import pytest

from rules.core.characters import fits_a_line, fits_a_text, legible

ORDINARY = "aZ0 é.\u2019\u0130中😀\u200d"
"""Letters, signs, an emoji, and the joiner that some languages and emoji need."""
LAYOUT = "\n\r\t"
SEPARATORS = "\u2028\u2029"
NOWHERE = "\x00\x0b\x1b\x7f\x85\u202a\u202e\u2066\u2069\ue000\ufdd0\uffff\U000e0fff\ud800"
"""Control characters, what turns the reading direction, private and unassigned code points, half a character."""


@pytest.mark.parametrize("character", ORDINARY)
def test_an_ordinary_character_fits_a_line_and_a_text(character: str) -> None:
    assert fits_a_line(character) is fits_a_text(character) is True


@pytest.mark.parametrize("character", LAYOUT + SEPARATORS)
def test_what_ends_or_lays_out_a_line_fits_a_text_alone(character: str) -> None:
    assert fits_a_text(character) is True
    assert fits_a_line(character) is False


@pytest.mark.parametrize("character", NOWHERE, ids=ascii)
def test_what_has_no_meaning_or_misleads_a_reader_fits_neither(character: str) -> None:
    assert fits_a_line(character) is fits_a_text(character) is False


def test_a_text_of_unknown_origin_keeps_its_length_and_shows_where_something_was() -> None:
    assert legible("Jan\u202e de\tVries\x00\n") == "Jan\ufffd de\tVries\ufffd\n"
    assert legible("") == ""
