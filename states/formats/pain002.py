"""Pain.002: the status report of the bank on an order, before anything is booked.

No status here means paid, not even ACSC; only a booking in camt.053 does. RJCT means that it will not be paid.
"""

import re
from dataclasses import dataclass

from lxml import etree

from states.formats.bank_xml import Element, Source, child, line_of, required, stream, text
from states.formats.errors import BankFileError

_NAMES = ("OrgnlGrpInfAndSts", "OrgnlPmtInfAndSts", "TxInfAndSts")
_STATUS = re.compile(r"[A-Z]{4}")


@dataclass(frozen=True, slots=True)
class PaymentStatus:
    """The status of one payment; ``status`` is an ISO code such as ACCP or RJCT, ``line`` in the source."""

    end_to_end_id: str
    status: str
    reason: str | None
    line: int


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """The status of a whole PmtInf, which a bank may reject without naming its payments."""

    payment_information_id: str
    status: str | None
    reason: str | None
    line: int


@dataclass(frozen=True, slots=True)
class StatusReport:
    """A report on one order; ``group_status`` is None if the bank reports on its parts only."""

    id: str
    original_message_id: str
    group_status: str | None
    reason: str | None
    batches: tuple[BatchStatus, ...]
    payments: tuple[PaymentStatus, ...]


def read(source: Source) -> StatusReport:
    """A pain.002 file of any version, with one payment at a time in memory as XML.

    Raises:
        BankFileError: the line, the reason and what would be valid; nothing of such a file is used.
    """
    group: Element | None = None
    batches: list[BatchStatus] = []
    payments: list[PaymentStatus] = []
    identification = original = ""
    for element in stream(source, "pain.002.001", "CstmrPmtStsRpt", _NAMES):
        kind = etree.QName(element).localname
        if kind == "OrgnlGrpInfAndSts":
            group = element
            original = required(group, "original message id", "OrgnlMsgId")
        elif kind == "TxInfAndSts":
            payments.append(_payment(element, group))
        elif kind == "OrgnlPmtInfAndSts":
            batches.append(_batch(element))
        elif group is None:
            raise BankFileError(
                line_of(element), "the report does not say which order it is about", "OrgnlGrpInfAndSts names it"
            )
        else:
            identification = required(element, "identification", "GrpHdr/MsgId")
    assert group is not None
    status = _status(group, "GrpSts")
    if status is None and not payments and not any(batch.status for batch in batches):
        raise BankFileError(line_of(group), "the report gives no status at all", "GrpSts, PmtInfSts or TxSts gives one")
    return StatusReport(identification, original, status, _reason(group), tuple(batches), tuple(payments))


def _batch(part: Element) -> BatchStatus:
    return BatchStatus(
        required(part, "payment information id", "OrgnlPmtInfId"),
        _status(part, "PmtInfSts"),
        _reason(part),
        line_of(part) or 0,
    )


def _payment(payment: Element, group: Element | None) -> PaymentStatus:
    """The status of one payment, or else of its batch or its group."""
    parent = payment.getparent()
    batch = None if parent is None or parent.tag == payment.tag else _batch(parent)
    above = None if group is None else _status(group, "GrpSts")
    status = _status(payment, "TxSts") or (batch.status if batch else None) or above
    if status is None:
        raise BankFileError(
            line_of(payment),
            "the payment has no status",
            "TxSts, or else PmtInfSts or GrpSts above it, gives one",
        )
    return PaymentStatus(
        required(payment, "original end-to-end id", "OrgnlEndToEndId"),
        status,
        _reason(payment) or (batch.reason if batch else None),
        line_of(payment) or 0,
    )


def _status(element: Element, path: str) -> str | None:
    status = text(element, path)
    if status is not None and not _STATUS.fullmatch(status):
        raise BankFileError(
            line_of(child(element, path)),
            f"{path} is '{status[:20]}'",
            "An ISO code of four capitals is right: ACCP",
        )
    return status


def _reason(element: Element) -> str | None:
    return text(element, "StsRsnInf/Rsn/Cd", "StsRsnInf/Rsn/Prtry", "StsRsnInf/AddtlInf")
