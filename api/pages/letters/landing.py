"""Landing of letters: the page on which what a letter asks can be done, by letter and by the role of its reader."""

from collections.abc import Mapping

from api.pages.addresses import ADDRESSES, home_of, path
from rules.core.roles import Role

ASKS_OF_OFFICIAL: Mapping[str, tuple[str, str]] = {
    "invitation-to-complete": ("application", "complete"),
    "refusal-intended": ("application", "record-view"),
}
"""The step that a letter asks of the official: its chart and event."""
ADVICE = frozenset({"advice-adopted", "advice-revised", "no-measures"})
ASKS_OF_EMPLOYER: Mapping[str, str] = {
    "takeover-request": "takeovers",
    "reminder": "employer",
    "escalation": "employer",
    "default-received": "takeovers",
    "delay-notice": "takeovers",
    "employer-succeeded": "takeovers",
    "payment-note": "paid",
    "payment-decision": "paid",
}
"""The page of an employer on which a letter is answered; all others land on the employer's first page."""
OF_WORK: Mapping[str, str] = {
    "work-offered": "work",
    "work-taken-over": "work",
    "capacity-alarm": "work",
    "digest": "work",
    "content-opened": "openings",
}
"""The page on which a letter about work, and not about one case, is answered."""


def landing_of(letter: str, reference: str, role: Role) -> str:
    """Return the path on which the reader of a letter lands.

    Args:
        letter: the letter's name in the catalogue.
        reference: the case that it is about; empty if it is about none.
        role: the role in which the reader is signed in.
    """
    if role is Role.APPLICANT:
        return landing_of_official(letter, reference)
    page = OF_WORK.get(letter) or ("employer" if role in ADDRESSES["employer"].roles else "")
    if role in ADDRESSES["employer"].roles:
        page = ASKS_OF_EMPLOYER.get(letter, page)
    if page and role in ADDRESSES[page].roles:
        return path(page)
    if reference and role in ADDRESSES["case"].roles:
        return path("case", reference=reference)
    return home_of(role)


def landing_of_official(letter: str, reference: str) -> str:
    """Return the path on which an official lands."""
    if not reference:
        return path("mine")
    if (asked := ASKS_OF_OFFICIAL.get(letter)) is not None:
        chart, event = asked
        return path("my-step", chart=chart, event=event, subject=reference)
    return path("my-advice" if letter in ADVICE else "my-case", reference=reference)
