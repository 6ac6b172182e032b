"""Registry of the formats that are exchanged with a bank: the orders we write and the files we read.

A further format is one line here, a module that writes or reads it, and, for a file, the command that imports it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from states.formats import camt053, pain001, pain001_schema, pain002
from states.formats.bank_xml import Source
from states.formats.errors import BankFileError

ISO_20022 = "urn:iso:std:iso:20022:tech:xsd:"

BankFile = camt053.Statement | pain002.StatusReport
"""What a file of the bank says, once it is read."""


@dataclass(frozen=True, slots=True)
class PaymentOrderFormat:
    """A format of payment orders: how one is written, and how what was written is checked before it leaves."""

    write: Callable[[pain001.Order, BinaryIO], None]
    validate: Callable[[Source], None]


@dataclass(frozen=True, slots=True)
class BankFileFormat:
    """A format of bank files: its message, what users call it, and how it is read."""

    message: str
    """Without the version, as in ``camt.053.001``."""
    noun: str
    read: Callable[[Source], BankFile]


PAYMENT_ORDERS = {"pain.001.001.09": PaymentOrderFormat(pain001.write, pain001_schema.validate)}
"""By ISO 20022 message and version."""
PAYMENT_ORDER = PAYMENT_ORDERS["pain.001.001.09"]
"""The format in which batches are written."""

BANK_FILES = {
    ISO_20022 + form.message: form
    for form in (
        BankFileFormat("camt.053.001", "statement", camt053.read),
        BankFileFormat("pain.002.001", "status report", pain002.read),
    )
}
"""By namespace without the version, which is its last part: every version of a message is read the same way."""


def bank_file_format(namespace: str, line: int | None) -> BankFileFormat:
    """The format of a bank file with this namespace.

    Raises:
        BankFileError: no such format is read; the message names those that are.
    """
    if (form := BANK_FILES.get(namespace.rpartition(".")[0])) is not None:
        return form
    known = BANK_FILES.values()
    raise BankFileError(
        line,
        f"the file is neither {' nor '.join(f'a {form.noun}' for form in known)} of a bank",
        f"A Document of {' or '.join(f'{form.message}.NN ({form.noun})' for form in known)} is right here",
    )
