"""Letters: their texts, the facts that they require, and the content that they never hold."""

import re

import pytest
from jinja2 import UndefinedError, meta

from notifications.catalogue import FOLDER, LANGUAGES, catalogue
from notifications.errors import NotificationsError
from notifications.letters import render
from notifications.wording import environment

LETTERS = sorted(catalogue().letters)
DECISIONS = [letter for letter in LETTERS if "objection_until" in catalogue().letters[letter].facts]
IN_EVERY_LANGUAGE = [(letter, language) for letter in LETTERS for language in LANGUAGES]

ONE = {
    "reference": "VA-2026-000123",
    "link": "https://portaal.example.org/zaken/1?taal=nl&veilig=ja",
    "sent_on": "2026-02-20",
    "received_on": "2026-01-02",
    "due_on": "2026-04-07",
    "interview_on": "2026-03-09",
    "objection_until": "2026-05-18",
    "ground": "Artikel 12 van iets",
    "article": "3.9(4)",
    "term": "takeover",
    "forwarded_to": "municipality",
    "days_left": 14,
    "days": 42,
    "since": "2026-03-02",
    "hearing_on": "2026-06-11",
    "appeal_until": "2026-08-13",
    "ended_on": "2026-03-18",
    "outcome": "founded",
    "want": "capacity-full",
    "others": ["VA-2026-AB12CD34"],
    "successor": "Gemeente Nieuwland",
    "in_hand": 7,
    "late": 5,
    "terms": 6,
    "waiting": 44,
    "cases": ["VA-2026-AB12CD34", "VA-2026-EF56GH78"],
}
OTHER = ONE | {
    "reference": "VA-2027-777777",
    "link": "http://127.0.0.1:8000/",
    "sent_on": "2027-08-31",
    "received_on": "2027-06-30",
    "due_on": "2027-12-27",
    "interview_on": "2027-10-11",
    "objection_until": "2027-11-01",
    "ground": "Bepaling 99",
    "article": "4.9",
    "term": "payment",
    "forwarded_to": "province",
    "days_left": 3,
    "days": 2,
    "since": "2027-09-06",
    "hearing_on": "2027-11-25",
    "appeal_until": "2028-01-20",
    "ended_on": "2027-10-05",
    "outcome": "inadmissible",
    "want": "nobody-may",
    "others": ["VA-2027-ZY98XW76"],
    "successor": "Provincie Oost",
    "in_hand": 91,
    "late": 0,
    "terms": 12,
    "waiting": 8,
    "cases": ["VA-2027-XY12CD34"],
}


def facts(letter: str, source: dict[str, object] = ONE) -> dict[str, object]:
    return {key: source[key] for key in catalogue().letters[letter].facts}


def shown(letter: str, key: str, language: str, source: dict[str, object]) -> str:
    kind = catalogue().letters[letter].facts[key]
    if kind == "date":
        return str(environment(language).filters["day"](source[key]))
    if kind in catalogue().words:
        return catalogue().words[kind][str(source[key])][language]
    if kind == "references":
        return ", ".join(source[key])  # type: ignore[arg-type]
    return str(source[key])


def without_facts(letter: str, language: str, source: dict[str, object]) -> str:
    rendered = render(letter, facts(letter, source), language)
    text = f"{rendered.subject}\n{rendered.body}"
    for key in sorted(facts(letter), key=lambda key: -len(shown(letter, key, language, source))):
        words = shown(letter, key, language, source)
        assert words in text, f"{key} is nowhere to be read"
        text = re.sub(rf"(?<!\w){re.escape(words)}(?!\w)", f"«{key}»", text)
    return text


@pytest.mark.parametrize(("letter", "language"), IN_EVERY_LANGUAGE)
def test_a_letter_shows_every_fact_and_between_the_facts_always_the_same_words(letter: str, language: str) -> None:
    assert without_facts(letter, language, ONE) == without_facts(letter, language, OTHER)


@pytest.mark.parametrize(("letter", "language"), IN_EVERY_LANGUAGE)
def test_the_words_of_a_letter_hold_no_content_of_a_case(letter: str, language: str) -> None:
    words = without_facts(letter, language, ONE)
    content = r"dreig|threat|camera|alarm|\bslot|\block|woning|\bhuis|\bhome|gezin|famil|partner|€|euro|@|\d{4}"
    assert re.findall(content, words, re.IGNORECASE) == []
    assert "Geachte heer of mevrouw,\n" in words or "Dear Sir or Madam,\n" in words
    assert "«link»" in words


@pytest.mark.parametrize(("letter", "language"), IN_EVERY_LANGUAGE)
def test_templates_use_exactly_the_facts_that_the_catalogue_grants(letter: str, language: str) -> None:
    templates = environment(language)
    line = catalogue().letters[letter]
    waiting = [f"letters/{line.folder}/{language}.{part}.j2" for part in ("subject", "body")]
    used: set[str] = set()
    while waiting:
        source = (FOLDER / waiting.pop()).read_text(encoding="utf-8")
        tree = templates.parse(source)
        used |= meta.find_undeclared_variables(tree)
        waiting += [name for name in meta.find_referenced_templates(tree) if name]
    assert used == set(line.facts)


@pytest.mark.parametrize("letter", LETTERS)
def test_a_letter_is_laid_out_without_ragged_lines(letter: str) -> None:
    for language in LANGUAGES:
        body = render(letter, facts(letter), language).body
        assert "\n\n\n" not in body
        assert all(line == line.strip() for line in body.splitlines())
        assert "{" not in body


@pytest.mark.parametrize("letter", LETTERS)
def test_a_missing_fact_is_named_and_no_letter_is_made(letter: str) -> None:
    for key in facts(letter):
        less = {name: fact for name, fact in facts(letter).items() if name != key}
        with pytest.raises(NotificationsError, match=rf"needs {key}\."):
            render(letter, less)


@pytest.mark.parametrize("letter", LETTERS)
def test_a_fact_that_is_not_of_the_letter_is_refused(letter: str) -> None:
    with pytest.raises(NotificationsError, match=r"may not hold home_address\."):
        render(letter, facts(letter) | {"home_address": "Dorpsstraat 1"})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("due_on", "7 april 2026"),
        ("due_on", "2026-02-30"),
        ("due_on", "20260407"),
        ("due_on", 20260407),
        ("days_left", "14"),
        ("days_left", True),
        ("term", "camera's aan de voordeur"),
        ("term", ["takeover"]),
        ("link", "javascript:alert(1)"),
        ("link", "https://portaal.example.org/ en nog iets"),
        ("link", "https://portaal.example.org/\nBcc: x@example.org"),
        ("reference", ""),
        ("reference", " VA-1"),
        ("reference", "VA-1\r\nBcc: x@example.org"),
        ("reference", "VA-1\u2028tweede regel"),
        ("reference", "VA-1\u202eomgekeerd"),
        ("reference", "V" * 121),
        ("reference", None),
    ],
)
def test_a_fact_that_is_not_of_its_kind_is_refused_and_not_repeated(key: str, value: object) -> None:
    with pytest.raises(NotificationsError, match=f"fact {key} of the letter reminder must be") as refusal:
        render("reminder", facts("reminder") | {key: value})
    assert str(value) not in str(refusal.value) or len(str(value)) < 3


@pytest.mark.parametrize("cases", ["VA-1", ["VA-1 en meer"], [7], ["VA-1"] * 101, ["VA-1\n"], [""]])
def test_a_digest_names_references_and_nothing_else(cases: object) -> None:
    with pytest.raises(NotificationsError, match=r"fact cases of the letter digest must be"):
        render("digest", facts("digest") | {"cases": cases})


def test_a_digest_for_someone_without_assigned_work_names_no_case() -> None:
    assert "geen" in render("digest", facts("digest") | {"cases": []}).body


def test_an_article_is_one_of_the_regulation_and_cannot_disclose_a_domain() -> None:
    with pytest.raises(NotificationsError, match=r"fact article .* must be 2\.9, 3\.9 or 4\.9"):
        render("advice-adopted", facts("advice-adopted") | {"article": "3.3.4"})


@pytest.mark.parametrize("planted", ['<b>vet</b> & "zo" \'n', "{{ 7 * 7 }}{% raw %}", "&lt;script&gt;"])
def test_markup_in_a_fact_stays_the_text_that_it_is(planted: str) -> None:
    rendered = render("reminder", facts("reminder") | {"reference": planted})
    assert planted in rendered.subject
    assert f"Kenmerk: {planted}\n" in rendered.body
    assert "?taal=nl&veilig=ja\n" in rendered.body


@pytest.mark.parametrize("name", ["anything.html.j2", "letters/refusal/nl.body.html.j2"])
def test_a_part_in_html_would_be_escaped_and_a_part_in_plain_text_is_not(name: str) -> None:
    escapes = environment("nl").autoescape
    assert callable(escapes)
    assert escapes(name)
    assert not escapes("letters/refusal/nl.body.j2")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_template_that_uses_an_unknown_fact_fails(language: str) -> None:
    with pytest.raises(UndefinedError, match="'household' is undefined"):
        environment(language).from_string("Beste {{ household }}").render(facts("refusal"))


def test_an_unknown_letter_is_refused_with_the_known_ones() -> None:
    with pytest.raises(NotificationsError, match=r"No letter is called 'birthday'; there are .*refusal"):
        render("birthday", {})


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(NotificationsError, match="nl and en, not in 'fy'"):
        render("refusal", facts("refusal"), "fy")


def test_dates_are_written_as_people_write_them() -> None:
    assert "op 2 januari 2026" in render("confirmation-of-receipt", facts("confirmation-of-receipt")).body
    assert "on 2 January 2026" in render("confirmation-of-receipt", facts("confirmation-of-receipt"), "en").body


@pytest.mark.parametrize(
    ("days_left", "nl", "en"),
    [
        (14, "U hebt nog 14 dagen.", "You have 14 days left."),
        (1, "U hebt nog 1 dag.", "You have 1 day left."),
        (0, "eindigt vandaag, 7 april 2026.", "ends today, 7 April 2026."),
        (-1, "Dat is 1 dag geleden.", "That is 1 day ago."),
        (-3, "Dat is 3 dagen geleden.", "That is 3 days ago."),
    ],
)
def test_a_reminder_counts_the_days_that_are_left_or_gone(days_left: int, nl: str, en: str) -> None:
    for language, words in (("nl", nl), ("en", en)):
        reminder = facts("reminder") | {"days_left": days_left}
        assert words in render("reminder", reminder, language).body


@pytest.mark.parametrize("letter", DECISIONS)
def test_a_decision_says_how_until_when_and_where_to_object(letter: str) -> None:
    nl, en = (render(letter, facts(letter), language).body for language in LANGUAGES)
    assert "bezwaar maken tot en met 18 mei 2026 (artikelen 3:45, 6:7 en 6:8" in nl
    assert "voorlopige voorziening" in nl
    assert "object up to and including 18 May 2026 (articles 3:45, 6:7 and 6:8" in en
    assert "provisional measure" in en


def test_the_ground_of_a_refusal_is_written_out_and_not_abbreviated() -> None:
    refusal = facts("refusal") | {"ground": "REG x.9(5)(a)"}
    regulation = "Regeling rechtspositie decentrale politieke ambtsdragers"
    assert f": {regulation} 2.9, 3.9 of 4.9(5)(a). " in render("refusal", refusal).body
    assert f": {regulation} 2.9, 3.9 or 4.9(5)(a). " in render("refusal", refusal, "en").body


def test_the_handoff_names_112_first_then_the_police_and_does_not_say_what_was_reported_or_by_whom() -> None:
    body = render("threat-handoff", facts("threat-handoff")).body
    assert body.startswith("Geachte heer of mevrouw,\n\nIs er nu direct gevaar? Bel 112.\n")
    assert "contact op met de politie" in body
    assert "uw melding" not in body


@pytest.mark.parametrize("letter", [*DECISIONS, "loan-granted", "objection-decision"])
def test_the_subject_of_a_decision_does_not_disclose_the_outcome(letter: str) -> None:
    nl, en = (render(letter, facts(letter), language).subject for language in LANGUAGES)
    assert re.fullmatch(
        r"Veiligadvies \S+: (besluit|beslissing) (op uw (aanvraag|verzoek|bezwaar)|over een betaling)", nl
    )
    assert re.fullmatch(r"Veiligadvies \S+: decision on (your (application|request|objection)|a payment)", en)


@pytest.mark.parametrize("letter", DECISIONS)
def test_every_decision_rests_on_the_articles_of_its_remedy(letter: str) -> None:
    assert {"Awb 3:45", "Awb 6:7", "Awb 6:8"} <= set(catalogue().letters[letter].articles)


def test_every_decision_that_we_know_of_carries_the_remedy_of_objection() -> None:
    assert set(DECISIONS) == {
        "application-lapsed",
        "interest-decision",
        "loan-declined",
        "no-measures",
        "not-processed",
        "payment-decision",
        "penalty-decision",
        "refusal",
        "second-home-declined",
    }


@pytest.mark.parametrize(
    ("outcome", "nl", "en"),
    [
        ("founded", "Uw bezwaar is gegrond: ", "Your objection is founded: "),
        ("unfounded", "Uw bezwaar is ongegrond: ", "Your objection is unfounded: "),
        ("inadmissible", "Uw bezwaar is niet-ontvankelijk: ", "Your objection is inadmissible: "),
    ],
)
def test_a_decision_on_an_objection_says_its_outcome_and_the_way_to_the_court(outcome: str, nl: str, en: str) -> None:
    values = facts("objection-decision") | {"outcome": outcome}
    dutch, english = (render("objection-decision", values, language).body for language in LANGUAGES)
    assert nl in dutch
    assert "beroep instellen bij de rechtbank tot en met 13 augustus 2026 (artikelen 6:7, 6:8 en 8:1" in dutch
    assert "voorlopige voorziening" in dutch
    assert "bezwaar maken" not in dutch
    assert en in english
    assert "appeal to the district court up to and including 13 August 2026 (articles 6:7, 6:8 and 8:1" in english


@pytest.mark.parametrize(("letter", "language"), IN_EVERY_LANGUAGE)
def test_a_subject_fits_on_the_screen_of_a_telephone(letter: str, language: str) -> None:
    reference = {"reference": "VA-2026-AB12CD34"}
    assert len(render(letter, facts(letter) | reference, language).subject) < 80


NOT_NAMED = {"Awb 4:3a", "Awb afdeling 2.3 (Wmebv)"}
"""A receipt names the division that it rests on in its own words."""
LAWS = {
    "Awb": {"nl": "Algemene wet bestuursrecht", "en": "Algemene wet bestuursrecht"},
    "AVG": {"nl": "Algemene verordening gegevensbescherming", "en": "General Data Protection Regulation"},
}


@pytest.mark.parametrize(("letter", "language"), IN_EVERY_LANGUAGE)
def test_a_letter_names_every_article_that_it_rests_on(letter: str, language: str) -> None:
    line = catalogue().letters[letter]
    body = render(letter, facts(letter), language).body
    for article in set(line.articles) - NOT_NAMED:
        law, number = article.split(" ", 1)
        place = re.split(r"[(]", number)[0]
        if law == "REG":
            either = {"nl": "2.9, 3.9 of 4.9", "en": "2.9, 3.9 or 4.9"}[language]
            assert str(ONE["article"]) in body if "article" in line.facts else either in body, article
            assert "Regeling rechtspositie decentrale politieke ambtsdragers" in body
        else:
            assert re.search(rf"(?<![0-9:]){place}(?![0-9])", body), article
            assert LAWS[law][language] in body


@pytest.mark.parametrize("letter", LETTERS)
def test_free_text_in_a_letter_names_a_case_a_provision_or_an_organisation_and_never_a_person(letter: str) -> None:
    free = {key for key, kind in catalogue().letters[letter].facts.items() if kind == "text"}
    assert free <= {"reference", "ground", "successor"}


HEARS_NO_OR_LATER = [
    "application-lapsed",
    "confirmation-of-receipt",
    "delay-notice",
    "loan-declined",
    "loan-return",
    "measure-not-possible",
    "no-measures",
    "not-processed",
    "objection-put-off",
    "office-ended",
    "refusal",
    "refusal-intended",
    "second-home-declined",
]


@pytest.mark.parametrize("letter", HEARS_NO_OR_LATER)
def test_a_letter_that_refuses_or_delays_says_where_to_get_help_at_once(letter: str) -> None:
    assert "Bel 112 als er direct gevaar is" in render(letter, facts(letter)).body
    assert "Call 112 if there is immediate danger" in render(letter, facts(letter), "en").body


@pytest.mark.parametrize("letter", ["death-recorded", "loan-estate"])
def test_after_a_death_the_employer_is_written_to_without_haste_and_without_a_death_in_the_subject(letter: str) -> None:
    written = render(letter, facts(letter))
    assert written.subject == "Veiligadvies VA-2026-000123: een bericht voor u als werkgever"
    assert "veel sterkte" in written.body
    assert "heeft geen haast" in written.body
    assert "nabestaanden niet aan" in written.body
    assert not re.search(r"\b(termijn|uiterlijk|moet u|bezwaar)\b", written.body)


@pytest.mark.parametrize(("letter", "language"), IN_EVERY_LANGUAGE)
def test_a_letter_speaks_plainly(letter: str, language: str) -> None:
    body = render(letter, facts(letter) | {"reference": "VA"}, language).body
    stiff = (
        r"\b(middels|teneinde|derhalve|dienaangaande|voornoemd\w*|desbetreffend\w*|conform|hereby|pursuant|aforesaid)\b"
    )
    assert re.findall(stiff, body, re.IGNORECASE) == []
    sentences = re.split(r"(?<=[.?!:])\s+", re.sub(r"\([^)]*\)", "", body))
    assert max(len(sentence.split()) for sentence in sentences) <= 32
