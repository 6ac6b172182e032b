"""Forms made by hand: the fields of the main steps in the order in which people think of them."""

from collections.abc import Mapping

from rules.core.roles import Role

ORDER: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("application", "receive"): (
        "received_via",
        "received_on",
        "office",
        "employers",
        "certain_since",
        "in_office_until",
        "acting_since",
        "name",
        "email",
        "phone",
        "language",
        "home_address",
        "in_territory",
        "exemption_on",
        "household",
        "remarks",
    ),
    ("application", "record-threat"): (
        "kind",
        "source",
        "occurred_on",
        "reported_to_police",
        "external_reference",
        "details",
    ),
    ("application", "plan-interview"): ("interview_on", "adviser", "place", "reasons_for_day"),
    ("application", "hold-interview"): ("held_on", "adviser", "household_present", "domains", "notes"),
    ("application", "assess-domain"): ("domain", "finding", "needed", "measures"),
    ("application", "return-advice"): ("domain", "reasons"),
    ("application", "revise-advice"): ("domains", "reasons"),
    ("application", "file-objection"): (
        "against",
        "received_on",
        "posted_on",
        "by_representative",
        "committee",
        "grounds",
    ),
    ("application", "receive-invoice"): (
        "kind",
        "number",
        "dated",
        "received_on",
        "payee",
        "iban",
        "addressee",
        "totals",
        "lines",
        "own_contribution",
        "receipt",
        "apart",
    ),
    ("payment-batch", "build"): ("execution_on",),
    ("organisation", "match-bank-entry"): ("payment", "reasons"),
    ("organisation", "set-aside-bank-entry"): ("reasons",),
    ("organisation", "reopen-period"): ("reasons",),
    ("takeover", "take-over"): ("taken_over_on", "decided_as", "decision"),
}
"""The Python names of the fields of an event; fields that are left out cannot be filled in on that form."""
OF_OFFICIAL: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("application", "receive"): tuple(
        name for name in ORDER["application", "receive"] if name not in {"received_via", "received_on"}
    ),
    ("application", "file-objection"): ("against", "grounds"),
    ("application", "request-loan"): ("description", "need", "urgent", "organisation"),
    ("application", "record-representative"): ("name", "email", "authorisation", "since"),
    ("loan", "file-objection"): ("grounds",),
    ("application", "record-threat"): ("kind", "occurred_on", "reported_to_police", "external_reference", "details"),
}
"""The forms that the official sees otherwise."""
FIXED: Mapping[tuple[str, str], Mapping[Role, Mapping[str, str]]] = {
    ("application", "record-threat"): {Role.APPLICANT: {"source": "applicant"}},
}
"""What a role always states, which is no field of its form."""


def order_of(chart: str, event: str, role: Role) -> tuple[str, ...]:
    """Return the fields of an event's form in their order for a role; empty where the form is generated."""
    if role is Role.APPLICANT and (chart, event) in OF_OFFICIAL:
        return OF_OFFICIAL[chart, event]
    return ORDER.get((chart, event), ())


def fixed_of(chart: str, event: str, role: Role) -> Mapping[str, str]:
    """Return what a role always states in an event, in wire form."""
    return FIXED.get((chart, event), {}).get(role, {})
