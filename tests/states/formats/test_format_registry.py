"""Format registry: the bank files that are read, by namespace, and the refusal of others."""

import pytest

from states.formats import camt053, pain001, pain001_schema, pain002
from states.formats.errors import BankFileError
from states.formats.registry import BANK_FILES, PAYMENT_ORDER, PAYMENT_ORDERS, bank_file_format


@pytest.mark.parametrize("version", ["02", "08", "13"])
@pytest.mark.parametrize(
    ("message", "noun", "read"),
    [("camt.053.001", "statement", camt053.read), ("pain.002.001", "status report", pain002.read)],
)
def test_every_version_of_a_message_has_the_same_reader(message: str, noun: str, read: object, version: str) -> None:
    form = bank_file_format(f"urn:iso:std:iso:20022:tech:xsd:{message}.{version}", 1)
    assert (form.message, form.noun, form.read) == (message, noun, read)


@pytest.mark.parametrize(
    "namespace",
    [
        "",
        "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08",
        "urn:iso:std:iso:20022:tech:xsd:camt.053.002.01",
        "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09",
        "urn:iso:std:iso:20022:tech:xsd:camt.053.001",
        "https://bank.example/camt.053.001.08",
    ],
)
def test_an_unknown_namespace_is_refused_with_the_formats_that_are_read(namespace: str) -> None:
    with pytest.raises(BankFileError) as refused:
        bank_file_format(namespace, 7)
    assert refused.value.line == 7
    assert refused.value.reason == "the file is neither a statement nor a status report of a bank"
    assert (
        refused.value.remedy
        == "A Document of camt.053.001.NN (statement) or pain.002.001.NN (status report) is right here"
    )
    for form in BANK_FILES.values():
        assert f"{form.message}.NN ({form.noun})" in refused.value.remedy


def test_each_order_format_is_keyed_by_the_message_that_it_writes() -> None:
    assert PAYMENT_ORDERS["pain.001.001.09"] is PAYMENT_ORDER
    assert pain001.NAMESPACE == "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
    assert (PAYMENT_ORDER.write, PAYMENT_ORDER.validate) == (pain001.write, pain001_schema.validate)
