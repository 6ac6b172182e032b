"""Camt.053: bookings, returns and balances are read from a statement, and defects are refused on their line."""

from datetime import date
from decimal import Decimal

import pytest

from states.formats.camt053 import Entry, read, read_all
from states.formats.errors import BankFileError

ACCOUNT = "NL91ABNA0417164300"
EUR = 'Amt Ccy="EUR"'


def ntry(details: str = "", **other: str) -> str:
    parts = {
        "amt": f"<{EUR}>10.00</Amt>",
        "direction": "<CdtDbtInd>DBIT</CdtDbtInd>",
        "reversal": "",
        "sts": "<Sts><Cd>BOOK</Cd></Sts>",
        "day": "<BookgDt><Dt>2026-01-05</Dt></BookgDt>",
        "ref": "<AcctSvcrRef>R1</AcctSvcrRef>",
        "code": "",
    } | other
    return "<Ntry>\n" + "\n".join(parts.values()) + f"\n{details}\n</Ntry>\n"


def statement(*entries: str, account: str | None = None, number: str = "S1") -> str:
    held = f"<Acct><Id><IBAN>{ACCOUNT}</IBAN></Id><Ccy>EUR</Ccy></Acct>" if account is None else account
    return f"<Stmt>\n<Id>{number}</Id>\n{held}\n{''.join(entries)}</Stmt>\n"


def file(*statements: str, version: str = "08") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">\n<BkToCstmrStmt>\n'
        f"<GrpHdr><MsgId>M</MsgId></GrpHdr>\n{''.join(statements)}</BkToCstmrStmt></Document>"
    ).encode()


def details(number: str, amount: str = "", **more: str) -> str:
    worth = f"<{EUR}>{amount}</Amt><CdtDbtInd>{more.get('direction', 'DBIT')}</CdtDbtInd>" if amount else ""
    return f"\n<TxDtls><Refs><EndToEndId>{number}</EndToEndId></Refs>{worth}{more.get('rest', '')}</TxDtls>"


def group(*parts: str) -> str:
    return f"<NtryDtls>{''.join(parts)}</NtryDtls>"


def entries(*bookings: str, version: str = "08") -> tuple[Entry, ...]:
    return read(file(statement(*bookings), version=version)).entries


def test_a_booking_is_read_with_its_line() -> None:
    found = read(file(statement(ntry(group(details("E1"))))))
    assert (found.id, found.account, found.currency) == ("S1", ACCOUNT, "EUR")
    assert found.entries == (Entry("R1", date(2026, 1, 5), Decimal("-10.00"), 17, None, "E1", False, None),)


def test_the_oldest_version_is_read_too() -> None:
    worth = "<AmtDtls><TxAmt><Amt Ccy='EUR'>10</Amt></TxAmt></AmtDtls>"
    old = group(f"<TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs>{worth}</TxDtls>")
    (found,) = entries(ntry(old, sts="<Sts>BOOK</Sts>"), version="02")
    assert (found.end_to_end_id, found.amount) == ("E1", Decimal("-10.00"))


def test_an_entry_with_several_details_gives_one_booking_each() -> None:
    batch = "<Btch><PmtInfId>P1</PmtInfId></Btch>"
    found = entries(ntry(group(batch, details("E1", "4.00"), details("E2", "6.00"))))
    assert [(each.end_to_end_id, each.amount) for each in found] == [("E1", Decimal(-4)), ("E2", Decimal(-6))]
    assert {each.payment_information_id for each in found} == {"P1"}
    assert [each.reference for each in found] == ["R1", "R1#2"]
    assert found[0].line < found[1].line


def test_details_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(BankFileError, match=r"add up to -9.00 where -10.00"):
        entries(ntry(group(details("E1", "4.00"), details("E2", "5.00"))))
    with pytest.raises(BankFileError, match="no amount"):
        entries(ntry(group(details("E1", "4.00"), details("E2"))))


def test_a_batch_booking_gives_one_entry_with_the_payment_information_id() -> None:
    batch = "<Btch><PmtInfId>P1</PmtInfId><NbOfTxs>3</NbOfTxs></Btch>"
    (found,) = entries(ntry(group(batch)))
    assert (found.payment_information_id, found.end_to_end_id, found.amount) == ("P1", None, Decimal(-10))


def test_an_entry_without_details_waits_for_a_person_under_a_reference_of_its_own() -> None:
    found = entries(ntry(ref=""), ntry(ref="<NtryRef>7</NtryRef>"))
    assert [each.reference for each in found] == ["S1.1", "7"]
    assert {(each.payment_information_id, each.end_to_end_id) for each in found} == {(None, None)}


def test_an_end_to_end_id_that_was_not_provided_is_none() -> None:
    assert entries(ntry(group(details("NOTPROVIDED"))))[0].end_to_end_id is None


RETURN = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
CREDIT = "<CdtDbtInd>CRDT</CdtDbtInd>"
CODE = "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>RRTN</SubFmlyCd></Fmly></Domn></BkTxCd>"


@pytest.mark.parametrize(
    ("booking", "is_return", "reason"),
    [
        (ntry(group(details("E1", rest=RETURN)), direction=CREDIT), True, "AC04"),
        (ntry(group(details("E1")), direction=CREDIT, code=CODE), True, None),
        (ntry(group(details("E1")), direction=CREDIT, reversal="<RvslInd>true</RvslInd>"), True, None),
        (ntry(group(details("E1", rest=CODE)), direction=CREDIT), True, None),
        (ntry(group(details("E1")), direction=CREDIT), False, None),
        (ntry(group(details("E1")), direction=CREDIT, reversal="<RvslInd>false</RvslInd>"), False, None),
        (ntry(group(details("E1", rest=RETURN))), False, "AC04"),
    ],
)
def test_a_return_is_a_returned_payment(booking: str, is_return: bool, reason: str | None) -> None:
    (found,) = entries(booking)
    assert (found.is_return, found.return_reason) == (is_return, reason)


@pytest.mark.parametrize("status", ["PDNG", "INFO", "FUTR"])
def test_an_entry_that_is_not_booked_yet_is_skipped(status: str) -> None:
    booked = ntry(ref="<AcctSvcrRef>R2</AcctSvcrRef>")
    found = entries(ntry(sts=f"<Sts><Cd>{status}</Cd></Sts>", day=""), booked)
    assert [each.reference for each in found] == ["R2"]


def test_a_foreign_detail_of_a_single_payment_does_not_invalidate_the_statement() -> None:
    foreign = "<AmtDtls><InstdAmt><Amt Ccy='USD'>11.70</Amt></InstdAmt></AmtDtls>"
    (found,) = entries(ntry(group(details("E1", rest=foreign))))
    assert found.amount == Decimal("-10.00")


@pytest.mark.parametrize(
    ("wrong", "line", "message"),
    [
        ({"amt": '<Amt Ccy="USD">10.00</Amt>'}, 9, "Amt is in USD"),
        ({"amt": "<Amt>10.00</Amt>"}, 9, "no currency"),
        ({"amt": f"<{EUR}>10,00</Amt>"}, 9, "'10,00', which is not an amount"),
        ({"amt": f"<{EUR}>-10.00</Amt>"}, 9, "not an amount"),
        ({"amt": f"<{EUR}>1e3</Amt>"}, 9, "not an amount"),
        ({"amt": f"<{EUR}>1.001</Amt>"}, 9, "not an amount"),
        ({"amt": f"<{EUR}>\u0661\u0662</Amt>"}, 9, "not an amount"),
        ({"amt": f"<{EUR}/>"}, 9, "not an amount"),
        ({"amt": ""}, 8, "no amount"),
        ({"direction": ""}, 8, "CdtDbtInd is missing"),
        ({"direction": "<CdtDbtInd>BOTH</CdtDbtInd>"}, 8, "CdtDbtInd is BOTH"),
        ({"day": ""}, 8, "no booking date"),
        ({"day": "<BookgDt><Dt>05-01-2026</Dt></BookgDt>"}, 8, "05-01-2026"),
        ({"sts": ""}, 8, "no status"),
        ({"sts": "<Sts><Cd>DONE</Cd></Sts>"}, 12, "status 'DONE'"),
    ],
)
def test_a_defect_is_refused_on_its_line_with_what_would_be_right(
    wrong: dict[str, str], line: int, message: str
) -> None:
    with pytest.raises(BankFileError, match=message) as caught:
        entries(ntry(**wrong))
    assert caught.value.line == line
    assert caught.value.remedy
    assert str(caught.value).startswith(f"Line {line}: ")


@pytest.mark.parametrize(
    ("account", "message"),
    [
        ("", "no account"),
        ("<Acct><Id><Othr><Id>1</Id></Othr></Id></Acct>", "no account"),
        ("<Acct><Id><IBAN>12345</IBAN></Id></Acct>", "not an IBAN"),
        (f"<Acct><Id><IBAN>{ACCOUNT}</IBAN></Id><Ccy>GBP</Ccy></Acct>", "is in GBP"),
    ],
)
def test_a_statement_without_a_euro_account_is_refused_whole(account: str, message: str) -> None:
    with pytest.raises(BankFileError, match=message) as caught:
        read(file(statement(ntry(), account=account)))
    assert caught.value.line in {5, 7}


def test_several_statements_in_a_file_are_read_together_and_never_half() -> None:
    both = file(statement(ntry(), number="S1"), statement(ntry(), number="S2"))
    assert [each.id for each in read_all(both)] == ["S1", "S2"]
    with pytest.raises(BankFileError, match="holds 2 statements"):
        read(both)
    with pytest.raises(BankFileError, match="no Stmt"):
        read(file())


def test_a_booking_time_counts_as_the_day_the_bank_wrote() -> None:
    (found,) = entries(ntry(day="<BookgDt><DtTm>2026-01-05T23:59:00-11:00</DtTm></BookgDt>"))
    assert found.booked_on == date(2026, 1, 5)
