"""E-invoices for tests, written by hand: UBL 2.1 as Peppol BIS Billing 3.0 asks for it, and ways to break one."""

from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

SPACES = (
    'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"'
    ' xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"'
)
PROFILE = "urn:cen.eu:en16931:2017#compliant#urn:fdc:nen.nl:nlcius:v1.0"


def money(name: str, amount: object, currency: str = "EUR") -> str:
    """An element with an amount."""
    return f'<cbc:{name} currencyID="{currency}">{amount}</cbc:{name}>'


def party(role: str, name: str) -> str:
    """The supplier or the customer."""
    named = f"<cac:PartyLegalEntity><cbc:RegistrationName>{escape(name)}</cbc:RegistrationName></cac:PartyLegalEntity>"
    return f"<cac:Accounting{role}Party><cac:Party>{named}</cac:Party></cac:Accounting{role}Party>"


def category(name: str, rate: object) -> str:
    """A VAT category with its rate."""
    tax = "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"
    return f"<cac:{name}><cbc:ID>S</cbc:ID><cbc:Percent>{rate}</cbc:Percent>{tax}</cac:{name}>"


def e_invoice(*, credit: bool = False, **changes: Any) -> bytes:
    """An invoice of two lines at 21 and one at 9 percent, with an allowance of 10 and a charge of 5 at 21 percent."""
    kind = "CreditNote" if credit else "Invoice"
    facts: dict[str, Any] = {
        "number": "F-2026-0042",
        "dated": "2026-03-02",
        "due": "2026-04-01",
        "currency": "EUR",
        "seller": "Beveiliging Voorbeeld BV",
        "buyer": "Gemeente Zilverdam",
        "order": "VA-2026-ABCDEFGH",
        "preceding": "F-1",
        "iban": "NL02ABNA0123456789",
        "lines": [("Camera Voorbeeldlaan 1", "100.00", "21"), ("Montage", "50.00", "21"), ("Handboek", "20.00", "9")],
        "allowance": "10.00",
        "charge": "5.00",
        "rates": [("21", "145.00", "30.45"), ("9", "20.00", "1.80")],
        "lines_net": "170.00",
        "allowances": "10.00",
        "charges": "5.00",
        "net": "165.00",
        "vat": "32.25",
        "gross": "197.25",
        "prepaid": "0.00",
        "payable": "197.25",
        "declaration": '<?xml version="1.0" encoding="UTF-8"?>\n',
        **changes,
    }
    euro = facts["currency"]
    lines = "".join(
        f"<cac:{kind}Line><cbc:ID>{place}</cbc:ID>{money('LineExtensionAmount', net, euro)}"
        f"<cac:Item><cbc:Name>{escape(name)}</cbc:Name>{category('ClassifiedTaxCategory', rate)}</cac:Item>"
        f"</cac:{kind}Line>\n"
        for place, (name, net, rate) in enumerate(facts["lines"], start=1)
    )
    sides = "".join(
        f"<cac:AllowanceCharge><cbc:ChargeIndicator>{charge}</cbc:ChargeIndicator>{money('Amount', facts[name], euro)}"
        f"{category('TaxCategory', 21)}</cac:AllowanceCharge>\n"
        for name, charge in (("allowance", "false"), ("charge", "true"))
        if Decimal(facts[name])
    )
    subtotals = "".join(
        f"<cac:TaxSubtotal>{money('TaxableAmount', base, euro)}{money('TaxAmount', vat, euro)}"
        f"{category('TaxCategory', rate)}</cac:TaxSubtotal>"
        for rate, base, vat in facts["rates"]
    )
    account = f"<cac:PayeeFinancialAccount><cbc:ID>{facts['iban']}</cbc:ID></cac:PayeeFinancialAccount>"
    code = "<cbc:PaymentMeansCode>30</cbc:PaymentMeansCode>"
    preceding = f"<cac:InvoiceDocumentReference><cbc:ID>{facts['preceding']}</cbc:ID></cac:InvoiceDocumentReference>"
    totals = "".join(
        money(name, facts[key], euro)
        for name, key in (
            ("LineExtensionAmount", "lines_net"),
            ("TaxExclusiveAmount", "net"),
            ("TaxInclusiveAmount", "gross"),
            ("AllowanceTotalAmount", "allowances"),
            ("ChargeTotalAmount", "charges"),
            ("PrepaidAmount", "prepaid"),
            ("PayableAmount", "payable"),
        )
    )
    parts = [
        f"<cbc:CustomizationID>{PROFILE}</cbc:CustomizationID>",
        "<cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>",
        f"<cbc:ID>{escape(facts['number'])}</cbc:ID>",
        f"<cbc:IssueDate>{facts['dated']}</cbc:IssueDate>",
        "" if credit else f"<cbc:DueDate>{facts['due']}</cbc:DueDate>",
        f"<cbc:{kind}TypeCode>{381 if credit else 380}</cbc:{kind}TypeCode>",
        f"<cbc:DocumentCurrencyCode>{euro}</cbc:DocumentCurrencyCode>",
        f"<cac:OrderReference><cbc:ID>{facts['order']}</cbc:ID></cac:OrderReference>",
        f"<cac:BillingReference>{preceding}</cac:BillingReference>" if credit else "",
        party("Supplier", facts["seller"]),
        party("Customer", facts["buyer"]),
        f"<cac:PaymentMeans>{code}{account if facts['iban'] else ''}</cac:PaymentMeans>",
        sides,
        f"<cac:TaxTotal>{money('TaxAmount', facts['vat'], euro)}{subtotals}</cac:TaxTotal>",
        f"<cac:LegalMonetaryTotal>{totals}</cac:LegalMonetaryTotal>",
        lines,
    ]
    root = f'<{kind} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{kind}-2" {SPACES}>'
    return (facts["declaration"] + root + "\n" + "\n".join(filter(None, parts)) + f"</{kind}>").encode()
