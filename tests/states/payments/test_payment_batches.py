"""Payment batches: each approved payable is in one batch, and a sealed batch does not change."""

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from threading import Barrier

import pytest
from banking import order
from batches import build, fill_approved, fill_exported, fill_sealed, step
from office import (
    APPROVER,
    DAY,
    FINANCE,
    GOUDVEEN,
    RELEASER,
    START,
    ZILVERDAM,
    do,
    person,
    problems,
    refused,
    row,
    rows,
)
from prepared_databases import Prepared

from rules.core.roles import Role
from states.errors import RefusedError, StatesError
from states.jobs.due_batches import build_due
from states.storage.database import transaction
from states.tables.application import Measure
from states.tables.payments import BatchLine, Payable, PaymentBatch


def test_a_batch_holds_everything_approved_and_its_sums(prepared: Prepared) -> None:
    engine = prepared("approved", fill_approved)
    batch = build(engine)
    lines = rows(engine, BatchLine)
    assert (batch.count, batch.total) == (3, sum(item.amount for item in lines))
    assert {item.payable for item in lines} == {item.id for item in rows(engine, Payable)}
    assert {item.state for item in rows(engine, Payable)} == {"batched"}
    assert refused(lambda: build(engine)) == ["batch.not-empty"]


def test_of_two_batches_built_at_once_no_payable_is_in_both(prepared: Prepared) -> None:
    engine = prepared("approved", fill_approved)
    start = Barrier(4)

    def builder(number: int) -> str:
        start.wait()
        try:
            if number % 2:
                with transaction(engine) as session:
                    return " ".join(build_due(session, at=START + DAY))
            return build(engine).id
        except RefusedError as error:
            return error.findings[0].rule

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(builder, range(4)))
    lines = rows(engine, BatchLine)
    assert len(lines) == len({item.payable for item in lines}) == 3
    assert sum(name.startswith("batch-") for name in found) == len(rows(engine, PaymentBatch)) == 1
    assert set(found) - {lines[0].batch} <= {"batch.not-empty", ""}
    assert problems(engine) == []


def test_a_withdrawn_batch_frees_its_payables_for_another(prepared: Prepared) -> None:
    for stop in range(3):
        engine = prepared("approved", fill_approved)
        batch = build(engine)
        for event, by in (("seal", FINANCE), ("release", RELEASER))[:stop]:
            step(engine, batch, event, by)
        step(engine, batch, "withdraw")
        assert {item.state for item in rows(engine, Payable)} == {"approved"}
        assert not any(item.counts for item in rows(engine, BatchLine))
        again = build(engine)
        counting = rows(engine, BatchLine, BatchLine.counts.is_(True))  # type: ignore[attr-defined]
        assert {item.batch for item in counting} == {again.id}
        assert len(counting) == 3
        assert problems(engine) == []


def test_an_exported_batch_is_not_withdrawn(prepared: Prepared) -> None:
    engine = prepared("exported", fill_exported)
    assert refused(lambda: step(engine, row(engine, PaymentBatch), "withdraw")) == ["chart.state"]


def test_the_file_of_a_sealed_batch_is_the_same_byte_for_byte_and_matches_its_seal(prepared: Prepared) -> None:
    engine = prepared("sealed", fill_sealed)
    batch = row(engine, PaymentBatch)
    first = order(engine)
    assert sha256(first).hexdigest() == batch.sha256
    step(engine, batch, "release", RELEASER)
    step(engine, batch, "export")
    assert order(engine) == first
    assert b"Voorbeeldlaan" not in first
    assert b"A. Voorbeeld" not in first


def test_an_approved_payable_can_be_rejected_while_it_is_in_no_batch(prepared: Prepared) -> None:
    engine = prepared("approved", fill_approved)
    wrong = rows(engine, Payable)[0]
    reject = lambda: do(engine, "payable", wrong.id, "reject", by=APPROVER, at=START + DAY, body={"reasons": "R"})  # noqa: E731
    batch = build(engine)
    assert refused(reject) == ["chart.state"]
    step(engine, batch, "withdraw")
    reject()
    assert build(engine).count == 2
    assert {item.invoiced for item in rows(engine, Measure) if item.stream == wrong.stream} == {False}
    assert problems(engine) == []


def test_an_open_batch_has_no_file(prepared: Prepared) -> None:
    engine = prepared("approved", fill_approved)
    build(engine)
    with pytest.raises(StatesError, match="not sealed"):
        order(engine)


def test_a_batch_changed_after_its_seal_is_not_exported(prepared: Prepared) -> None:
    engine = prepared("sealed", fill_sealed)
    batch = row(engine, PaymentBatch)
    step(engine, batch, "release", RELEASER)
    with transaction(engine) as session:
        session.get_one(BatchLine, (batch.id, row(engine, BatchLine).payable)).end_to_end += "9"
    with pytest.raises(StatesError, match="differs from its seal"):
        step(engine, batch, "export")
    assert row(engine, PaymentBatch).state == "released"


WRONG_DAYS = {
    "2026-03-02": "batch.not-in-the-past",
    "2026-03-03": "batch.before-cut-off",  # today, for which the cut-off was yesterday
    "2026-03-07": "batch.on-a-bank-day",
    "2026-03-08": "batch.on-a-bank-day",
    "2026-04-03": "batch.on-a-bank-day",  # Good Friday
    "2026-05-01": "batch.on-a-bank-day",
}


def test_a_batch_is_executed_on_a_bank_day_whose_cut_off_has_not_passed(prepared: Prepared) -> None:
    engine = prepared("approved", fill_approved)
    for day, rule in WRONG_DAYS.items():
        body = {"employer": ZILVERDAM, "executionOn": day}
        found = refused(lambda b=body: do(engine, "payment-batch", None, "build", by=FINANCE, at=START + DAY, body=b))
        assert found == [rule]
    body = {"employer": ZILVERDAM, "executionOn": "2026-04-27"}  # King's Day, on which banks work
    do(engine, "payment-batch", None, "build", by=FINANCE, at=START + DAY, body=body)


def test_a_batch_of_another_employer_is_not_accessible(prepared: Prepared) -> None:
    engine = prepared("approved", fill_approved)
    theirs = {"employer": GOUDVEEN}
    assert refused(lambda: do(engine, "payment-batch", None, "build", by=FINANCE, body=theirs)) == [
        "duty.own-organisation"
    ]
    batch = build(engine)
    stranger = person(Role.FINANCE, GOUDVEEN)
    assert refused(lambda: step(engine, batch, "seal", stranger)) == ["duty.own-organisation"]
