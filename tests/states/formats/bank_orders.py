"""Bank orders for tests: transfers, and an order of some of them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from states.formats.pain001 import Order, Transfer

DEBTOR = "NL91ABNA0417164300"
CREDITOR = "NL20INGB0001234567"


def transfer(number: int = 1, **other: Any) -> Transfer:
    facts: dict[str, Any] = {
        "end_to_end_id": f"VA-{number:08d}",
        "amount": Decimal(number) / 100,
        "name": "Alarm en Slot B.V.",
        "iban": CREDITOR,
        "remittance": f"Factuur 2026-{number}",
    }
    return Transfer(**(facts | other))


def order(transfers: Iterable[Transfer], **other: Any) -> Order:
    known = other if {"count", "total"} <= other.keys() else {}
    transfers = transfers if known else tuple(transfers)
    facts: dict[str, Any] = {
        "message_id": "VA-2026-0001",
        "payment_information_id": "VA-2026-0001-1",
        "created_at": datetime(2026, 1, 2, 9, 30, tzinfo=UTC),
        "execution_on": date(2026, 1, 5),
        "debtor_name": "Gemeente Noorderdijk",
        "debtor_iban": DEBTOR,
        "transfers": transfers,
    }
    if not known:
        facts["count"] = len(tuple(transfers))
        facts["total"] = sum((each.amount for each in transfers), Decimal(0))
    return Order(**(facts | other))
