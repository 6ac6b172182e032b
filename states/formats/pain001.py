"""Pain.001: the payment order (pain.001.001.09), written as a stream.

The bytes depend on the order alone: no clock, no random number, one way to write each value. A second
export of the same order is therefore equal byte for byte. :mod:`states.formats.pain001_schema` validates it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import BinaryIO

from states.formats import sepa_text
from states.formats.errors import BankTextError, OrderError

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
CENT = Decimal("0.01")
LARGEST = Decimal("999999999.99")
"""The largest amount of one SEPA credit transfer, in euros (EPC125-05, AT-04)."""
_AT_ONCE = 500  # transfers per write: few enough to save memory, many enough to save time

# Every value below was checked by states.formats.sepa_text, whose characters exclude <, > and &: no escaping is needed.
_HEADER = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{namespace}"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>{message}</MsgId><CreDtTm>{created}</CreDtTm><NbOfTxs>{count}</NbOfTxs><CtrlSum>{total}</CtrlSum>\
<InitgPty><Nm>{debtor}</Nm></InitgPty></GrpHdr>
<PmtInf><PmtInfId>{payment_information}</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>{batch}</BtchBookg>\
<NbOfTxs>{count}</NbOfTxs><CtrlSum>{total}</CtrlSum><PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>\
<ReqdExctnDt><Dt>{execution}</Dt></ReqdExctnDt><Dbtr><Nm>{debtor}</Nm></Dbtr>\
<DbtrAcct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></DbtrAcct>\
<DbtrAgt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>
"""
_FOOTER = b"</PmtInf></CstmrCdtTrfInitn></Document>\n"


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payment: ``amount`` in euros and whole cents, with the account holder's name and IBAN and no address."""

    end_to_end_id: str
    amount: Decimal
    name: str
    iban: str
    remittance: str


@dataclass(frozen=True, slots=True)
class Order:
    """A batch as it is sent to the bank; ``created_at`` is aware, ``total`` is in euros.

    ``batch_booking`` False asks the bank for one statement line per payment, so that each is matched by its
    EndToEndId and a return finds its own payment; True gives one total, to be matched by the PmtInfId alone.
    ``transfers`` is read once per export; for a second export it must be re-iterable, such as a sequence.
    """

    message_id: str
    payment_information_id: str
    created_at: datetime
    execution_on: date
    debtor_name: str
    debtor_iban: str
    count: int
    total: Decimal
    transfers: Iterable[Transfer]
    batch_booking: bool = False


def write(order: Order, out: BinaryIO) -> None:
    """Write the order as pain.001.001.09, holding a few hundred transfers at a time.

    The header has the count and the total, so an error in them shows only at the end: write to a temporary file, and
    use it only after this function returns.

    Raises:
        OrderError: a transfer is not right, or count and total do not agree with the transfers.
        BankTextError: a text or identifier of the order itself cannot be written.
    """
    out.write(_header(order))
    count, cents, lines = 0, 0, []
    for transfer in order.transfers:
        line, worth = _line(transfer)
        lines.append(line)
        count += 1
        cents += worth
        if len(lines) == _AT_ONCE:
            out.write("".join(lines).encode("ascii"))
            lines.clear()
    total = Decimal(cents).scaleb(-2)
    if not count:
        raise OrderError("The order holds no transfers. Give at least one, or do not send it.")
    if count != order.count or total != order.total:
        raise OrderError(
            f"The order says {order.count} transfers and EUR {order.total}; its transfers are {count} and "
            f"EUR {total}. Nothing of it may leave: build the order anew from its sealed batch."
        )
    out.write("".join(lines).encode("ascii") + _FOOTER)


def document(order: Order) -> bytes:
    """The whole order as bytes; see :func:`write`."""
    out = BytesIO()
    write(order, out)
    return out.getvalue()


def _header(order: Order) -> bytes:
    if order.created_at.tzinfo is None:
        raise OrderError("The order's time of creation has no time zone. Give an aware time in UTC.")
    if not order.total.is_finite():
        raise OrderError("The order's total is not a number. Give the sum of its transfers in euros.")
    return _HEADER.format(
        namespace=NAMESPACE,
        message=sepa_text.identifier(order.message_id, "message id"),
        created=order.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        count=order.count,
        total=f"{order.total:.2f}",
        debtor=sepa_text.name(order.debtor_name, "debtor's name"),
        payment_information=sepa_text.identifier(order.payment_information_id, "payment information id"),
        batch="true" if order.batch_booking else "false",
        execution=order.execution_on.isoformat(),
        iban=sepa_text.account(order.debtor_iban, "debtor's IBAN"),
    ).encode("ascii")


def _line(transfer: Transfer) -> tuple[str, int]:
    amount = transfer.amount
    if not (amount.is_finite() and CENT <= amount <= LARGEST and amount == amount.quantize(CENT)):
        raise OrderError(
            f"Transfer {transfer.end_to_end_id}: its amount is {amount}. "
            f"A SEPA transfer is EUR 0.01 to {LARGEST}, in whole cents."
        )
    cents = int(amount.scaleb(2))
    try:
        return (
            f"<CdtTrfTxInf><PmtId><EndToEndId>{sepa_text.identifier(transfer.end_to_end_id)}</EndToEndId></PmtId>"
            f'<Amt><InstdAmt Ccy="EUR">{amount:.2f}</InstdAmt></Amt>'
            f"<Cdtr><Nm>{sepa_text.name(transfer.name)}</Nm></Cdtr><CdtrAcct><Id><IBAN>{sepa_text.account(transfer.iban)}</IBAN></Id></CdtrAcct>"
            f"<RmtInf><Ustrd>{sepa_text.remittance(transfer.remittance)}</Ustrd></RmtInf></CdtTrfTxInf>\n"
        ), cents
    except BankTextError as error:
        raise OrderError(f"Transfer {transfer.end_to_end_id}: {error}") from error
