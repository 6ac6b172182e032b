"""Camt.053: the bank statement, with the bookings of an account, payment by payment.

Only a booking means that money moved. Entries that are pending, announced or informational (PDNG, FUTR, INFO)
are therefore skipped: the bank sends them again as BOOK. Any other status is refused, as it may be a booking.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from lxml import etree

from states.formats.bank_xml import (
    Element,
    Source,
    amount,
    child,
    children,
    day,
    line_of,
    moment,
    required,
    stream,
    text,
)
from states.formats.errors import BankFileError

_NOT_YET = frozenset({"PDNG", "FUTR", "INFO"})
_CURRENCY = "EUR"
_RETURN_FAMILY = "RRTN"  # ISO 20022 external bank transaction code: returned or reversed credit transfer
_AMOUNTS = ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt", "Btch/TtlAmt")
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)
_DIGITS = 18  # of a sequence number, by the ISO schema
_ACCOUNT = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One booking: ``amount`` in euros, negative where it left; ``line`` in the source.

    ``reference`` is the bank's own, and unique within the statement. ``is_return`` says that money which had
    left came back; ``return_reason`` is then an ISO code such as AC04, where the bank gives one.
    """

    reference: str
    booked_on: date
    amount: Decimal
    line: int
    payment_information_id: str | None
    end_to_end_id: str | None
    is_return: bool
    return_reason: str | None


@dataclass(frozen=True, slots=True)
class Statement:
    """The bookings of one account as the bank numbered them; ``id`` and ``account`` name it for good.

    ``sequence`` is the bank's number within the year of ``issued_on``; ``opening`` and ``closing`` are the
    balances before and after, in euros. Each is None if the bank does not give it.
    """

    id: str
    account: str
    currency: str
    sequence: int | None
    issued_on: date | None
    opening: Decimal | None
    closing: Decimal | None
    entries: tuple[Entry, ...]


def read(source: Source) -> Statement:
    """The one statement of a camt.053 file, version .02 or later.

    Raises:
        BankFileError: the line, the reason and what would be valid; nothing of such a file is used.
    """
    statements = read_all(source)
    if len(statements) != 1:
        raise BankFileError(
            None, f"the file holds {len(statements)} statements", "One statement per file is right here"
        )
    return statements[0]


def read_all(source: Source) -> tuple[Statement, ...]:
    """Every statement of a camt.053 file, in its order; one booking at a time is in memory as XML. See :func:`read`."""
    found: list[Statement] = []
    entries: list[Entry] = []
    seen: set[str] = set()
    total, number = Decimal(0), 0
    for element in stream(source, "camt.053.001", "BkToCstmrStmt", ("Stmt", "Ntry")):
        kind = etree.QName(element).localname
        if kind == "Ntry":
            number += 1
            parent = element.getparent()
            if parent is None or etree.QName(parent).localname != "Stmt":
                raise BankFileError(line_of(element), "the entry stands outside a Stmt", "Ntry belongs in Stmt")
            for entry in _entries(element, parent, number):
                # A bank may repeat its reference in each part of a batch; its place then tells the parts apart.
                unique = entry.reference if entry.reference not in seen else f"{entry.reference}#{len(entries) + 1}"
                seen.add(unique)
                entries.append(entry if unique is entry.reference else replace(entry, reference=unique))
                total += entry.amount
        elif kind == "Stmt":
            found.append(_statement(element, tuple(entries), total))
            entries, seen, total, number = [], set(), Decimal(0), 0
        elif not found:
            raise BankFileError(line_of(element), "the message holds no Stmt", "A camt.053 holds at least one")
    return tuple(found)


def _statement(element: Element, entries: tuple[Entry, ...], total: Decimal) -> Statement:
    name = required(element, "identification", "Id")
    account = required(element, "account", "Acct/Id/IBAN").replace(" ", "")
    if not _ACCOUNT.fullmatch(account):
        raise BankFileError(line_of(element), "the account is not an IBAN", "Acct/Id/IBAN holds the account")
    currency = text(element, "Acct/Ccy") or _CURRENCY
    if currency != _CURRENCY:
        raise BankFileError(
            line_of(child(element, "Acct/Ccy")),
            f"the account is in {currency[:10]}",
            "We pay in EUR, so only the statement of an account in EUR is right",
        )
    opening, closing = _balance(element, _OPENING), _balance(element, _CLOSING)
    if opening is not None and closing is not None and opening + total != closing:
        raise BankFileError(
            line_of(element),
            f"the statement opens with {opening}, its bookings come to {total}, and it closes with {closing}",
            f"{opening} and {total} make {opening + total}: fetch the whole statement again from the bank",
        )
    page = text(element, "StmtPgntn/PgNb")
    issued = text(element, "CreDtTm")
    return Statement(
        name if page in {None, "1"} else f"{name} page {page}",
        account,
        currency,
        _sequence(element),
        None if issued is None else moment(element, "time of creation", issued),
        opening,
        closing,
        entries,
    )


def _sequence(element: Element) -> int | None:
    written = text(element, "ElctrncSeqNb", "LglSeqNb")
    if written is None:
        return None
    if not (written.isascii() and written.isdigit() and len(written) <= _DIGITS):
        raise BankFileError(
            line_of(element), f"the sequence number is '{written[:20]}'", f"At most {_DIGITS} digits are right"
        )
    return int(written)


def _balance(element: Element, kinds: tuple[str, ...]) -> Decimal | None:
    """The balance of the first kind, of those given, that the statement has."""
    given: dict[str, Decimal] = {}
    for balance in children(element, "Bal"):
        kind = text(balance, "Tp/CdOrPrtry/Cd")
        written = child(balance, "Amt")
        if kind in kinds and written is not None:
            given.setdefault(kind, _signed(balance, amount(written, _CURRENCY)))
    return next((given[kind] for kind in kinds if kind in given), None)


def _entries(booking: Element, statement: Element, number: int) -> Iterator[Entry]:
    status = required(booking, "status", "Sts/Cd", "Sts")
    if status in _NOT_YET:
        return
    if status != "BOOK":
        raise BankFileError(
            line_of(child(booking, "Sts")),
            f"the entry has status '{status[:20]}'",
            "BOOK is right for what was booked; PDNG, FUTR and INFO are skipped",
        )
    written = child(booking, "Amt")
    if written is None:
        raise BankFileError(line_of(booking), "Ntry has no amount", "It belongs in Amt")
    total = _signed(booking, amount(written, _CURRENCY))
    given = text(booking, "AcctSvcrRef", "NtryRef")
    reference = given or f"{required(statement, 'identification', 'Id')}.{number}"
    whole = Entry(
        reference,
        day(booking, "booking date", "BookgDt"),
        total,
        line_of(booking) or 0,
        None,
        None,
        total > 0 and (text(booking, "RvslInd") in {"true", "1"} or _is_returned(booking)),
        None,
    )
    groups = children(booking, "NtryDtls")
    several = sum(max(1, len(children(group, "TxDtls"))) for group in groups) > 1
    parts = [part for group in groups for part in _parts(group, whole, several=several)] or [whole]
    if (summed := sum(part.amount for part in parts)) != total:
        raise BankFileError(
            whole.line, f"the details add up to {summed} where {total} was booked", "The two must be equal"
        )
    yield from parts


def _parts(group: Element, whole: Entry, *, several: bool) -> Iterator[Entry]:
    batch = text(group, "Btch/PmtInfId")
    details = children(group, "TxDtls")
    if not details:
        yield replace(whole, payment_information_id=batch, amount=_part(group, whole) if several else whole.amount)
    for detail in details:
        returned = child(detail, "RtrInf")
        # What was booked counts: the detail of a single payment may be before charges or exchange.
        worth = _part(detail, whole) if several else whole.amount
        end_to_end_id = text(detail, "Refs/EndToEndId")
        yield replace(
            whole,
            reference=text(detail, "Refs/AcctSvcrRef") or whole.reference,
            amount=worth,
            line=line_of(detail) or whole.line,
            payment_information_id=text(detail, "Refs/PmtInfId") or batch,
            end_to_end_id=None if end_to_end_id == "NOTPROVIDED" else end_to_end_id,
            is_return=worth > 0 and (whole.is_return or returned is not None or _is_returned(detail)),
            return_reason=None if returned is None else text(returned, "Rsn/Cd", "Rsn/Prtry"),
        )


def _is_returned(element: Element) -> bool:
    return text(element, "BkTxCd/Domn/Fmly/SubFmlyCd") == _RETURN_FAMILY


def _part(element: Element, whole: Entry) -> Decimal:
    written = next((found for path in _AMOUNTS if (found := child(element, path)) is not None), None)
    if written is None:
        raise BankFileError(
            line_of(element),
            "this part of the entry has no amount",
            "Each of several parts needs its own Amt",
        )
    unsigned = amount(written, _CURRENCY)
    if child(element, "CdtDbtInd") is None:
        return unsigned.copy_sign(whole.amount)
    return _signed(element, unsigned)


def _signed(element: Element, unsigned: Decimal) -> Decimal:
    direction = text(element, "CdtDbtInd")
    if direction not in {"CRDT", "DBIT"}:
        raise BankFileError(
            line_of(element),
            f"CdtDbtInd is {(direction or 'missing')[:20]}",
            "CRDT (in) or DBIT (out) is right",
        )
    return -unsigned if direction == "DBIT" else unsigned
