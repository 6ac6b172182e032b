"""Decision replay: a receipt line gives the same outcome, or that of the rules of another day."""

import json
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from refused_facts import DAY, ON, REFUSED_FACTS

from rules.core import dated_values, decision_replay
from rules.core.decision_replay import Rerun, rerun, version_of
from rules.core.regulation import LegalBasis, PublicOffice
from rules.core.roles import Role
from rules.core.rule import REGISTRY, Bilingual
from rules.payments.amounts import iban_valid, line_adds_up
from rules.procedure.objections import Against
from states.storage.canonical_json import plain


def kept(rule_id: str, private: tuple[str, ...] = (), **facts: Any) -> dict[str, Any]:
    """The receipt line that is stored for a rule that was checked, as it is read from the database."""
    judgement = REGISTRY[rule_id].judge(**facts)
    line = {
        "rule": rule_id,
        "facts": {name: fact for name, fact in facts.items() if name not in private},
        "values": {read.name: read.mark for read in judgement.values},
        "objects": judgement.finding is not None,
    }
    stored: dict[str, Any] = json.loads(json.dumps(plain(line)))
    return stored


def forget_what_was_computed() -> None:
    """Empty the caches of calendars and terms; what they read belongs in no receipt, because it is read only once."""
    for name in [name for name in sys.modules if name.startswith("rules.") and not name.startswith("rules.core")]:
        for found in vars(sys.modules[name]).values():
            if hasattr(found, "cache_clear"):
                found.cache_clear()


@pytest.mark.parametrize("rule_id", sorted(REGISTRY))
def test_the_facts_of_every_rule_can_be_read_back(rule_id: str) -> None:
    assert decision_replay._kinds(rule_id).keys() >= decision_replay.required(REGISTRY[rule_id])


@pytest.mark.parametrize(("rule_id", "facts"), REFUSED_FACTS, ids=lambda part: part if isinstance(part, str) else "")
def test_an_objection_is_the_same_when_asked_again(rule_id: str, facts: dict[str, Any]) -> None:
    forget_what_was_computed()  # the first receipt must not name more values than the next one
    again = rerun(kept(rule_id, **facts))
    assert again.same
    assert again.finding == REGISTRY[rule_id](**facts)


def test_amounts_lists_and_pairs_of_days_are_read_back_unchanged() -> None:
    line = kept(
        line_adds_up.id,
        net=Decimal("100.00"),
        vat_rate=Decimal(21),
        vat=Decimal("21.00"),
        gross=Decimal("121.00"),
        on=ON,
    )
    assert rerun(line).same
    assert line["values"].keys() == {"vat_rates"}
    spans = [(ON - DAY, ON), (ON, None)]
    line = kept("gate.certificate", legal_basis=LegalBasis.HOME_MEASURE, certificates=spans, on=ON)
    assert decision_replay.facts_of(REGISTRY["gate.certificate"], line["facts"]) == {
        "legal_basis": LegalBasis.HOME_MEASURE,
        "certificates": spans,
        "on": ON,
    }
    assert rerun(line).same


@pytest.mark.parametrize(
    ("under", "same", "words"),
    [
        (date(2026, 1, 1), True, ""),
        (date(2025, 12, 31), False, "It objects: By row"),
    ],
)
def test_the_table_before_2026_did_not_ask_whether_the_police_knows(under: date, same: bool, words: str) -> None:
    facts = {"kind": "death-threat", "source": "third-party", "occurred_on": ON, "reported": True, "on": ON}
    line = kept("urgency.class-by-table", **facts, row="U3", urgency="acute")
    again = rerun(line, under)
    assert again.same == same
    assert words in " ".join(item.en for item in again.differences)
    if not same:
        assert [(other.name, other.since) for other in again.others] == [("urgency_table", date(2021, 1, 1))]
        assert "from 2021-01-01" in again.differences[1].en
        assert "De regel maakt bezwaar" in again.differences[0].nl


@pytest.mark.parametrize(("under", "in_force"), [(date(2024, 1, 1), True), (date(2023, 12, 31), False)])
def test_a_rule_of_the_scheme_of_2024_is_not_in_force_before_it(under: date, in_force: bool) -> None:
    again = rerun(kept("step.takeovers-done", waiting=[]), under)
    assert again.same == again.ran == in_force
    assert ("Not in force" in str(again.differences)) == (not in_force)
    assert ("Niet van kracht" in str(again.differences)) == (not in_force)


def test_a_value_unknown_on_that_day_is_an_answer() -> None:
    line = kept("eligibility.office-in-scope", office=PublicOffice.MAYOR, on=ON)
    before = REGISTRY["eligibility.office-in-scope"]
    old = replace(before, since=date(2000, 1, 1))
    REGISTRY[before.id] = old
    try:
        again = rerun(line, date(2020, 12, 31))
    finally:
        REGISTRY[before.id] = before
    assert not again.ran
    assert again.rule == before.id
    assert "unknown: add a version of offices_in_scope for 2020-12-31" in again.differences[0].en
    assert "onbekend: voeg een versie van offices_in_scope" in again.differences[0].nl


def test_a_rule_that_read_content_cannot_be_run_again() -> None:
    line = kept(iban_valid.id, private=("iban",), iban="NL02ABNA0123456789")
    assert "NL02" not in str(line)
    for again in (rerun(line), rerun(line, ON)):
        assert not again.ran
        assert "cannot be run again: it read content (iban)" in again.differences[0].en


def test_a_changed_value_is_named_with_its_current_value(monkeypatch: pytest.MonkeyPatch) -> None:
    line = kept("eligibility.acting", office=PublicOffice.WATER_BOARD_CHAIR, acting_since=ON - 30 * DAY, on=ON)
    assert line["objects"]
    (held,) = dated_values.versions()["acting_days"]
    edited = replace(held, value={**held.value, "water-board-chair": 29})
    monkeypatch.setattr(dated_values, "versions", lambda: {"acting_days": (edited,)})
    again = rerun(line)
    assert not again.same
    assert [item.en.partition(":")[0] for item in again.differences] == [
        "It has nothing to object.",
        "The value acting_days has changed since",
    ]
    assert again.others == (edited,)
    reads = {**held.value, "water-board-chair": 29}
    assert again.differences[1] == Bilingual(
        f"The value acting_days has changed since: it reads {reads} from 2021-01-01.",
        f"De waarde acting_days is sindsdien gewijzigd: zij luidt {reads} vanaf 2021-01-01.",
    )
    then = rerun(line, ON)
    assert then.differences[1] == Bilingual(
        f"The value acting_days reads {reads} then, from 2021-01-01.",
        f"De waarde acting_days luidt dan {reads}, vanaf 2021-01-01.",
    )


def test_changed_code_is_noticed_by_its_finding_and_the_values_it_reads() -> None:
    line = kept("eligibility.office-in-scope", office=PublicOffice.MAYOR, on=ON)
    assert "The code has changed since." in [item.en for item in rerun({**line, "objects": True}).differences]
    other = rerun({**line, "values": {**line["values"], "acting_days": "0" * 16}})
    assert [item.en for item in other.differences] == ["The code has changed since: it does not read acting_days."]
    assert "takes other facts now" in rerun({**line, "facts": {**line["facts"], "moon": 1}}).differences[0].en
    assert "takes other facts now" in rerun({**line, "facts": {**line["facts"], "office": "pope"}}).differences[0].en
    assert "no rule any more" in rerun({**line, "rule": "eligibility.phase-of-the-moon"}).differences[0].en


def test_a_mark_identifies_the_version_that_was_read() -> None:
    held = dated_values.version("offices_in_scope", ON)
    assert version_of("offices_in_scope", held.mark) == held
    assert version_of("offices_in_scope", "0" * 16) is None
    assert version_of("phase_of_the_moon", held.mark) is None


def test_every_difference_is_worded_in_both_languages() -> None:
    line = kept("eligibility.office-in-scope", office=PublicOffice.WATER_BOARD_CHAIR, on=ON)
    for again in (rerun(line, date(2023, 12, 31)), rerun({**line, "objects": True}), rerun({**line, "rule": "no"})):
        assert again.differences
        assert all(
            isinstance(item, Bilingual) and item.en and item.nl and item.en != item.nl for item in again.differences
        )


def refusal_of(again: Rerun) -> tuple[str, bool, list[tuple[str, str]]]:
    return again.rule, again.ran, [(item.en, item.nl) for item in again.differences]


def test_a_rule_that_cannot_be_run_again_says_why_word_for_word() -> None:
    name = "eligibility.office-in-scope"
    line = kept(name, office=PublicOffice.MAYOR, on=ON)
    other_facts = (
        "It cannot be run again: it takes other facts now, the code has changed since.",
        "De regel kan niet opnieuw worden gevraagd: hij vraagt nu andere feiten, de code is sindsdien gewijzigd.",
    )
    assert refusal_of(rerun({**line, "facts": {**line["facts"], "office": "pope"}})) == (name, False, [other_facts])
    read_content = (
        "It cannot be run again: it read content (office, on), which no receipt holds.",
        "De regel kan niet opnieuw worden gevraagd: hij las inhoud (office, on), en die staat in geen verslag.",
    )
    assert refusal_of(rerun({**line, "facts": {}})) == (name, False, [read_content])
    gone = (
        "It is no rule any more: the code has changed since.",
        "Dit is geen regel meer: de code is sindsdien gewijzigd.",
    )
    assert refusal_of(rerun({**line, "rule": "moon.is-full"})) == ("moon.is-full", False, [gone])
    before = (
        "Not in force on 2020-12-31: it holds from 2021-01-01.",
        "Niet van kracht op 2020-12-31: de regel geldt vanaf 2021-01-01.",
    )
    assert refusal_of(rerun(line, date(2020, 12, 31))) == (name, False, [before])


def test_a_rule_that_ended_says_until_when_it_was_in_force() -> None:
    line = kept("provision.home-maximum", spent=Decimal("2400.01"), on=date(2023, 12, 31))
    after = (
        "Not in force on 2024-01-01: it holds from 2021-01-01 through 2023-12-31.",
        "Niet van kracht op 2024-01-01: de regel geldt vanaf 2021-01-01 tot en met 2023-12-31.",
    )
    assert refusal_of(rerun(line, date(2024, 1, 1))) == ("provision.home-maximum", False, [after])
    assert rerun(line, date(2023, 12, 31)).same


def test_a_rule_that_cannot_answer_says_what_is_missing() -> None:
    line = kept("objection.handled-by", role=Role.EMPLOYER, against=Against.PENALTY, on=ON)
    held = dated_values.versions()["objection_decided_by"]
    dated_values.versions()["objection_decided_by"] = tuple(replace(each, value={}) for each in held)
    try:
        again = rerun(line)
    finally:
        dated_values.versions()["objection_decided_by"] = held
    assert refusal_of(again) == ("objection.handled-by", False, [("unknown: 'penalty'", "onbekend: 'penalty'")])


def test_a_rule_run_again_names_itself_its_finding_and_the_values_it_read() -> None:
    line = kept("eligibility.office-in-scope", office=PublicOffice.MUNICIPAL_COUNCILLOR, on=ON)
    again = rerun({**line, "objects": False})
    held = dated_values.version("offices_in_scope", ON)
    assert (again.rule, again.ran, again.values, again.others) == ("eligibility.office-in-scope", True, (held,), ())
    assert again.finding == REGISTRY[again.rule](office=PublicOffice.MUNICIPAL_COUNCILLOR, on=ON)
    assert again.finding is not None
    assert [(item.en, item.nl) for item in again.differences] == [
        (f"It objects: {again.finding.message}", f"De regel maakt bezwaar: {again.finding.message_nl}"),
        ("The code has changed since.", "De code is sindsdien gewijzigd."),
    ]


def test_a_receipt_without_values_and_one_with_others_say_so() -> None:
    line = kept("eligibility.office-in-scope", office=PublicOffice.MAYOR, on=ON)
    without = {key: part for key, part in line.items() if key != "values"}
    (held,) = rerun(without).others
    assert held == dated_values.version("offices_in_scope", ON)
    no_bezwaar = rerun({**line, "objects": True}).differences[0]
    assert no_bezwaar == Bilingual("It has nothing to object.", "De regel heeft geen bezwaar.")
    unread = rerun({**line, "values": {**line["values"], "b": "0", "a": "0"}})
    assert [(item.en, item.nl) for item in unread.differences] == [
        (
            "The code has changed since: it does not read a, b.",
            "De code is sindsdien gewijzigd: zij leest niet a, b.",
        )
    ]


def test_what_a_rule_returns_is_not_one_of_its_facts() -> None:
    assert all("return" not in decision_replay._kinds(rule_id) for rule_id in REGISTRY)
