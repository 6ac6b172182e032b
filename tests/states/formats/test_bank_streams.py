"""Bank streams: files of any size are read in chunks, and nothing is missed between two chunks."""

import tracemalloc
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from bank_orders import order, transfer

from states.formats import camt053, pain002
from states.formats.bank_xml import Guarded, refuse_unsafe, stream
from states.formats.demonstration_bank import answer, report
from states.formats.errors import BankFileError, OrderError
from states.formats.pain001 import document

DAY = date(2026, 1, 5)
HEAD = b'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'


class Source:
    """A file that is made while it is read: a statement of many entries."""

    def __init__(self, entries: int) -> None:
        self.parts = iter(self._parts(entries))
        self.rest = b""

    @staticmethod
    def _parts(entries: int) -> Any:
        yield HEAD + b"<BkToCstmrStmt><Stmt><Id>S</Id><Acct><Id><IBAN>NL91ABNA0417164300</IBAN></Id></Acct>"
        for number in range(entries):
            yield (
                b'<Ntry><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>'
                b"2026-01-05</Dt></BookgDt><AcctSvcrRef>R%d</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>E%d"
                b"</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>\n" % (number, number)
            )
        yield b"</Stmt></BkToCstmrStmt></Document>"

    def read(self, size: int) -> bytes:
        while len(self.rest) < size and (part := next(self.parts, None)) is not None:
            self.rest += part
        piece, self.rest = self.rest[:size], self.rest[size:]
        return piece


def test_a_statement_is_read_in_the_memory_of_its_bookings_and_not_of_its_xml() -> None:
    most = 0
    for number, element in enumerate(stream(Source(20_000), "camt.053.001", "BkToCstmrStmt", ("Stmt", "Ntry"))):
        parent = element.getparent()
        if number % 500 == 0 and parent is not None:
            most = max(most, sum(1 for _ in parent.iter()))
    assert most < 6000  # elements in memory: those of the current chunk
    tracemalloc.start()
    found = camt053.read(Source(20_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found.entries) == 20_000
    assert peak / 20_000 < 1000  # bytes for each booking


@pytest.mark.parametrize("word", [b"<!DOCTYPE x>", b'<!ENTITY e "x">', b"<!  \n doctype x>"])
def test_a_forbidden_word_split_over_two_chunks_is_found(word: bytes) -> None:
    for cut in range(len(word) + 1):
        before = b"\n" * 3 + b"x" * (2**16 - 3 - cut)
        with pytest.raises(BankFileError) as caught:
            refuse_unsafe(BytesIO(before + word + b"x" * 10))
        assert caught.value.line == 4


def test_a_file_is_counted_while_it_is_read() -> None:
    guarded = Guarded(BytesIO(b"x" * 200_000), limit=100_000)
    assert len(guarded.read()) == len(guarded.first) == 2**16
    with pytest.raises(BankFileError, match="larger than the 100000 bytes"):
        guarded.read()


def balanced(*kinds: tuple[str, str, str], more: str = "") -> bytes:
    """A statement with one debit of 10 euros, and some balances."""
    entry = (
        '<Ntry><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        "<BookgDt><Dt>2026-01-05</Dt></BookgDt></Ntry>"
    )
    balances = "".join(
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt>'
        f"<CdtDbtInd>{direction}</CdtDbtInd></Bal>"
        for kind, amount, direction in kinds
    )
    account = "<Acct><Id><IBAN>NL91ABNA0417164300</IBAN></Id></Acct>"
    return (
        HEAD.decode() + f"<BkToCstmrStmt><Stmt><Id>S</Id>{more}{account}\n{balances}{entry}"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


@pytest.mark.parametrize(
    ("kinds", "fine"),
    [
        ((("OPBD", "100.00", "CRDT"), ("CLBD", "90.00", "CRDT")), True),
        ((("PRCD", "100.00", "CRDT"), ("CLBD", "90.00", "CRDT")), True),
        ((("OPBD", "5.00", "CRDT"), ("CLBD", "5.00", "DBIT")), True),
        ((("OPBD", "5.00", "CRDT"), ("PRCD", "7.00", "CRDT"), ("CLBD", "5.00", "DBIT")), True),
        ((("OPBD", "100.00", "CRDT"), ("CLBD", "89.99", "CRDT")), False),
        ((("OPBD", "100.00", "CRDT"), ("CLBD", "90.00", "DBIT")), False),
        ((("OPBD", "100.00", "CRDT"), ("CLAV", "1.00", "CRDT")), True),  # no closing balance to compare it with
        ((), True),
    ],
)
def test_the_balances_of_a_statement_differ_by_its_bookings(
    kinds: tuple[tuple[str, str, str], ...], fine: bool
) -> None:
    if fine:
        assert camt053.read(balanced(*kinds)).entries[0].amount == Decimal("-10.00")
    else:
        with pytest.raises(BankFileError, match=r"opens with 100\.00, its bookings come to -10\.00") as caught:
            camt053.read(balanced(*kinds))
        assert caught.value.remedy.startswith("100.00 and -10.00 make 90.00")


def test_a_statement_has_its_number_its_day_and_its_page() -> None:
    more = "<StmtPgntn><PgNb>2</PgNb></StmtPgntn><ElctrncSeqNb>17</ElctrncSeqNb><CreDtTm>2026-01-05T20:00:00</CreDtTm>"
    found = camt053.read(balanced(more=more))
    assert (found.id, found.sequence, found.issued_on) == ("S page 2", 17, DAY)
    legal = camt053.read(balanced(more="<LglSeqNb>3</LglSeqNb>"))
    assert (legal.id, legal.sequence, legal.issued_on) == ("S", 3, None)
    with pytest.raises(BankFileError, match="sequence number is 'x'"):
        camt053.read(balanced(more="<ElctrncSeqNb>x</ElctrncSeqNb>"))


def test_the_demonstration_bank_accepts_or_rejects_an_order() -> None:
    sent = document(order([transfer(1), transfer(2)]))
    accepted = pain002.read(report(sent, told_on=DAY))
    assert (accepted.original_message_id, accepted.group_status, accepted.payments) == ("VA-2026-0001", "ACCP", ())
    some = pain002.read(report(sent, told_on=DAY, rejected={"VA-00000002": "AC04"}))
    assert (some.group_status, some.batches[0].status) == ("PART", "PART")
    assert [(each.end_to_end_id, each.status, each.reason) for each in some.payments] == [
        ("VA-00000002", "RJCT", "AC04")
    ]
    every = pain002.read(report(sent, told_on=DAY, rejected={"VA-00000001": "AM04", "VA-00000002": "AM04"}))
    assert every.group_status == "RJCT"
    assert report(sent, told_on=DAY) == report(sent, told_on=DAY)
    with pytest.raises(OrderError, match="no payment VA-3"):
        report(sent, told_on=DAY, rejected={"VA-3": "AC04"})
    with pytest.raises(OrderError, match="ISO code"):
        report(sent, told_on=DAY, status="fine!")
    assert camt053.read(answer(sent, booked_on=DAY)).opening == Decimal("1000000.00")
