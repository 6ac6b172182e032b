"""The status report (pain.002): what the bank says of an order before anything is booked.

No status here means paid, not even ACSC; only a booking in camt.053 does. RJCT means that it will not be.
"""

import re
from dataclasses import dataclass

from states.bank.errors import BankFileError
from states.bank.xml import Element, child, children, line_of, parse, required, text

_STATUS = re.compile(r"[A-Z]{4}")


@dataclass(frozen=True, slots=True)
class PaymentStatus:
    """What is said of one payment; ``status`` is an ISO code such as ACCP or RJCT, ``line`` in the source."""

    end_to_end_id: str
    status: str
    reason: str | None
    line: int


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """What is said of a whole PmtInf, which a bank may reject without naming its payments."""

    payment_information_id: str
    status: str | None
    reason: str | None
    line: int


@dataclass(frozen=True, slots=True)
class StatusReport:
    """A report on one order; ``group_status`` is None where the bank speaks of its parts only."""

    id: str
    original_message_id: str
    group_status: str | None
    reason: str | None
    batches: tuple[BatchStatus, ...]
    payments: tuple[PaymentStatus, ...]


def read(document: bytes) -> StatusReport:
    """A pain.002 file of any version.

    Raises:
        BankFileError: the line, the reason and what would be right; nothing of such a file counts.
    """
    message = parse(document, "pain.002.001", "CstmrPmtStsRpt")
    group = child(message, "OrgnlGrpInfAndSts")
    if group is None:
        raise BankFileError(
            line_of(message), "the report does not say which order it is about", "OrgnlGrpInfAndSts names it"
        )
    group_status = _status(group, "GrpSts")
    batches, payments = [], []
    for part in children(message, "OrgnlPmtInfAndSts"):
        batch = BatchStatus(
            required(part, "payment information id", "OrgnlPmtInfId"),
            _status(part, "PmtInfSts"),
            _reason(part),
            line_of(part) or 0,
        )
        batches.append(batch)
        for payment in children(part, "TxInfAndSts"):
            status = _status(payment, "TxSts") or batch.status or group_status
            if status is None:
                raise BankFileError(
                    line_of(payment),
                    "the payment has no status",
                    "TxSts, or else PmtInfSts or GrpSts above it, gives one",
                )
            payments.append(
                PaymentStatus(
                    required(payment, "original end-to-end id", "OrgnlEndToEndId"),
                    status,
                    _reason(payment) or batch.reason,
                    line_of(payment) or 0,
                )
            )
    if group_status is None and not payments and not any(batch.status for batch in batches):
        raise BankFileError(line_of(group), "the report gives no status at all", "GrpSts, PmtInfSts or TxSts gives one")
    return StatusReport(
        required(message, "identification", "GrpHdr/MsgId"),
        required(group, "original message id", "OrgnlMsgId"),
        group_status,
        _reason(group),
        tuple(batches),
        tuple(payments),
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
