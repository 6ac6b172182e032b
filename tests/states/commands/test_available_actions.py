"""Available actions: the first proposal advances a case, and is the same however much of the list is evaluated."""

from datetime import timedelta

import pytest
from office import GOUDVEEN, START, ZILVERDAM, carry_out, onward, receive, sparing
from proposals import named, up_to_allowed
from sqlalchemy import Engine

from states.charts.application import Stage
from states.commands.available_actions import actions
from states.storage.database import transaction
from states.tables.application import Application


@pytest.mark.parametrize("employers", [[ZILVERDAM], [ZILVERDAM, GOUDVEEN]], ids=["one employer", "two employers"])
def test_the_next_step_alone_is_the_first_allowed_of_all_actions_at_every_step(
    office: Engine, employers: list[str]
) -> None:
    """The set-up of other tests asks for the next step alone; this test compares it with the whole list."""
    reference, at = receive(office, employers=employers), START
    charts = set()
    for _ in range(200):
        at += timedelta(minutes=1)
        with transaction(office) as session:
            application = session.get_one(Application, reference)
            if application.state is Stage.CLOSED:
                break
            every = actions(session, application, at=at, demonstration=True)
            assert onward(up_to_allowed(session, application, at=at)) == onward(every)
            for event in {action.event for action in every}:
                assert named(session, application, event, at=at) == [item for item in every if item.event == event]
            step = sparing(every)
            assert step is not None
            charts.add(step.chart)
            carry_out(session, step, at=at)
    assert charts == {"application", "takeover", "measure", "payable", "payment-batch", "organisation", "booking"}
    assert application.state is Stage.CLOSED
