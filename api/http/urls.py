"""Where each kind of subject lives under /v1."""

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
"""Collection by chart; a chart that is not here has no address of its own."""


def href(chart: str, subject: str, event: str | None = None) -> str:
    """The address of a subject, or of one of its events."""
    address = f"/v1/{COLLECTIONS[chart]}/{subject}"
    return f"{address}/_{event}" if event else address


def etag(version: int) -> str:
    """A version as an entity tag."""
    return f'"{version}"'
