"""pain.001 (pain001.*): an order of 100,000 payments against sepaxml, both valid by the same ISO schema, in one run.

Each order is made in its own process, in turns, so that a slow moment of the machine affects both and the peak of
memory is that of one order. Ours writes, validates and hashes. sepaxml runs at its fastest: in one batch, names not
cleaned, not indented, and validated by lxml as ours is, since its own validator takes many times as long.
``python -m bench.pain001 ours 1000`` makes one order.
"""

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from tempfile import TemporaryFile
from typing import Any

PAYMENTS = 100_000
FEW = 10_000
ROUNDS = 3
DEBTOR, CREDITOR = "NL91ABNA0417164300", "NL20INGB0001234567"
DAY = date(2026, 1, 5)


def cents(number: int) -> int:
    """The amount of a payment."""
    return 100 + number * 7919 % 500_000


def ours(count: int) -> None:
    """Our order: written to a file and validated as a stream, and hashed."""
    from states.formats import pain001, pain001_schema  # noqa: PLC0415  # only one of the two is in a process

    def transfers() -> Iterator[pain001.Transfer]:
        for number in range(count):
            yield pain001.Transfer(
                end_to_end_id=f"PAYABLE-{number:012d}-ABCDEF",
                amount=Decimal(cents(number)).scaleb(-2),
                name=f"Beveiliging en Slot {number} B.V.",
                iban=CREDITOR,
                remittance=f"Factuur 2026-{number}",
            )

    total = Decimal(sum(map(cents, range(count)))).scaleb(-2)
    order = pain001.Order("BATCH-1", "BATCH-1", datetime(2026, 1, 2, tzinfo=UTC), DAY, "Gemeente Zilverdam", DEBTOR,
                          count, total, transfers())  # fmt: skip
    with TemporaryFile() as out:
        pain001.write(order, out)
        out.seek(0)
        pain001_schema.validate(out)
        out.seek(0)
        checksum = sha256()
        while piece := out.read(2**20):
            checksum.update(piece)


def sepaxml(count: int) -> None:
    """The same order by sepaxml."""
    from lxml import etree  # noqa: PLC0415
    from sepaxml import SepaTransfer  # noqa: PLC0415

    from states.formats import pain001_schema  # noqa: PLC0415

    config = {"name": "Gemeente Zilverdam", "IBAN": DEBTOR, "batch": True, "currency": "EUR"}
    order = SepaTransfer(config, schema="pain.001.001.09", clean=False)
    for number in range(count):
        order.add_payment(
            {
                "name": f"Beveiliging en Slot {number} B.V.",
                "IBAN": CREDITOR,
                "amount": cents(number),
                "execution_date": DAY,
                "description": f"Factuur 2026-{number}",
                "endtoend_id": f"PAYABLE-{number:012d}-ABCDEF",
            }
        )
    written = order.export(validate=False)
    if not pain001_schema.iso_schema().validate(etree.fromstring(written)):
        raise ValueError("The order of sepaxml is not valid.")


def measure_order(who: str, count: int) -> tuple[float, float]:
    """Seconds and peak memory in MiB of one order in its own process."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.pain001", who, str(count)], check=True, capture_output=True, text=True
    )
    result = json.loads(done.stdout)
    return result["seconds"], result["peak_mib"]


def main() -> list[dict[str, Any]]:
    """Measure; the figures are medians of the rounds."""
    few = measure_order("ours", FEW)[1]
    mine, others = [], []
    for _ in range(ROUNDS):
        mine.append(measure_order("ours", PAYMENTS))
        others.append(measure_order("sepaxml", PAYMENTS))
    rates = [PAYMENTS / seconds for seconds, _ in mine]
    theirs = [PAYMENTS / seconds for seconds, _ in others]
    ratios = [rate / other for rate, other in zip(rates, theirs, strict=True)]
    peak, peak_of_other = max(peak for _, peak in mine), max(peak for _, peak in others)
    note = f"{PAYMENTS} payments, validated by the XSD, median of {ROUNDS} rounds in turns"
    flat = f"the whole process at {PAYMENTS} payments, {few:.0f} at {FEW}; sepaxml {peak_of_other:.0f}"
    return [
        {"name": "pain001.payments_per_s", "value": round(statistics.median(rates)), "unit": "1/s", "note": note},
        {
            "name": "pain001.vs_sepaxml",
            "value": round(statistics.median(ratios), 2),
            "unit": "ratio",
            "note": f"sepaxml {statistics.median(theirs):.0f} payments/s at its fastest; {note}",
        },
        {"name": "pain001.peak_mib", "value": round(peak, 1), "unit": "MiB", "note": flat},
    ]


if __name__ == "__main__":
    began = time.perf_counter()
    {"ours": ours, "sepaxml": sepaxml}[sys.argv[1]](int(sys.argv[2]))
    spent = time.perf_counter() - began
    print(json.dumps({"seconds": spent, "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
