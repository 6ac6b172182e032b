"""The letter catalogue and the folders below letters/ agree."""

import re

import pytest

from notifications.catalogue import FOLDER, LANGUAGES, catalogue
from notifications.facts import _KINDS

LETTERS = sorted(catalogue().letters)


def test_every_catalogue_entry_has_its_folder_and_every_folder_its_entry() -> None:
    folders = [line.folder for line in catalogue().letters.values()]
    assert sorted(folders) == sorted(path.name for path in (FOLDER / "letters").iterdir())


@pytest.mark.parametrize("letter", LETTERS)
def test_every_folder_holds_a_subject_and_a_body_in_every_language_and_nothing_else(letter: str) -> None:
    folder = FOLDER / "letters" / catalogue().letters[letter].folder
    assert {path.name for path in folder.iterdir()} == {
        f"{language}.{part}.j2" for language in LANGUAGES for part in ("subject", "body")
    }


@pytest.mark.parametrize("letter", LETTERS)
def test_every_catalogue_entry_has_a_kebab_id_titles_in_every_language_and_facts_of_a_known_kind(letter: str) -> None:
    line = catalogue().letters[letter]
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", letter)
    assert set(line.title) == set(LANGUAGES)
    assert all(line.title.values())
    assert {"reference", "link", "sent_on"} <= set(line.facts)
    assert set(line.facts.values()) <= _KINDS.keys() | catalogue().words.keys()


def test_every_word_exists_in_every_language_and_no_list_of_words_has_the_name_of_a_kind() -> None:
    assert not catalogue().words.keys() & _KINDS.keys()
    for words in catalogue().words.values():
        assert all(set(spoken) == set(LANGUAGES) and all(spoken.values()) for spoken in words.values())
