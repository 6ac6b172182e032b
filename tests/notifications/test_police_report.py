"""Police report: a model text with the chosen answers and nothing else."""

import re

import pytest
from jinja2 import meta
from pydantic import ValidationError

from notifications.catalogue import FOLDER, LANGUAGES, catalogue
from notifications.documents import PoliceReport, ReportKind, Wish, police_report
from notifications.errors import NotificationsError
from notifications.wording import environment
from rules.core.regulation import PublicOffice

ANSWERS = {
    "who": "Een man met een rode jas.",
    "what": "Hij riep iets.",
    "where": "Bij de fontein.",
    "with_what": "Met een megafoon.",
    "how": "Van dichtbij.",
    "when": "Vanmorgen om negen uur.",
    "why": "Om een besluit.",
}
QUESTIONS = {
    "nl": {
        "who": "Wie heeft het gedaan?",
        "what": "Wat is er gebeurd?",
        "where": "Waar is het gebeurd?",
        "with_what": "Waarmee is het gedaan?",
        "how": "Op welke wijze is het gedaan?",
        "when": "Wanneer is het gebeurd?",
        "why": "Waarom, voor zover ik weet?",
    },
    "en": {
        "who": "Who did it?",
        "what": "What happened?",
        "where": "Where did it happen?",
        "with_what": "With what was it done?",
        "how": "In what way was it done?",
        "when": "When did it happen?",
        "why": "Why, as far as I know?",
    },
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_of_the_seven_answers_stands_below_its_question(language: str) -> None:
    text = police_report(PoliceReport(**ANSWERS), language)
    for key, answer in ANSWERS.items():
        assert f"\n{QUESTIONS[language][key]}\n{answer}\n" in text


@pytest.mark.parametrize("left_out", ANSWERS)
def test_an_omitted_answer_leaves_neither_question_nor_gap(left_out: str) -> None:
    chosen = PoliceReport(**{key: answer for key, answer in ANSWERS.items() if key != left_out})
    text = police_report(chosen)
    assert QUESTIONS["nl"][left_out] not in text
    assert sum(question in text for question in QUESTIONS["nl"].values()) == 6
    assert "\n\n\n" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_chosen_makes_a_text_without_questions(language: str) -> None:
    text = police_report(PoliceReport(), language)
    assert not any(question in text for question in QUESTIONS[language].values())
    assert "None" not in text
    assert not re.search(r"getuigen|witnesses|beelden, opnamen|pictures, recordings|ambt|office:", text)


@pytest.mark.parametrize(
    ("chosen", "nl", "en"),
    [
        ({"witnesses": True}, "getuigen? Ja.", "witnesses? Yes."),
        ({"witnesses": False}, "getuigen? Nee, niet dat ik weet.", "witnesses? No, not that I know of."),
        ({"recordings": True}, "opnamen of berichten? Ja.", "recordings or messages? Yes."),
        ({"recordings": False}, "opnamen of berichten? Nee,", "recordings or messages? No,"),
        ({"office": PublicOffice.MAYOR}, "Mijn ambt: burgemeester\n", "My office: mayor\n"),
        ({"kind": "report"}, "MELDING BIJ DE POLITIE\n", "REPORT TO THE POLICE\n"),
        ({"kind": "complaint"}, "AANGIFTE BIJ DE POLITIE\n", "CRIMINAL COMPLAINT TO THE POLICE\n"),
        ({"kind": "complaint"}, "kunt u later niet intrekken", "cannot be withdrawn later"),
        ({"wishes": ["domicile"]}, "- Laat mijn woonadres overal buiten.", "- Keep my home address out"),
    ],
)
def test_a_choice_is_worded_in_both_languages(chosen: dict[str, object], nl: str, en: str) -> None:
    for language, words in (("nl", nl), ("en", en)):
        assert words in police_report(PoliceReport.model_validate(chosen), language)


def test_a_report_is_no_complaint_and_can_be_withdrawn() -> None:
    text = police_report(PoliceReport())
    assert "vervolging" not in text
    assert "intrekken" not in text


def test_wishes_are_in_a_fixed_order_each_once() -> None:
    text = police_report(PoliceReport(wishes=(Wish.VICTIM_SUPPORT, Wish.DOMICILE, Wish.DOMICILE)))
    wishes = [line for line in text.splitlines() if line.startswith("- ")]
    assert [wish.split()[1] for wish in wishes] == ["Laat", "Breng"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ReportKind)
def test_it_ends_with_what_its_reader_does_next(language: str, kind: ReportKind) -> None:
    _, _, last = police_report(PoliceReport(kind=kind, **ANSWERS), language).partition("----------\n")
    assert last
    assert re.search(r"Bel nu 112\.|Call 112 now\.", last)
    assert re.search(r"(Bel|Call) 0900-8844", last)
    assert re.search(r"Lees alles goed na|Read everything again", last)
    assert re.search(r"woonadres niet in de tekst|not put your home address in the text", last)
    assert re.search(r"niet bewaard|not kept", last)
    assert not any(answer in last for answer in ANSWERS.values())


@pytest.mark.parametrize("planted", ["{{ 7 * 7 }}{% raw %}", '<b>"&</b>', "{{ numbers }}", "een\ntwee"])
def test_what_someone_enters_stays_plain_text(planted: str) -> None:
    assert f"\n{planted}\n" in police_report(PoliceReport(what=planted))


def test_the_same_choices_give_the_same_text() -> None:
    chosen = PoliceReport(**ANSWERS, wishes=tuple(Wish))
    assert police_report(chosen) == police_report(chosen)


def test_an_unknown_language_is_refused_without_repeating_what_was_entered() -> None:
    with pytest.raises(NotificationsError, match="nl and en, not in 'fy'") as refusal:
        police_report(PoliceReport(**ANSWERS), "fy")
    assert "megafoon" not in str(refusal.value)


@pytest.mark.parametrize("unknown", ["name", "home_address", "homeAddress", "threat"])
def test_nobody_is_asked_for_a_name_or_an_address(unknown: str) -> None:
    with pytest.raises(ValidationError, match="Extra inputs") as refusal:
        PoliceReport.model_validate({unknown: "Dorpsstraat 1"})
    assert "Dorpsstraat" not in str(refusal.value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_template_uses_every_field_and_nothing_more(language: str) -> None:
    source = (FOLDER / "documents" / "police-report" / f"{language}.j2").read_text(encoding="utf-8")
    used = meta.find_undeclared_variables(environment(language).parse(source))
    assert used == set(PoliceReport.model_fields) | {"numbers"}


def test_every_document_has_its_folder_with_a_text_in_every_language() -> None:
    folders = {line.folder for line in catalogue().documents.values()}
    assert folders == {path.name for path in (FOLDER / "documents").iterdir()}
    for folder in folders:
        files = {path.name for path in (FOLDER / "documents" / folder).iterdir()}
        assert files == {f"{language}.j2" for language in LANGUAGES}
    assert not catalogue().documents.keys() & catalogue().letters.keys()


def test_every_choice_has_its_words() -> None:
    words = catalogue().words
    assert set(words["report-kind"]) == set(ReportKind)
    assert set(words["wish"]) == set(Wish)
    assert set(words["office"]) == set(PublicOffice)


def test_every_number_in_a_text_is_in_the_catalogue_with_its_source() -> None:
    numbers = {line.number for line in catalogue().numbers.values()}
    assert all(line.source.startswith("https://") for line in catalogue().numbers.values())
    named = set()
    for template in FOLDER.rglob("*.j2"):
        named |= set(re.findall(r"(?<![\d:.])(?:112|0\d{2,3}-[\d ]{4,})(?!\d)", template.read_text(encoding="utf-8")))
    assert {"112"} <= named <= numbers
