"""Invoice totals: what an invoice states about amounts, currency and buyer."""

from typing import Any

import pytest
from invoicing import fill_once, invoice, line
from office import GOUDVEEN, ZILVERDAM, refused, row, snapshot
from prepared_databases import Prepared

from states.errors import MalformedError
from states.tables.application import Measure

RATES = [{"vatRate": "21", "net": "100.00", "vat": "21.00"}]
TOTALS = {"net": "100.00", "vat": "21.00", "gross": "121.00", "rates": RATES}


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"totals": TOTALS}, []),
        ({"totals": {**TOTALS, "gross": "121.01"}}, ["payable.total-as-stated"]),
        ({"totals": {**TOTALS, "vat": "21.01"}}, ["payable.as-stated"]),
        ({"totals": {**TOTALS, "rates": [{"vatRate": "9", "net": "100.00", "vat": "21.00"}]}}, ["payable.as-stated"]),
        ({"currency": "USD"}, ["payable.in-euros"]),
        ({"addressedTo": ZILVERDAM}, []),
        ({"addressedTo": GOUDVEEN}, ["payable.addressee-right"]),
    ],
)
def test_an_invoice_is_what_it_states_in_euros_and_in_the_name_of_its_employer(
    prepared: Prepared, changes: dict[str, Any], rules: list[str]
) -> None:
    engine = prepared("provided-municipality", fill_once)
    item = line(row(engine, Measure).id)
    if rules:
        before = snapshot(engine)
        assert refused(lambda: invoice(engine, item, **changes)) == rules
        assert snapshot(engine) == before
    else:
        invoice(engine, item, **changes)


def test_an_invoice_in_the_officials_name_names_no_employer(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    with pytest.raises(MalformedError) as caught:
        invoice(engine, line(row(engine, Measure).id), addressee="official", addressedTo=ZILVERDAM)
    assert [field for field, _ in caught.value.problems] == ["addressedTo"]


@pytest.mark.parametrize("spelled", ["NL-02.ABNA 0123 4567.89", "nl02abna0123456789"])
def test_an_account_is_the_same_however_it_is_punctuated(prepared: Prepared, spelled: str) -> None:
    engine = prepared("provided-municipality", fill_once)
    item = line(row(engine, Measure).id, final=False)
    invoice(engine, item, iban="NL02ABNA0123456789")
    assert refused(lambda: invoice(engine, item, iban=spelled)) == ["payable.not-a-duplicate"]
