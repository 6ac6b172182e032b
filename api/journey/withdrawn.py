"""(e) One withdrawn by its applicant; on the way, what bad input gets."""

from uuid import uuid4

from api.journey import common_steps
from api.journey.bad_input import turned_away, used_twice
from api.journey.case import Journey, receive
from rules.core.roles import Role


def run(journey: Journey) -> str:
    """Drive it to withdrawn; answers its reference."""
    journey.story.chapter("(e) One withdrawn")
    applicant, key = journey.client.of(Role.APPLICANT), uuid4().hex
    case = receive(journey, by=applicant, key=key)
    used_twice(case, applicant, key)
    turned_away(case)
    common_steps.interview(case)
    case.do(case.client.of(Role.APPLICANT, case.applicant), "withdraw", {"reasons": "Moved to another office."})
    case.at_stage("withdrawn")
    items = case.officer.get(f"{case.address}/priority")["items"]
    case.story.same("The work that still waits", [item["action"] for item in items], [])
    case.story.tell(f"The applicant withdraws {case.reference}; nothing of it waits in the work list any more.")
    return case.reference
