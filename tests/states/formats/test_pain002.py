"""Pain.002: the status of the order, the batch and each payment is read from a report."""

import pytest

from states.formats.errors import BankFileError
from states.formats.pain002 import PaymentStatus, read

GROUP = "<OrgnlGrpInfAndSts>\n<OrgnlMsgId>VA-1</OrgnlMsgId>{}</OrgnlGrpInfAndSts>\n"
REASON = "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>"


def report(*parts: str, group: str = GROUP.format("<GrpSts>PART</GrpSts>"), header: str = "<MsgId>R1</MsgId>") -> bytes:
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10">\n<CstmrPmtStsRpt>\n'
        f"<GrpHdr>{header}</GrpHdr>\n{group}{''.join(parts)}</CstmrPmtStsRpt></Document>"
    ).encode()


def batch(*payments: str, status: str = "", reason: str = "") -> str:
    return (
        f"<OrgnlPmtInfAndSts>\n<OrgnlPmtInfId>P1</OrgnlPmtInfId>{status}{reason}\n"
        f"{''.join(payments)}</OrgnlPmtInfAndSts>\n"
    )


def payment(number: str = "<OrgnlEndToEndId>E1</OrgnlEndToEndId>", status: str = "", reason: str = "") -> str:
    return f"<TxInfAndSts>{number}{status}{reason}</TxInfAndSts>\n"


def test_a_report_gives_the_status_of_the_group_the_batch_and_each_payment() -> None:
    rejected = payment(status="<TxSts>RJCT</TxSts>", reason=REASON)
    accepted = payment("<OrgnlEndToEndId>E2</OrgnlEndToEndId>", "<TxSts>ACSP</TxSts>")
    found = read(report(batch(rejected, accepted, status="<PmtInfSts>PART</PmtInfSts>")))
    assert (found.id, found.original_message_id, found.group_status) == ("R1", "VA-1", "PART")
    assert [(each.payment_information_id, each.status) for each in found.batches] == [("P1", "PART")]
    assert found.payments == (PaymentStatus("E1", "RJCT", "AC04", 8), PaymentStatus("E2", "ACSP", None, 9))


def test_a_payment_without_a_status_has_the_one_above_it() -> None:
    found = read(report(batch(payment(), status="<PmtInfSts>RJCT</PmtInfSts>", reason=REASON)))
    assert (found.payments[0].status, found.payments[0].reason) == ("RJCT", "AC04")
    assert read(report(batch(payment()))).payments[0].status == "PART"


def test_an_order_rejected_as_a_whole_names_no_payment() -> None:
    found = read(report(group=GROUP.format(f"<GrpSts>RJCT</GrpSts>{REASON}")))
    assert (found.group_status, found.reason, found.payments) == ("RJCT", "AC04", ())


@pytest.mark.parametrize(
    ("document", "line", "message"),
    [
        (report(group=""), 2, "which order"),
        (report(group=GROUP.format("")), 4, "no status at all"),
        (
            report(group="<OrgnlGrpInfAndSts><GrpSts>ACCP</GrpSts></OrgnlGrpInfAndSts>"),
            4,
            "original message id",
        ),
        (report(header=""), 2, "no identification"),
        (report(batch(payment()), group=GROUP.format("")), 8, "payment has no status"),
        (report(batch(payment("", "<TxSts>ACCP</TxSts>"))), 8, "end-to-end id"),
        (report(batch(payment(status="<TxSts>fine</TxSts>"))), 8, "TxSts is 'fine'"),
        (report().replace(b"pain.002", b"pain.001"), 1, "pain.001.001.10"),
    ],
)
def test_a_defect_is_refused_on_its_line_with_what_would_be_right(document: bytes, line: int, message: str) -> None:
    with pytest.raises(BankFileError, match=message) as caught:
        read(document)
    assert caught.value.line == line
    assert caught.value.remedy
