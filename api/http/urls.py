"""URLs of subjects and their events under /v1, and entity tags."""

import hashlib

COLLECTIONS = {
    "application": "applications",
    "takeover": "takeovers",
    "measure": "measures",
    "payable": "payables",
    "payment-batch": "payment-batches",
    "booking": "bookings",
    "organisation": "organisations",
    "person": "people",
    "loan": "loans",
    "objection": "objections",
}
"""Collection by chart; subjects of any other chart have no address of their own."""


def href(chart: str, subject: str, event: str | None = None) -> str:
    """Return the address of a subject, or of one of its events."""
    address = f"/v1/{COLLECTIONS[chart]}/{subject}"
    return f"{address}/actions/{event}" if event else address


def etag(version: int, besides: str = "") -> str:
    """Return a version as an entity tag, with a mark of what else is shown, if anything."""
    mark = f"-{hashlib.sha256(besides.encode()).hexdigest()[:12]}" if besides else ""
    return f'"{version}{mark}"'
