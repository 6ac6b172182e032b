"""Bank files: unsafe, oversized and unknown ones are refused, and every version of a message is read."""

import tracemalloc

import pytest

from states.formats import camt053, pain002
from states.formats.bank_xml import LIMIT, parse, refuse_unsafe
from states.formats.errors import BankFileError
from states.formats.pain001_schema import validate

NS = b"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
LAUGHS = b"".join(
    b'<!ENTITY l%d "%s">\n' % (each, b"&l%d;" % (each - 1) * 10 if each else b"lol") for each in range(10)
)


@pytest.mark.parametrize(
    "document",
    [
        b'<?xml version="1.0"?>\n<!DOCTYPE Document [\n' + LAUGHS + b']>\n<Document xmlns="%s">&l9;</Document>' % NS,
        b'<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>\n<Document>&e;</Document>',
        b'<?xml version="1.0"?>\n<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">\n<Document/>',
        b'<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>\n<Document/>',
    ],
)
@pytest.mark.parametrize("read", [camt053.read, pain002.read])
def test_a_file_with_a_document_type_or_entities_is_refused_on_its_line(document: bytes, read: object) -> None:
    assert callable(read)
    tracemalloc.start()
    with pytest.raises(BankFileError, match="document type or entities") as caught:
        read(document)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.line == 2
    assert peak < 2**20


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp037"])
def test_a_document_type_is_found_in_any_encoding(encoding: str) -> None:
    words = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE Document [<!ENTITY e "S1">]>'
        f'<Document xmlns="{NS.decode()}"><BkToCstmrStmt><Stmt><Id>S1</Id>'
        "<Acct><Id><IBAN>NL91ABNA0417164300</IBAN></Id></Acct></Stmt></BkToCstmrStmt></Document>"
    )
    document = words.encode(encoding)
    if encoding == "utf-7":
        document = words.replace("<!", "+ADwAIQ-").encode()
    assert b"<!DOCTYPE" not in document
    for read in (camt053.read, validate):
        with pytest.raises(BankFileError, match="not well-formed XML in UTF-8"):
            read(document)


def test_an_undeclared_entity_is_refused() -> None:
    with pytest.raises(BankFileError, match="well-formed"):
        camt053.read(b'<Document xmlns="%s">\n&boo;</Document>' % NS)


def test_a_file_over_the_limit_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(BankFileError, match="larger than the 10 bytes we read"):
        refuse_unsafe(b"x" * 11, limit=10)
    with pytest.raises(BankFileError, match=f"larger than the {LIMIT} bytes we read"):
        camt053.read(b'<Document xmlns="%s">' % NS + (b"<!--" + b"x" * 2**20 + b"-->") * 64)


@pytest.mark.parametrize(
    ("document", "line", "message"),
    [
        (b"", 1, "not well-formed"),
        (b"date;amount\n1;2\n", 1, "not well-formed"),
        (b"<Document>\n<a>\n</Document>", 3, "not well-formed"),
        (b'<Document xmlns="%s">\n<Caf\xe9/></Document>' % NS, 2, "not well-formed"),
        (b"\n<Document/>", 2, "no namespace"),
        (b'<html xmlns="%s"/>' % NS, 1, "the file is a html"),
        (b'<Document xmlns="%s"/>' % NS.replace(b"053", b"052"), 1, "camt.052.001.08"),
        (b'<Document xmlns="%s9"/>' % NS, 1, "camt.053.001.089"),
        (b'<Document xmlns="%s"/>' % NS, 1, "no BkToCstmrStmt"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_its_line_and_what_would_be_right(
    document: bytes, line: int, message: str
) -> None:
    with pytest.raises(BankFileError, match=message) as caught:
        camt053.read(document)
    assert caught.value.line == line
    assert caught.value.remedy


@pytest.mark.parametrize("version", ["02", "04", "06", "08", "10", "13"])
def test_every_version_of_a_message_is_read(version: str) -> None:
    namespace = f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"
    document = f'<Document xmlns="{namespace}"><BkToCstmrStmt/></Document>'.encode()
    assert parse(document, "camt.053.001", "BkToCstmrStmt").tag == f"{{{namespace}}}BkToCstmrStmt"
