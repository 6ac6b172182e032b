"""The ledger's canonical JSON is that of RFC 8785."""

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from states.ledger import canonical

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
