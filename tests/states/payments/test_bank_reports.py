"""Bank reports on payments: accepted is not paid, and rejected is returned with its reason."""

import pytest
from banking import Line, bring, fill_three, lines, order, statement, states
from office import DAY, FINANCE, GOUDVEEN, START, ZILVERDAM, do, person, problems, refused, row, rows, snapshot
from prepared_databases import Prepared
from sqlalchemy import Engine

from rules.core.roles import ENGINE, Role
from states.errors import BankFileRefusedError
from states.formats.bank_reason_codes import REASONS, STATUSES, reason_in_words, status_in_words
from states.formats.demonstration_bank import report
from states.tables.payments import BankMessage, Payable, PaymentBatch
from states.tables.work import WorkItem

ON = START.date()


@pytest.fixture
def engine(prepared: Prepared) -> Engine:
    return prepared("three-exported", fill_three)


@pytest.mark.parametrize("status", ["RCVD", "PDNG", "ACTC", "ACCP", "ACSP", "ACSC", "RCVC"])
def test_accepted_is_not_paid(engine: Engine, status: str) -> None:
    bring(engine, report(order(engine), told_on=ON, status=status))
    assert row(engine, PaymentBatch).bank_status == status
    assert states(engine) == ["batched"] * 3
    assert row(engine, PaymentBatch).state == "exported"
    expected = None if status == "RCVC" else status  # the verification of payees is of the file, not of each payment
    assert [line.bank_status for line in lines(engine)] == [expected] * 3


@pytest.mark.parametrize("version", ["10", "03"])
def test_a_rejected_payment_is_returned_to_approval_with_its_reason_and_the_others_stay(
    engine: Engine, version: str
) -> None:
    first, *others = lines(engine)
    file = report(order(engine), told_on=ON, rejected={first.end_to_end: "AC04"})
    bring(engine, file.replace(b"pain.002.001.10", f"pain.002.001.{version}".encode()))
    assert states(engine) == ["returned", "batched", "batched"]
    assert row(engine, Payable, Payable.id == first.payable).return_reason == "AC04"
    assert [line.counts for line in lines(engine)] == [False, True, True]
    assert row(engine, PaymentBatch).bank_status == "PART"
    open_now = [item for item in rows(engine, WorkItem, WorkItem.subject == first.payable) if item.done_at is None]
    assert [(item.action, item.role) for item in open_now] == [("approve", "approver")]
    bring(engine, statement(*(Line(f"-{line.amount}", line.end_to_end) for line in others)), days=2)
    assert states(engine) == ["returned", "paid", "paid"]
    assert row(engine, PaymentBatch).state == "settled"
    assert problems(engine) == []


@pytest.mark.parametrize("level", ["payments", "batch", "group"])
def test_an_order_rejected_as_a_whole_ends_and_all_its_payments_are_returned(engine: Engine, level: str) -> None:
    sent = order(engine)
    if level == "payments":
        file = report(sent, told_on=ON, rejected={line.end_to_end: "AM04" for line in lines(engine)})
    else:
        reason = b"<StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf>"
        tag = b"</PmtInfSts>" if level == "batch" else b"</GrpSts>"
        file = report(sent, told_on=ON, status="RJCT").replace(tag, tag + reason)
        if level == "group":
            start, end = file.index(b"<OrgnlPmtInfAndSts>"), file.index(b"</CstmrPmtStsRpt>")
            file = file[:start] + file[end:]
    bring(engine, file)
    assert states(engine) == ["returned"] * 3
    assert row(engine, PaymentBatch).state == "rejected"
    assert {item.return_reason for item in rows(engine, Payable)} == {"AM04"}
    again = row(engine, PaymentBatch)
    assert refused(lambda: do(engine, "payment-batch", again.id, "withdraw", by=FINANCE)) == ["chart.state"]
    assert problems(engine) == []


def test_the_same_report_twice_changes_nothing(engine: Engine) -> None:
    file = report(order(engine), told_on=ON, rejected={lines(engine)[0].end_to_end: "AC04"})
    taken = bring(engine, file, by=ENGINE)
    before = snapshot(engine)
    again = bring(engine, file, days=3)
    assert (again.again, again.message.id) == (True, taken.message.id)
    assert snapshot(engine) == before
    assert row(engine, BankMessage).kind == "pain.002"


def test_a_report_that_rejects_a_booked_payment_changes_nothing_and_someone_asks_the_bank(engine: Engine) -> None:
    first = lines(engine)[0]
    bring(engine, statement(Line(f"-{first.amount}", first.end_to_end)))
    bring(engine, report(order(engine), told_on=ON, rejected={first.end_to_end: "AC04"}), days=2)
    assert states(engine) == ["paid", "batched", "batched"]
    (item,) = rows(engine, WorkItem, WorkItem.action == "assess-bank-report")
    assert (item.subject, item.role, item.done_at) == (row(engine, PaymentBatch).id, "finance", None)


def test_a_booking_after_the_rejection_waits_for_a_person_who_can_make_it_paid(engine: Engine) -> None:
    first = lines(engine)[0]
    bring(engine, report(order(engine), told_on=ON, rejected={first.end_to_end: "AC04"}))
    (entry,) = bring(engine, statement(Line(f"-{first.amount}", first.end_to_end)), days=2).entries
    assert entry.finding is not None
    assert entry.finding["rule"] == "bank.entry-once"
    assert states(engine)[0] == "returned"
    body = {"message": entry.message, "position": 1, "payment": first.end_to_end, "reasons": "The bank paid after all."}
    do(engine, "organisation", ZILVERDAM, "match-bank-entry", by=FINANCE, at=START + 3 * DAY, body=body)
    assert states(engine)[0] == "paid"
    assert problems(engine) == []


def test_a_report_on_another_order_is_refused_whole_with_its_line(engine: Engine) -> None:
    batch = str(row(engine, PaymentBatch).message_id).encode()
    first = lines(engine)[0].end_to_end.encode()
    file = report(order(engine), told_on=ON, rejected={first.decode(): "AC04"})
    before = snapshot(engine)
    for old, new, line, words in (
        (b"<OrgnlMsgId>" + batch, b"<OrgnlMsgId>OTHER", None, "none of your employer's"),
        (b"<OrgnlPmtInfId>" + batch, b"<OrgnlPmtInfId>OTHER", 5, "has no PmtInfId OTHER"),
        (first, b"OTHER-1", 6, "holds no payment OTHER-1"),
    ):
        assert old in file
        with pytest.raises(BankFileRefusedError, match=words) as caught:
            bring(engine, file.replace(old, new))
        assert caught.value.line == line
    with pytest.raises(BankFileRefusedError, match="none of your employer's"):
        bring(engine, file, by=person(Role.FINANCE, GOUDVEEN))
    assert snapshot(engine) == before


def test_every_code_has_words_in_both_languages_and_an_unknown_one_is_shown_as_it_is() -> None:
    for table in (STATUSES, REASONS):
        for code, words in table.items():
            assert len(code) == 4
            assert words.en != words.nl
    assert reason_in_words("AC04") == ("the account was closed", "de rekening is opgeheven")
    assert reason_in_words("ZZ99") == ("ZZ99", "ZZ99")
    assert status_in_words("ACSC") is not None
    assert status_in_words(None) is reason_in_words(None) is None
