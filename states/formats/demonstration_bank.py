"""Demonstration bank: it accepts or rejects a payment order, books it, or returns one of its payments.

It writes pain.002.001.10 and camt.053.001.08. It uses the order file alone, stores nothing, and returns the same
bytes for the same input.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from states.formats.bank_xml import Element, amount, children, parse, required, text
from states.formats.errors import OrderError
from states.formats.sepa_text import account, identifier

OPENING = Decimal("1000000.00")
"""The balance of every account of the demonstration bank each morning, in euros."""

_HEADER = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>{id}</MsgId><CreDtTm>{day}T20:00:00Z</CreDtTm></GrpHdr>
<Stmt><Id>{id}</Id><CreDtTm>{day}T20:00:00Z</CreDtTm>
<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>
"""
_BALANCE = (
    "<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>"
    '<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>\n'
)
_ENTRY = (
    '<Ntry><NtryRef>{number}</NtryRef><Amt Ccy="EUR">{amount:.2f}</Amt><CdtDbtInd>{direction}</CdtDbtInd>'
    "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
    "<AcctSvcrRef>{reference}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd>"
    "<SubFmlyCd>{family}</SubFmlyCd></Fmly></Domn></BkTxCd>\n<NtryDtls>{details}</NtryDtls></Ntry>\n"
)
_DETAILS = (
    "<TxDtls><Refs><PmtInfId>{batch}</PmtInfId><EndToEndId>{payment}</EndToEndId></Refs>"
    '<Amt Ccy="EUR">{amount:.2f}</Amt><CdtDbtInd>{direction}</CdtDbtInd>{returned}</TxDtls>'
)
_BATCH = (
    "<Btch><PmtInfId>{batch}</PmtInfId><NbOfTxs>{count}</NbOfTxs>"
    '<TtlAmt Ccy="EUR">{amount:.2f}</TtlAmt><CdtDbtInd>DBIT</CdtDbtInd></Btch>'
)
_FOOTER = "</Stmt></BkToCstmrStmt></Document>\n"

_REPORT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>{id}</MsgId><CreDtTm>{day}T12:00:00Z</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>\
<OrgnlNbOfTxs>{count}</OrgnlNbOfTxs><GrpSts>{status}</GrpSts></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>{batch}</OrgnlPmtInfId><PmtInfSts>{status}</PmtInfSts>
{payments}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>
"""
_REJECTED_PAYMENT = (
    "<TxInfAndSts><OrgnlEndToEndId>{payment}</OrgnlEndToEndId><TxSts>RJCT</TxSts>"
    "<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf></TxInfAndSts>\n"
)


class _Order(NamedTuple):
    message: str
    batch: str
    iban: str
    in_one: bool
    payments: tuple[tuple[str, Decimal], ...]


def answer(pain001: bytes, *, booked_on: date) -> bytes:
    """The statement of the debtor's account that books every transfer of the order.

    As BatchBooking asks: one entry for each payment, or one total that names the PmtInfId alone.

    Raises:
        BankFileError: the order cannot be read.
        BankTextError: an identifier or account in it is invalid.
    """
    order = _read(pain001)
    day = booked_on.isoformat()
    total = sum((worth for _, worth in order.payments), Decimal(0))
    if order.in_one:
        details = _BATCH.format(batch=order.batch, count=len(order.payments), amount=total)
        entries = [_entry(order, "", total, day, 1, details=details)]
    else:
        entries = [
            _entry(order, payment, worth, day, number) for number, (payment, worth) in enumerate(order.payments, 1)
        ]
    return _statement(order, day, "booked", entries, -total)


def report(pain001: bytes, *, told_on: date, status: str = "ACCP", rejected: Mapping[str, str] | None = None) -> bytes:
    """The status report on an order: ``status`` of all of it, or RJCT for some payments, each with its reason.

    Raises:
        BankFileError: the order cannot be read.
        BankTextError: an identifier or account in it is invalid.
        OrderError: the order holds no such payment, or a code is not an ISO code.
    """
    order, rejected = _read(pain001), rejected or {}
    known = {payment for payment, _ in order.payments}
    if unknown := sorted(rejected.keys() - known):
        raise OrderError(f"The order {order.message} holds no payment {unknown[0]}. Name one of its EndToEndIds.")
    for code in (status, *rejected.values()):
        _check_code(code)
    if rejected:
        status = "RJCT" if rejected.keys() == known else "PART"
    day = told_on.isoformat()
    return _REPORT.format(
        id=_digest(order.message, day, "told", status, *(f"{key} {code}" for key, code in sorted(rejected.items()))),
        day=day,
        message=order.message,
        count=len(order.payments),
        batch=order.batch,
        status=status,
        payments="".join(_REJECTED_PAYMENT.format(payment=key, reason=code) for key, code in sorted(rejected.items())),
    ).encode("ascii")


def returned(pain001: bytes, end_to_end_id: str, *, booked_on: date, reason: str = "AC04") -> bytes:
    """The statement that returns one payment of the order; AC04 means that the account is closed.

    Raises:
        BankFileError: the order cannot be read.
        BankTextError: an identifier or account in it is invalid.
        OrderError: the order holds no such payment, or the reason is not an ISO code.
    """
    order = _read(pain001)
    worth = dict(order.payments).get(end_to_end_id)
    if worth is None:
        raise OrderError(f"The order {order.message} holds no payment {end_to_end_id}. Name one of its EndToEndIds.")
    _check_code(reason)
    day = booked_on.isoformat()
    entry = _entry(order, end_to_end_id, worth, day, 1, reason=reason)
    return _statement(order, day, f"returned {end_to_end_id} {reason}", [entry], worth)


def _check_code(code: str) -> None:
    if not (code.isascii() and code.isalnum() and len(code) == 4):  # noqa: PLR2004  # the length of an ISO code
        raise OrderError("A status or reason is an ISO code of four letters or digits, such as AC04.")


def _read(document: bytes) -> _Order:
    message = parse(document, "pain.001.001", "CstmrCdtTrfInitn")
    parts = children(message, "PmtInf")
    if len(parts) != 1:
        raise OrderError(f"The order holds {len(parts)} PmtInf. An order of ours holds one; send such an order.")
    part = parts[0]
    return _Order(
        identifier(required(message, "message id", "GrpHdr/MsgId")),
        identifier(required(part, "payment information id", "PmtInfId")),
        account(required(part, "debtor's account", "DbtrAcct/Id/IBAN")),
        text(part, "BtchBookg") == "true",
        tuple(_payment(transfer) for transfer in children(part, "CdtTrfTxInf")),
    )


def _payment(transfer: Element) -> tuple[str, Decimal]:
    end_to_end_id = identifier(required(transfer, "end-to-end id", "PmtId/EndToEndId"))
    required(transfer, "amount", "Amt/InstdAmt")
    return end_to_end_id, amount(children(transfer, "Amt/InstdAmt")[0], "EUR")


def _entry(
    order: _Order, payment: str, worth: Decimal, day: str, number: int, *, details: str = "", reason: str = ""
) -> str:
    direction = "CRDT" if reason else "DBIT"
    returning = f"<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>" if reason else ""
    return _ENTRY.format(
        number=number,
        amount=worth,
        direction=direction,
        day=day,
        reference=_digest(order.message, payment, day, reason),
        family="RRTN" if reason else "ESCT",
        details=details
        or _DETAILS.format(batch=order.batch, payment=payment, amount=worth, direction=direction, returned=returning),
    )


def _statement(order: _Order, day: str, occasion: str, entries: list[str], change: Decimal) -> bytes:
    balances = "".join(
        _BALANCE.format(kind=kind, amount=f"{abs(worth):.2f}", direction="DBIT" if worth < 0 else "CRDT", day=day)
        for kind, worth in (("OPBD", OPENING), ("CLBD", OPENING + change))
    )
    header = _HEADER.format(id=_digest(order.message, order.iban, day, occasion), day=day, iban=order.iban)
    return (header + balances + "".join(entries) + _FOOTER).encode("ascii")


def _digest(*parts: str) -> str:
    return "DEMO" + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:30].upper()
