"""Patterns of ids, numbers and names in bodies, each with what to give instead of a value that does not fit it."""

from rules.core import characters
from rules.core.wording import marked
from rules.payments.accounting_periods import PERIOD

CODE = r"^[A-Za-z0-9][A-Za-z0-9./-]{0,39}$"
HANDLE = r"^[a-z0-9][a-z0-9-]{1,60}$"
ACCOUNT_NAME = r"^[A-Za-z0-9À-ÿ .'()/-]{2,70}$"
"""A payer's name in characters that a bank accepts."""
INVOICE_NUMBER = r"^[A-Za-z0-9][A-Za-z0-9._/-]*( [A-Za-z0-9._/-]+)*$"
EMAIL = rf"^[^@\s<>,;:\"\u0000-\u001f{characters.NEVER}]{{1,64}}@[A-Za-z0-9.-]{{1,190}}$"
REFERENCE = "VA-[0-9]{4}-[A-Z0-9]{8}"
"""Pattern of an application's reference."""
TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
CURRENCY = r"^[A-Z]{3}$"
TAX_NUMBER = r"^[0-9]{9}(B[0-9]{2})?$"
DEBTOR_IBAN = r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}$"

A_PERSON = marked("Give the person's id, such as officer-1.")
AN_EMPLOYER = marked("Give the employer's id, such as gemeente-oosterveen; GET /v1/organisations lists them.")
ID_OF = {
    "invoice": marked("Give the invoice's id, such as invoice-...; it stands as `invoice` in the payables."),
    **dict.fromkeys(("organisation", "employer", "employers", "addressedTo", "payer"), AN_EMPLOYER),
    **dict.fromkeys(("person", "adviser", "officer", "applicant", "representative", "heardBy", "to"), A_PERSON),
    "measure": marked("Give the measure's id, such as measure-...; the measures of the application list them."),
    "replaces": marked("Give the payable's id, such as payable-...; GET /v1/payables lists them."),
    "objection": marked(
        "Give the objection's id, such as objection-...; the history of the case names it as `subject`."
    ),
    "giveBack": marked("Give the work item's id, such as work-...; GET /v1/work-items lists them."),
    "message": marked("Give the bank file's id, such as message-...; GET /v1/bank-messages lists them."),
    "signal": marked("Give the threat signal's id, such as signal-...; it stands in `signals` of the application."),
    "absence": marked("Give the absence's id, such as absence-...; the work of the person lists them."),
}
"""What to give for an id that cannot be one, by the field that names it."""
DESCRIPTIONS = {
    CODE: marked("Give letters, digits, '.', '/' and '-', at most 40, a letter or digit first, such as F-2026/17."),
    HANDLE: marked("Give small letters, digits and '-', 2 to 61 of them, no '-' first, such as officer-1."),
    ACCOUNT_NAME: marked("Give letters, digits, spaces and . ' ( ) / -, 2 to 70 of them, such as Gemeente Zilverdam."),
    INVOICE_NUMBER: marked(
        "Give the number as the invoice bears it: letters, digits, '.', '_', '/' and '-' with single spaces between,"
        " at most 40, a letter or digit first; with spaces a digit too and no words, such as F 2026_0012."
    ),
    EMAIL: marked("Give an e-mail address, such as name@example.nl."),
    f"^{REFERENCE}$": marked("Give the reference of an application, such as VA-2026-4M8476ET."),
    PERIOD: marked("Give a month or a year: 2026-11 or 2026."),
    TIME: marked("Give a time of day, such as 09:30."),
    CURRENCY: marked("Give a currency in three capitals, such as EUR."),
    TAX_NUMBER: marked("Give the tax number in nine digits, for VAT with B and two more, such as 123456789B01."),
    DEBTOR_IBAN: marked("Give the IBAN in capitals and digits without spaces, such as NL91ABNA0417164300."),
}
"""What to give for a text that does not fit its pattern."""


EXAMPLES = {
    CODE: "F-2026/17",
    HANDLE: "officer-1",
    INVOICE_NUMBER: "F 2026_0012",
    EMAIL: "name@example.nl",
    f"^{REFERENCE}$": "VA-2026-4M8476ET",
    PERIOD: "2026-11",
    TIME: "09:30",
    CURRENCY: "EUR",
}
"""A text that fits each pattern."""


def description_of(pattern: str, field: str) -> str | None:
    """Return what to give for a text that does not fit a pattern; None if the pattern has no description."""
    if pattern == HANDLE and field in ID_OF:
        return ID_OF[field]
    return DESCRIPTIONS.get(pattern)
