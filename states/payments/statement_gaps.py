"""Statement gaps of an account: missing numbers, and balances that do not meet."""

from dataclasses import dataclass
from decimal import Decimal

from sqlmodel import Session, col, select

from states.engine.employers import EmployerDirectory
from states.tables.payments import BankMessage

FURTHEST = 50
"""The most numbers that can be missing at once; beyond it the bank numbers differently, and only balances count."""


@dataclass(frozen=True)
class Gap:
    """A missing statement, or a balance that does not follow the previous one; ``year`` is the bank's."""

    organisation: str
    year: int
    sequence: int
    """The missing number, or that of the statement that does not follow."""
    opening: Decimal | None = None
    """Its opening balance in euros, which should be ``expected``; None if the statement is missing."""
    expected: Decimal | None = None


def gaps(session: Session, *organisations: str) -> list[Gap]:
    """The gaps of employers' accounts, each oldest first; none can be found if the bank gives no numbers."""
    employers = EmployerDirectory(session)
    mine = select(BankMessage).where(
        col(BankMessage.organisation).in_({name for one in organisations for name in employers.known_as(one)}),
        col(BankMessage.sequence).is_not(None),
        col(BankMessage.issued_on).is_not(None),
    )
    accounts: dict[tuple[str, int], dict[int, BankMessage]] = {}
    for row in session.exec(mine.order_by(col(BankMessage.received_at))):
        assert row.issued_on is not None
        assert row.sequence is not None
        accounts.setdefault((row.organisation, row.issued_on.year), {}).setdefault(row.sequence, row)
    found: list[Gap] = []
    for (owner, year), rows in sorted(accounts.items()):
        last: BankMessage | None = None
        for sequence, row in sorted(rows.items()):
            if last is not None and last.sequence is not None:
                missing = range(last.sequence + 1, sequence)
                if len(missing) > FURTHEST:
                    missing = range(0)
                found += [Gap(owner, year, number) for number in missing]
                if not missing and None not in (last.closing, row.opening) and last.closing != row.opening:
                    found.append(Gap(owner, year, sequence, row.opening, last.closing))
            last = row
    return found
