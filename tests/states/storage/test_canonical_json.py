"""Canonical JSON of the ledger is that of RFC 8785."""

from decimal import Decimal

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from states.engine.bodies import Amount, Body, parse
from states.storage.canonical_json import canonical, plain

KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
THINGS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(THINGS)
def test_our_canonical_bytes_are_those_of_the_standard(thing: object) -> None:
    assert canonical(thing) == rfc8785.dumps(thing)  # type: ignore[arg-type]


class Paid(Body):
    amount: Amount


@pytest.mark.parametrize(("amount", "written"), [("-0.00", "0.00"), ("-0", "0.00"), ("0", "0.00"), ("-0.01", "-0.01")])
def test_an_amount_of_zero_has_no_sign(amount: str, written: str) -> None:
    assert plain(Decimal(amount)) == written


def test_an_amount_of_zero_with_a_sign_loses_it() -> None:
    assert str(parse(Paid, {"amount": "-0.00"}).amount) == "0.00"
