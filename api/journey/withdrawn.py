"""(e) One withdrawn by its applicant; on the way, what bad input gets."""

from uuid import uuid4

from api.journey import common_steps
from api.journey.bad_input import expect_refusals, expect_replay
from api.journey.case import Journey, receive
from rules.core.roles import Role


def run(journey: Journey) -> str:
    """Drive it to withdrawn; answers its reference."""
    journey.log.chapter("(e) One withdrawn")
    applicant, key = journey.client.of(Role.APPLICANT), uuid4().hex
    case = receive(journey, by=applicant, key=key)
    expect_replay(case, applicant, key)
    expect_refusals(case)
    common_steps.interview(case)
    case.carry_out(case.client.of(Role.APPLICANT, case.applicant), "withdraw", {"reasons": "Moved to another office."})
    case.expect_stage("withdrawn")
    items = case.officer.get(f"{case.address}/priority")["items"]
    case.log.expect_equal("The work that still waits", [item["action"] for item in items], [])
    case.log.line(f"The applicant withdraws {case.reference}; nothing of it waits in the work list any more.")
    return case.reference
