"""Acute application (a): a threat is reported in the intake, and the home measure waits for its certificate."""

from typing import Any

from api.journey import common_steps, payment
from api.journey.case import THREAT, ZILVERDAM, Case, Journey, moment, place_of, receive
from api.journey.client import expect_success
from api.journey.transcript import UnexpectedError
from rules.core.roles import Role
from rules.threats.handoff import HandOffStep

NETS = {"home": "1500.00", "work": "400.00", "travel": "800.00", "digital": "500.00"}
ESTIMATES = {"home": "1815.00", "work": "484.00", "travel": "968.00", "digital": "605.00"}
STEPS = {HandOffStep.SUPPORT_TEAM, HandOffStep.SECURITY_CONTACT, HandOffStep.CONSIDER_LOAN}
"""Hand-off steps required for a death threat that was reported to the police."""
MAX_CLAIMS = 40
"""Claims after which something is wrong, however much other acute work waits."""


def run(journey: Journey) -> str:
    """Take the application to closed and return its reference."""
    journey.log.chapter("(a) An acute application")
    case = receive(journey, office="mayor")
    common_steps.begin_intake(case)
    threaten(case)
    take_from_the_queue(case)
    common_steps.interview(case)
    common_steps.advise(case, ESTIMATES)
    return_one_domain(case)
    common_steps.adopt(case)
    common_steps.confirm_receipt(case, ZILVERDAM, case.today)
    common_steps.take_over(case, ZILVERDAM)
    wait_for_the_certificate(case)
    payment.settle(case, NETS, checks=True)
    return case.reference


def threaten(case: Case) -> None:
    """Record a threat and check that the work of this case moves to the front."""
    log, before = case.log, place_of(case, "plan-interview")
    log.line(f"Its intake has place {before['place']}, lane {before['lane']}, behind {waiting_before(before)}.")
    signal = {
        "kind": "death-threat",
        "source": "applicant",
        "occurredOn": case.today.isoformat(),
        "reportedToPolice": True,
        "details": THREAT,
    }
    expect_success(case.officer.post(f"{case.address}/actions/record-threat", signal))  # never asks for If-Match
    after = place_of(case, "plan-interview")
    log.line(f"A threat is reported: now place {after['place']}, lane {after['lane']}, behind {waiting_before(after)}.")
    log.expect_equal("The lane of its intake", after["lane"], "acute")
    slower = {lane: count for lane, count in after["before"].items() if lane != "acute"}
    log.expect_equal("Slower work before acute work", slower, {})
    log.expect(
        after["place"] <= before["place"] or not before["before"],
        "Its place after the threat",
        expected=f"{before['place']} or better",
        found=after["place"],
    )


def waiting_before(why: dict[str, Any]) -> str:
    """Return in words what waits before an item."""
    return ", ".join(f"{count} {lane}" for lane, count in why["before"].items()) or "nothing"


def take_from_the_queue(case: Case) -> None:
    """Claim until the intake and the hand-off steps of this case are claimed; release the items of other cases."""
    wanted, others = {"plan-interview", *STEPS}, []
    try:
        for _ in range(MAX_CLAIMS):
            claimed = expect_success(case.officer.post("/v1/work-items/actions/claim")).json()
            item, why = claimed["item"], claimed["why"]
            if item is None:
                break
            if item["application"] != case.reference:
                others.append(item["id"])
            case.log.expect_equal(f"The lane of {item['action']} of {item['application']}", item["lane"], "acute")
            case.log.line(f"Next is {item['action']} of {item['application']}. Why? {explanation_text(why)}")
            if item["application"] == case.reference:
                wanted.discard(item["action"])
                if item["action"] in STEPS:
                    hand_over(case, item["action"])
            if not wanted:
                return
    finally:
        for key in others:
            expect_success(case.officer.post(f"/v1/work-items/{key}/actions/release"))
    raise UnexpectedError("The queue", expected=f"{' and '.join(sorted(wanted))} of {case.reference}", found="neither")


def hand_over(case: Case, step: str) -> None:
    """Record one hand-off step; this official does not want the employer to be informed."""
    declined = step == HandOffStep.SECURITY_CONTACT
    body = {
        "step": step,
        "doneOn": case.today.isoformat(),
        "outcome": "declined-by-official" if declined else "done",
    }
    expect_success(case.officer.post(f"{case.address}/actions/record-hand-off", body))  # never asks for If-Match
    case.log.line(f"Of the hand-off, {step} is {'declined by the official' if declined else 'done'}.")


def factor_of(why: dict[str, Any], name: str) -> dict[str, Any]:
    """Return one factor of an explanation."""
    return next(factor for factor in why["factors"] if factor["factor"] == name)


def explanation_text(why: dict[str, Any]) -> str:
    """Return an explanation in one line: each factor with its rule, and what would change the position."""
    lane, start, reserve = (factor_of(why, name) for name in ("lane", "startBy", "reserve"))
    facts = [fact for fact in lane["fact"] if "kind" in fact]
    signals = ", ".join(f"{fact['kind']} reported by {fact['source']}" for fact in facts) or "no threat signal"
    moved = [item for item in why.get("whatWouldChangeIt", []) if item["place"] is not None]
    changes = "; ".join(f"{item['if']} it would have place {item['place']}" for item in moved)
    begin = f"to be begun by {moment(start['value'])} ({start['rule']})"
    turn = f"{'by' if why.get('reserve') else 'not by'} the reserve ({reserve['rule']})"
    ending = f" {changes[:1].upper()}{changes[1:]}." if changes else ""
    return f"Lane {lane['value']} ({lane['rule']}: {signals}), {begin}, {turn}.{ending}"


def return_one_domain(case: Case) -> None:
    """Return the home domain and check that the other three keep their state."""
    body = {"domain": "home", "reasons": "The back entrance is not described."}
    case.carry_out(case.client.of(Role.SECURITY_AUTHORITY), "return-advice", body)
    states = {item["domain"]: item["state"] for item in case.view()["advice"]["domains"]}
    kept = dict.fromkeys(("work", "travel", "digital"), "submitted")
    case.log.expect_equal("The domains after one was returned", states, {**kept, "home": "returned"})
    case.log.line("The authority returns the home; work, travel and digital stay submitted with their drafts.")
    common_steps.assess(case, "home", ESTIMATES["home"])
    common_steps.submit(case)
    case.log.line("The home is assessed again and submitted.")


def wait_for_the_certificate(case: Case) -> None:
    """Provide digital and travel while the home measure waits for its PKVW certificate."""
    employer = case.client.for_employer(Role.EMPLOYER, ZILVERDAM)
    home = next(item["id"] for item in case.measures() if item["domain"] == "home")
    common_steps.provide(case, "digital", "travel")
    case.expect_refused(employer, "order", "gate.certificate", {"orderedOn": case.today.isoformat()}, subject=home)
    case.expect_stage("provision")
    body = {"kind": "valid", "validFrom": case.today.isoformat()}
    case.carry_out(case.officer, "record-certificate", body)
    case.log.line("The PKVW certificate is recorded.")
    common_steps.provide(case, "home", "work")
    case.expect_stage("settlement")
