"""Errors of the API, and the one table that says which HTTP status each error of the house has."""

from states.errors import (
    BankFileRefusedError,
    BankFileTooLargeError,
    DocumentRefusedError,
    ErasedError,
    MalformedError,
    NotFoundError,
    RefusedError,
    ReusedKeyError,
    StaleError,
    StatesError,
    TooLargeError,
)


class ApiError(Exception):
    """Root of every error of this room."""


class UnauthenticatedError(ApiError):
    """No token, or one that does not hold."""


class UnknownDutyError(ApiError):
    """The token is right, but its person does not hold the role it names."""


class MissingIfMatchError(ApiError):
    """The request changes something that exists and does not say which version was seen."""


class MalformedHeaderError(ApiError):
    """A header or query parameter cannot be read."""


STATUS: dict[type[Exception], tuple[int, str]] = {
    UnauthenticatedError: (401, "Sign in"),
    UnknownDutyError: (403, "Not your role"),
    MissingIfMatchError: (428, "Say which version you saw"),
    MalformedHeaderError: (400, "The request cannot be read"),
    NotFoundError: (404, "Not found"),
    StaleError: (412, "It changed since you looked"),
    RefusedError: (409, "Not allowed now"),
    MalformedError: (422, "The body does not fit"),
    BankFileTooLargeError: (413, "The bank file is too large"),
    BankFileRefusedError: (422, "The bank file is refused"),
    DocumentRefusedError: (422, "The document is refused"),
    TooLargeError: (413, "Too large"),
    ReusedKeyError: (409, "The Idempotency-Key was used for another request"),
    ErasedError: (410, "The content was erased"),
    StatesError: (409, "Not possible now"),
}
"""The most special class of an error decides."""


def status_of(error: Exception) -> tuple[int, str]:
    """The HTTP status and title of an error; a refusal for want of duty is 403."""
    if isinstance(error, RefusedError) and error.duty:
        return 403, "Not your role"
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
