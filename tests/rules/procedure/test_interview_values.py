"""Interview values: how far ahead an interview is planned, and how many an adviser has on a day."""

import pytest

from rules.core.errors import RulesError
from rules.procedure.intake import check_most


@pytest.mark.parametrize("most", [0, -1, True, 2.5, "2", None])
@pytest.mark.parametrize("name", ["interview_horizon", "interviews_per_day"])
def test_some_interview_can_always_be_planned(name: str, most: object) -> None:
    with pytest.raises(RulesError, match=f"^{name} is .*: give a whole number of at least 1"):
        check_most(name, most)
    assert check_most(name, 1) == 1
