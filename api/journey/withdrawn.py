"""Withdrawn application (e): the applicant withdraws it; before that, bad input is tried on it."""

from uuid import uuid4

from api.journey import common_steps
from api.journey.bad_input import expect_refusals, expect_replay
from api.journey.case import Journey, receive
from rules.core.roles import Role


def run(journey: Journey) -> str:
    """Take the application to withdrawn and return its reference."""
    journey.log.chapter("(e) An application withdrawn by its applicant")
    applicant, key = journey.client.of(Role.APPLICANT), uuid4().hex
    case = receive(journey, by=applicant, key=key)
    expect_replay(case, applicant, key)
    expect_refusals(case)
    common_steps.interview(case)
    case.carry_out(case.client.of(Role.APPLICANT, case.applicant), "withdraw", {"reasons": "Moved to another office."})
    case.expect_stage("withdrawn")
    items = case.officer.get(f"{case.address}/priority")["items"]
    case.log.expect_equal("The work that still waits", [item["action"] for item in items], [])
    case.log.line(f"The applicant withdraws {case.reference}; none of its work is waiting any more.")
    return case.reference
