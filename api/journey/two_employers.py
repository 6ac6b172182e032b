"""Two employers (b): a mayor of two municipalities, of which each takes over and each pays its part."""

from decimal import Decimal

from api.journey import common_steps, payment
from api.journey.case import LINDEWAARD, ZILVERDAM, Case, Journey, receive

NETS = {"travel": "250.00", "digital": "1000.01"}
ESTIMATES = {"travel": "302.50", "digital": "1210.01"}
"""Estimates with a cent that two employers cannot share equally: the first one pays it."""


def run(journey: Journey) -> str:
    """Take the application to closed and return its reference."""
    journey.log.chapter("(b) A mayor of two municipalities")
    case = receive(journey, office="mayor", employers=(ZILVERDAM, LINDEWAARD))
    common_steps.begin_intake(case)
    common_steps.interview(case)
    common_steps.advise(case, ESTIMATES)
    common_steps.adopt(case)
    for employer in case.employers:
        common_steps.confirm_receipt(case, employer, case.today)
    common_steps.take_over(case, ZILVERDAM)
    case.expect_stage("takeover")
    states = {item["state"] for item in case.measures()}
    case.log.expect_equal("Measures that only one of two took over", states, {"advised"})
    common_steps.take_over(case, LINDEWAARD)
    case.expect_stage("provision")
    common_steps.provide(case)
    payment.settle(case, NETS, checks=False)
    expect_equal_parts(case)
    return case.reference


def expect_equal_parts(case: Case) -> None:
    """Check that the first employer pays the cent that cannot be shared, and no more."""
    parts = {item["organisation"]: Decimal(item["gross"]) for item in case.part("payables")}
    more = parts[ZILVERDAM] - parts[LINDEWAARD]
    case.log.expect_equal("What the first pays more than the second", more, Decimal("0.01"))
    case.log.line(f"The parts are equal but for the cent that cannot be shared: {ZILVERDAM}, named first, pays it.")
