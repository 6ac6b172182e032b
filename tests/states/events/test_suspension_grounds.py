"""The grounds for suspending a term are the same in the bodies of the events and in the dated values."""

from typing import get_args

import pytest

from rules.core.dated_values import versions
from states.engine.bodies import Body
from states.events.application.suspensions import SuspensionInterval
from states.events.catalogue import EVENTS


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (SuspensionInterval, "suspension_grounds"),
        (EVENTS["objection", "suspend"].body, "objection_suspension_grounds"),
    ],
)
def test_every_ground_of_a_body_has_its_article_and_party(body: type[Body], value: str) -> None:
    grounds = set(get_args(body.model_fields["ground"].annotation))
    for version in versions()[value]:
        assert set(version.value) == grounds
