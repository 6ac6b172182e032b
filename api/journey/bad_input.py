"""Bad input: checks that every refusal is problem+json with the right status and reason."""

from api.journey import common_steps
from api.journey.case import Case, new_application
from api.journey.client import Caller, expect_problem, expect_success
from rules.core.roles import Role


def expect_refusals(case: Case) -> None:
    """Try requests that must be refused, on a new application whose intake begins meanwhile."""
    log, officer = case.log, case.officer
    unknown = officer.send("GET", "/v1/applications/VA-2026-UNKNOWN9", headers={})
    log.line(f"404: {expect_problem(unknown, 404)['detail']}")
    stale = officer.get_response(case.address).headers["ETag"]
    common_steps.begin_intake(case)
    invitation = f"{case.address}/actions/invite-completion"
    body = {"missing": "The decision of appointment.", "days": 14}
    log.line(f"412: {expect_problem(officer.post(invitation, body, if_match=stale), 412)['detail']}")
    log.line(f"428: {expect_problem(officer.post(invitation, body), 428)['detail']}")
    finance = case.client.of(Role.FINANCE)
    hidden = finance.send("GET", case.address, headers={})
    log.line(f"404 for a role that need not know: {expect_problem(hidden, 404)['detail']}")
    adviser = case.client.of(Role.ADVISER)
    wrong = expect_problem(adviser.post(invitation, body, if_match="*"), 403, "duty.role")
    log.line(f"403: {wrong['detail']}")
    malformed = expect_problem(officer.post(invitation, {"days": 900}, if_match="*"), 422)
    fields = sorted(item["field"] for item in malformed["errors"])
    log.expect_equal("The fields of the malformed body", fields, ["days", "missing"])
    log.line(f"422: {malformed['detail']}")


def expect_replay(case: Case, caller: Caller, key: str) -> None:
    """Repeat the request with its Idempotency-Key: it gets the same answer, and another body is refused."""
    log, body = case.log, new_application("alderman", tuple(case.employers))
    again = expect_success(caller.post("/v1/applications", body, key=key))
    log.expect_equal("What the same request made", again.json()["reference"], case.reference)
    log.line(f"The same request under the same Idempotency-Key is answered again: {case.reference}.")
    other = caller.post("/v1/applications", {**body, "office": "mayor"}, key=key)
    log.line(f"409: {expect_problem(other, 409)['detail']}")
