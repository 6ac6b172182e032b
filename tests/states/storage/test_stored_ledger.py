"""Stored ledger: entries and receipts written by an earlier version keep their hashes, columns and answers.

``stored_ledger.jsonl`` holds whole streams of a fictional office; ``stored_receipts.jsonl`` holds receipt lines of
every rule. Both were written by an earlier version, and are never written again.
"""

import importlib
import json
import pkgutil
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

import rules
from rules.core.decision_replay import rerun
from rules.core.rule import REGISTRY
from rules.core.translations import DatedFact, PastAct
from states.storage.canonical_json import canonical, plain
from states.storage.replay import fold, recorded_tables
from states.storage.verification import chain_problems
from states.tables.ledger import LedgerEntry, Stream, StreamKind

for module in pkgutil.walk_packages(rules.__path__, "rules."):
    importlib.import_module(module.name)

FOLDER = Path(__file__).parent
CANNOT_RUN_AGAIN = {
    # Content: the receipt does not hold the account number.
    '{"facts":{},"objects":false,"rule":"payable.iban-valid","values":{}}',
    # A fact that only a test made up; no event names it.
    (
        '{"facts":{"day":"2026-03-02","earlier":"the takeover","earliest":"2026-03-03","what":"The moon"}'
        ',"objects":true,"rule":"step.not-before","values":{}}'
    ),
}
"""The stored receipt lines that this version cannot run again."""


def stored(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text("utf-8").splitlines()]


def ledger() -> dict[str, tuple[StreamKind, list[LedgerEntry]]]:
    """The stored entries by stream, each with its kind."""
    streams: dict[str, tuple[StreamKind, list[LedgerEntry]]] = {}
    for line in stored("stored_ledger.jsonl"):
        kind = StreamKind(line.pop("kind"))
        entry = LedgerEntry(**{**line, "at": datetime.fromisoformat(line["at"])})
        streams.setdefault(entry.stream, (kind, []))[1].append(entry)
    return streams


def receipts() -> dict[str, list[dict[str, Any]]]:
    """The stored receipt lines by rule: those of the register and those in the stored ledger."""
    by_rule: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in stored("stored_receipts.jsonl"):
        by_rule[line["rule"]].append(line)
    for _, entries in LEDGER.values():
        for line in (line for entry in entries for line in entry.receipt):
            if line not in by_rule[line["rule"]]:
                by_rule[line["rule"]].append(line)
    return by_rule


LEDGER = ledger()
RECEIPTS = receipts()


ADDED_SINCE = {
    "document.shown",
    "handoff.signal-held-back",
    "step.adviser-free",
    "step.adviser-there",
    "step.interview-on-open-day",
    "step.interview-within-horizon",
}
"""Rules that no receipt of then can name."""


def test_the_stored_ledger_holds_an_application_from_receipt_to_closing_and_a_stream_of_each_other_kind() -> None:
    assert {kind for kind, _ in LEDGER.values()} == set(StreamKind) - {StreamKind.LOAN}
    after = {
        stream: [entry.after for entry in entries if entry.chart == "application"]
        for stream, (_, entries) in LEDGER.items()
    }
    assert {states[-1] for states in after.values() if states} == {"closed", "refused", "withdrawn"}
    assert {"pay", "close"} <= {entry.event for entry in LEDGER["VA-2026-CBDAQEN4"][1]}


@pytest.mark.parametrize("stream", sorted(LEDGER))
def test_a_stored_chain_still_has_its_hashes_and_its_order(stream: str) -> None:
    kind, entries = LEDGER[stream]
    last = entries[-1]
    head = Stream(id=stream, kind=kind, seq=len(entries), head=last.hash, last_at=last.at)
    assert list(chain_problems(head, entries)) == []


@pytest.mark.parametrize("stream", sorted(LEDGER))
def test_the_fold_of_a_stored_stream_gives_rows_of_known_tables_with_the_same_values(stream: str) -> None:
    known = recorded_tables()
    for key, facts in fold(LEDGER[stream][1]).items():
        name, _, primary = key.partition(":")
        fields = known[name].model_fields
        assert primary, key
        assert sorted(facts.keys() - fields.keys()) == [], f"{key} has columns that its table does not know"
        read = {column: TypeAdapter(fields[column].annotation).validate_python(facts[column]) for column in facts}
        assert plain(read) == facts, key


def test_the_last_state_of_a_stored_application_is_the_one_of_its_last_event() -> None:
    rows = fold(LEDGER["VA-2026-CBDAQEN4"][1])
    assert rows["application:VA-2026-CBDAQEN4"]["state"] == "closed"
    assert [row["state"] for key, row in rows.items() if key.startswith("payable:")] == ["paid"]


def test_the_stored_receipts_name_every_rule_of_then() -> None:
    assert REGISTRY.keys() - RECEIPTS.keys() == ADDED_SINCE


@pytest.mark.parametrize("rule_id", sorted(RECEIPTS))
def test_a_stored_receipt_line_says_the_same_when_it_is_run_again(rule_id: str) -> None:
    changed = {canonical(line).decode(): rerun(line) for line in RECEIPTS[rule_id] if not rerun(line).same}
    assert {line: result.differences for line, result in changed.items() if line not in CANNOT_RUN_AGAIN} == {}


def test_the_receipt_lines_that_cannot_be_run_again_are_known() -> None:
    lines = [line for found in RECEIPTS.values() for line in found]
    assert {canonical(line).decode() for line in lines if not rerun(line).ran} == CANNOT_RUN_AGAIN


def test_an_enumeration_of_facts_is_written_to_a_receipt_as_its_english_text() -> None:
    assert canonical(plain({"what": DatedFact.RECEIPT, "earlier": {PastAct.APPLIED: "a"}})) == (
        b'{"earlier":{"applied for this":"a"},"what":"The receipt"}'
    )
