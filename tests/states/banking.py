"""Banking for tests: three exported payments, and bank statements with the entries that a test asks for."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from office import FINANCE, RELEASER, START, ZILVERDAM, at_event, do, iban, receive, row, rows, sparing, walk
from sqlalchemy import Engine
from sqlmodel import Session

from states.commands.bank_files import ImportedFile, take_in
from states.payments.batch_files import batch_document
from states.storage.database import transaction
from states.tables.payments import BatchLine, Payable, PaymentBatch

FIRST = START.date()
EUR = 'Ccy="EUR"'
STATEMENT = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>
<GrpHdr><MsgId>M</MsgId><CreDtTm>{day}T20:00:00</CreDtTm></GrpHdr>
<Stmt><Id>{name}</Id>{sequence}<CreDtTm>{day}T20:00:00</CreDtTm><Acct><Id><IBAN>{account}</IBAN></Id></Acct>
{balances}{entries}</Stmt></BkToCstmrStmt></Document>"""


@dataclass(frozen=True)
class Line:
    """One entry to write; ``amount`` negative for a debit."""

    amount: str
    payment: str | None = None
    batch: str | None = None
    reason: str | None = None


def statement(
    *lines: Line,
    name: str = "S-1",
    sequence: int | None = None,
    opening: str = "1000.00",
    closing: str | None = None,
    on: date = FIRST,
    version: str = "08",
) -> bytes:
    """A camt.053 of the account of Zilverdam."""
    total = sum((Decimal(line.amount) for line in lines), Decimal(opening))
    balances = (("OPBD", Decimal(opening)), ("CLBD", total if closing is None else Decimal(closing)))
    return STATEMENT.format(
        version=version,
        name=name,
        day=on,
        account=iban(1),
        sequence="" if sequence is None else f"<ElctrncSeqNb>{sequence}</ElctrncSeqNb>",
        balances="".join(
            f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{worth(amount)}<Dt><Dt>{on}</Dt></Dt></Bal>\n"
            for kind, amount in balances
        ),
        entries="".join(written(line, number, on, version) for number, line in enumerate(lines, 1)),
    ).encode()


def worth(amount: Decimal) -> str:
    return f"<Amt {EUR}>{abs(amount)}</Amt><CdtDbtInd>{'DBIT' if amount < 0 else 'CRDT'}</CdtDbtInd>"


def written(line: Line, number: int, on: date, version: str) -> str:
    refs = f"<PmtInfId>{line.batch}</PmtInfId>" if line.batch else ""
    refs += f"<EndToEndId>{line.payment}</EndToEndId>" if line.payment else ""
    back = f"<RtrInf><Rsn><Cd>{line.reason}</Cd></Rsn></RtrInf>" if line.reason else ""
    status = "<Sts>BOOK</Sts>" if version == "02" else "<Sts><Cd>BOOK</Cd></Sts>"
    return (
        f"<Ntry><NtryRef>{number}</NtryRef>{worth(Decimal(line.amount))}{status}<BookgDt><Dt>{on}</Dt></BookgDt>"
        f"<NtryDtls><TxDtls><Refs>{refs}</Refs>{back}</TxDtls></NtryDtls></Ntry>\n"
    )


def fill_three(engine: Engine) -> None:
    """Three approved payables of Zilverdam in one exported batch."""
    for _ in range(3):
        walk(engine, receive(engine), before=at_event("build"), choose=sparing)
    send(engine)


def send(engine: Engine, *, days: int = 0) -> PaymentBatch:
    """Build a batch of Zilverdam and export it."""
    at = START + timedelta(hours=1, days=days)
    batch = do(engine, "payment-batch", None, "build", by=FINANCE, at=at, body={"employer": ZILVERDAM}).row
    for event, by in (("seal", FINANCE), ("release", RELEASER), ("export", FINANCE)):
        batch = do(engine, "payment-batch", batch.id, event, by=by, at=at).row
    return row(engine, PaymentBatch, PaymentBatch.id == batch.id)


def bring(engine: Engine, file: bytes, *, days: int = 1, by: Any = FINANCE) -> ImportedFile:
    """Import a file of the bank."""
    with transaction(engine) as session:
        return take_in(session, file, by=by, at=START + timedelta(days=days))


def order(engine: Engine) -> bytes:
    """The file of the one batch."""
    with Session(engine) as session:
        return batch_document(session, session.get_one(PaymentBatch, row(engine, PaymentBatch).id))


def lines(engine: Engine) -> list[BatchLine]:
    """The payments, by their EndToEndId."""
    return sorted(rows(engine, BatchLine), key=lambda line: line.end_to_end)


def states(engine: Engine) -> list[str]:
    """The states of the payables, in the order of their payments' EndToEndIds."""
    known = {item.id: str(item.state) for item in rows(engine, Payable)}
    return [known[line.payable] for line in lines(engine)]
