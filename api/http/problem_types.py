"""Problem types: the kinds of error answers, each with its address, HTTP status and title (RFC 9457, 3.1.1)."""

from dataclasses import dataclass
from http import HTTPStatus

ADDRESS = "/problems/"


@dataclass(frozen=True)
class ProblemType:
    """Kind of error answer; its title is fixed, the detail describes the occurrence."""

    slug: str
    status: int
    title: str
    meaning: str
    """What it means and what to do."""

    @property
    def address(self) -> str:
        """Return the URI reference of the type."""
        return f"{ADDRESS}{self.slug}" if self.slug else "about:blank"


UNAUTHENTICATED = ProblemType(
    "unauthenticated", 401, "Not signed in", "The bearer token is missing or not valid. Sign in and send a new one."
)
NOT_YOUR_ROLE = ProblemType(
    "not-your-role", 403, "Not your role", "The role you act in may not do this. Act in a role that has the duty."
)
NOT_FOUND = ProblemType("not-found", 404, "Not found", "It does not exist, or you may not know that it does.")
UNKNOWN_ADDRESS = ProblemType(
    "unknown-address", 404, "Unknown address", "This address does not exist. See /openapi.json for those that do."
)
METHOD_NOT_ALLOWED = ProblemType(
    "method-not-allowed", 405, "Method not allowed", "See /openapi.json for the methods of this address."
)
CONFLICT = ProblemType(
    "conflict",
    409,
    "Conflict: changed by another request",
    "Nothing was changed. Get it again, look at what changed, and decide whether to repeat your request.",
)
REFUSED = ProblemType(
    "refused",
    409,
    "Refused by the rules",
    "A rule does not allow it now. Each finding names the rule, its article and what would be right.",
)
WORK_IN_HAND = ProblemType(
    "work-in-hand",
    409,
    "Someone else has this work in hand",
    "Nothing was changed. held names who has it, and since when. Send it again with takeOver: true to do it in their"
    " place; they are told.",
)
KEY_REUSED = ProblemType(
    "idempotency-key-reused",
    409,
    "The Idempotency-Key was used for another request",
    "A key belongs to one request. Take a new key for another one.",
)
NOT_POSSIBLE = ProblemType("not-possible", 409, "Not possible now", "The detail says why, and what to do.")
ERASED = ProblemType("erased", 410, "The content was erased", "Its retention period ended; it cannot be read any more.")
VERSION_CHANGED = ProblemType(
    "version-changed", 412, "It changed since you read it", "Get it again and send the new ETag as If-Match."
)
TOO_LARGE = ProblemType("too-large", 413, "Too large", "The detail gives the largest size that is accepted.")
MALFORMED_PARAMETER = ProblemType(
    "malformed-parameter", 400, "A header or parameter cannot be read", "The detail shows what it looks like."
)
INVALID_REQUEST = ProblemType(
    "invalid-request",
    422,
    "The request does not fit its schema",
    "Each error names the field and what would be right. See /openapi.json for the schema.",
)
UNFIT_VALUE = ProblemType(
    "unfit-value",
    422,
    "A value cannot be right",
    "The request fits its schema, but a value names what does not exist or contradicts another. Each error says which.",
)
BANK_FILE_REFUSED = ProblemType(
    "bank-file-refused", 422, "The bank file is refused", "Nothing of it was imported. The detail says why."
)
DOCUMENT_REFUSED = ProblemType(
    "document-refused", 422, "The document is refused", "It is not stored or shown. The detail says why."
)
BEYOND_THE_RULES = ProblemType(
    "beyond-the-rules",
    422,
    "No rule, value or calendar for that date",
    "The detail names what an administrator must add, and where.",
)
VERSION_REQUIRED = ProblemType(
    "version-required", 428, "Version required", "Send the ETag that you read as If-Match, or * for any version."
)
INTERNAL_ERROR = ProblemType(
    "internal-error", 500, "Internal server error", "The error was logged. Give the administrator the time."
)
DATABASE_UNAVAILABLE = ProblemType(
    "database-unavailable", 503, "The database is unavailable", "Try again in a moment with the same Idempotency-Key."
)
SIGN_IN_UNAVAILABLE = ProblemType(
    "sign-in-unavailable",
    503,
    "Sign-in is unavailable",
    "The keys of the identity provider cannot be had. Try again in a moment, and tell the administrator.",
)
NOT_READY = ProblemType("not-ready", 503, "Not ready", "The detail names what is not ready. Try again in a moment.")

TYPES = {kind.slug: kind for kind in list(globals().values()) if isinstance(kind, ProblemType)}
"""The types by the last part of their address."""


def of_status(status: int) -> ProblemType:
    """Return the type of a problem that has no more meaning than its HTTP status (RFC 9457, section 4.2.1)."""
    return ProblemType("", status, HTTPStatus(status).phrase, "")
