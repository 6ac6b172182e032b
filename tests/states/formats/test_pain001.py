"""Pain.001: a payment order is valid by the ISO schema and the same byte for byte, or is refused with a reason."""

import tracemalloc
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from io import BytesIO, RawIOBase

import pytest
from bank_orders import CREDITOR, order, transfer
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from states.formats.errors import BankError, BankFileError, BankTextError, OrderError
from states.formats.pain001 import LARGEST, Transfer, document, write
from states.formats.pain001_schema import iso_schema, validate

NS = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
AMOUNTS = st.decimals(Decimal("0.01"), LARGEST, places=2)
EUROPEAN = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x52F), min_size=1, max_size=30)


class NullSink(RawIOBase):
    def write(self, data: object, /) -> int:
        return len(data)  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.one_of(st.text(max_size=90), EUROPEAN), AMOUNTS, EUROPEAN), min_size=1, max_size=4))
def test_whatever_the_names_and_amounts_a_written_order_is_valid_by_the_iso_schema(
    payments: list[tuple[str, Decimal, str]],
) -> None:
    transfers = []
    for number, (name, amount, words) in enumerate(payments):
        one = transfer(number + 1, name=name, amount=amount, remittance=words)
        try:
            document(order([one]))
        except OrderError:
            continue
        transfers.append(one)
    if transfers:
        written = document(order(transfers))
        validate(written)
        tree = etree.fromstring(written)
        assert tree.xpath("count(//p:CdtTrfTxInf)", namespaces=NS) == len(transfers)
        amounts = tree.xpath("//p:InstdAmt/text()", namespaces=NS)
        assert [Decimal(each) for each in amounts] == [each.amount for each in transfers]


@given(EUROPEAN.filter(str.isalpha))
def test_most_european_names_can_be_paid(name: str) -> None:
    # Armenian and the rarer Cyrillic are refused by name; anything up to Latin Extended-A must pass.
    try:
        document(order([transfer(name=name)]))
    except OrderError as error:
        assert max(map(ord, name)) > 0x17F, error  # noqa: PT017


def test_the_same_order_gives_the_same_bytes_whatever_the_clock_and_zone() -> None:
    transfers = [transfer(number) for number in range(1, 1200)]
    amsterdam = datetime(2026, 1, 2, 10, 30, tzinfo=timezone(timedelta(hours=1)))
    assert document(order(transfers)) == document(order(transfers, created_at=amsterdam))
    assert document(order(transfers)) == document(order(iter(transfers)))
    assert document(order(transfers)) != document(order(transfers, message_id="VA-2026-0002"))


def test_two_ways_to_write_one_amount_give_the_same_bytes() -> None:
    assert document(order([transfer(amount=Decimal("12.5"))])) == document(order([transfer(amount=Decimal("12.500"))]))
    assert b'<InstdAmt Ccy="EUR">100.00<' in document(order([transfer(amount=Decimal("1E+2"))]))


def test_the_order_says_what_sepa_asks_and_holds_no_address() -> None:
    written = document(order([transfer()]))
    for part in (
        b"<BtchBookg>false</BtchBookg>",
        b"<SvcLvl><Cd>SEPA</Cd></SvcLvl>",
        b"<ReqdExctnDt><Dt>2026-01-05</Dt></ReqdExctnDt>",
        b"<ChrgBr>SLEV</ChrgBr>",
        b"<CreDtTm>2026-01-02T09:30:00Z</CreDtTm>",
    ):
        assert part in written
    assert b"PstlAdr" not in written
    together = document(order([transfer()], batch_booking=True))
    assert b"<BtchBookg>true</BtchBookg>" in together
    validate(together)


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "1.005", "1000000000.00", "NaN", "sNaN", "Infinity"])
def test_an_amount_that_cannot_be_paid_is_refused_with_its_payment(amount: str) -> None:
    with pytest.raises(OrderError, match=r"^Transfer VA-00000001: its amount is"):
        document(order([transfer(amount=Decimal(amount))], count=1, total=Decimal(1)))


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", "山田"),
        ("name", ""),
        ("iban", "NL92ABNA0417164300"),
        ("remittance", "x" * 141),
        ("end_to_end_id", "/1"),
    ],
)
def test_a_transfer_that_the_bank_would_refuse_is_named(field: str, wrong: str) -> None:
    with pytest.raises(OrderError, match=r"^Transfer "):
        document(order([transfer(**{field: wrong})]))


@pytest.mark.parametrize(
    ("count", "total"),
    [(1, "0.03"), (3, "0.03"), (2, "0.02"), (2, "0.04"), (2, "0.034"), (2, "NaN"), (0, "0")],
)
def test_a_header_that_disagrees_with_the_transfers_is_refused(count: int, total: str) -> None:
    transfers = [transfer(1), transfer(2)]
    with pytest.raises(OrderError):
        document(order(transfers, count=count, total=Decimal(total)))


def test_an_order_without_transfers_or_time_zone_or_with_a_wrong_debtor_is_refused() -> None:
    with pytest.raises(OrderError, match="no transfers"):
        document(order([]))
    with pytest.raises(OrderError, match="time zone"):
        document(order([transfer()], created_at=datetime(2026, 1, 2)))  # noqa: DTZ001
    with pytest.raises(BankTextError, match="debtor's IBAN"):
        document(order([transfer()], debtor_iban="NL00"))


def test_writing_twenty_thousand_payments_needs_constant_memory() -> None:
    def stream(count: int) -> Iterator[Transfer]:
        return (transfer(number) for number in range(1, count + 1))

    def peak(count: int) -> int:
        total = Decimal(count * (count + 1) // 2) / 100
        tracemalloc.start()
        try:
            write(order(stream(count), count=count, total=total), NullSink())  # type: ignore[arg-type]
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    small, large = peak(1_000), peak(20_000)
    assert large < small + 100_000
    assert large < 2**20


MUTATIONS = [
    (b"<PmtMtd>TRF<", b"<PmtMtd>TRX<", "PmtMtd"),
    (b"<Nm>Alarm", b"<Name>Alarm", "well-formed"),
    (b"<Cdtr><Nm>Alarm en Slot B.V.</Nm></Cdtr>", b"<Cdtr><Nm></Nm></Cdtr>", "Nm"),
    (CREDITOR.encode(), b"nl20inGB", "IBAN"),
    (b"<ChrgBr>SLEV</ChrgBr>", b"<ChrgBr>SLEV</ChrgBr><X/>", "X"),
    (b"</PmtInf></CstmrCdtTrfInitn></Document>", b"", "well-formed"),
    (b"</CstmrCdtTrfInitn></Document>", b"</CstmrCdtTrfInitn></Document><more/>", "well-formed"),
    (b"pain.001.001.09", b"pain.001.001.03", "Document"),
    (b"VA-00000002", b"VA-00000001", "stands twice"),
    (b"<NbOfTxs>3<", b"<NbOfTxs>4<", "NbOfTxs says 4"),
    (b"<CtrlSum>0.06<", b"<CtrlSum>0.07<", "CtrlSum says 0.07"),
]


@pytest.mark.parametrize(("right", "wrong", "message"), MUTATIONS)
def test_a_damaged_order_is_refused_with_line_and_reason(right: bytes, wrong: bytes, message: str) -> None:
    whole = document(order([transfer(number) for number in (1, 2, 3)]))
    validate(whole)
    assert right in whole
    with pytest.raises(BankFileError, match=message) as caught:
        validate(whole.replace(right, wrong, 1))
    assert caught.value.line
    assert caught.value.remedy


def test_a_refusal_by_the_schema_repeats_no_account() -> None:
    with pytest.raises(BankFileError) as caught:
        validate(document(order([transfer()])).replace(CREDITOR.encode(), b"nl20 it's secret"))
    assert "secret" not in str(caught.value)
    assert "not shown" in str(caught.value)


@given(st.data())
def test_the_streaming_check_finds_whatever_a_check_of_the_whole_tree_finds(data: st.DataObject) -> None:
    whole = document(order([transfer(number) for number in range(1, 40)]))
    start = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:start] + data.draw(st.binary(max_size=3)) + whole[start + data.draw(st.integers(1, 40)) :]
    try:
        valid = iso_schema().validate(etree.parse(BytesIO(damaged)))
    except etree.XMLSyntaxError:
        valid = False
    if not valid:
        with pytest.raises(BankFileError):
            validate(damaged)


def test_every_error_of_the_bank_has_one_root() -> None:
    assert all(issubclass(each, BankError) for each in (BankFileError, BankTextError, OrderError))
