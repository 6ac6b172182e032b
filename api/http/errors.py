"""Errors of the API, and the problem type with which each error is answered."""

from api.http import problem_types
from api.http.problem_types import ProblemType
from states.errors import (
    BankFileRefusedError,
    BankFileTooLargeError,
    DocumentRefusedError,
    ErasedError,
    MalformedError,
    NotFoundError,
    OfficeKeyError,
    RefusedError,
    ReusedKeyError,
    StaleError,
    StatesError,
    TooLargeError,
    UnfitValueError,
    WorkInHandError,
)


class ApiError(Exception):
    """Base class of the errors of the API."""


class UnauthenticatedError(ApiError):
    """The token is missing or not valid."""


class KeysUnavailableError(ApiError):
    """The keys of the identity provider cannot be had, so nobody can be signed in or refused."""


class UnknownDutyError(ApiError):
    """The token is valid, but its person does not hold the role that it names."""


class BeyondRoleError(ApiError):
    """The request asks for what the caller's role does not see."""


class SignInElsewhereError(ApiError):
    """People of this office sign in with their own organisation."""


class MissingIfMatchError(ApiError):
    """The request changes an existing subject without If-Match."""


class MalformedHeaderError(ApiError):
    """A header or query parameter cannot be parsed."""


PROBLEM_OF: dict[type[Exception], ProblemType] = {
    UnauthenticatedError: problem_types.UNAUTHENTICATED,
    KeysUnavailableError: problem_types.SIGN_IN_UNAVAILABLE,
    SignInElsewhereError: problem_types.NOT_YOUR_ROLE,
    UnknownDutyError: problem_types.NOT_YOUR_ROLE,
    BeyondRoleError: problem_types.NOT_YOUR_ROLE,
    MissingIfMatchError: problem_types.VERSION_REQUIRED,
    MalformedHeaderError: problem_types.MALFORMED_PARAMETER,
    NotFoundError: problem_types.NOT_FOUND,
    StaleError: problem_types.VERSION_CHANGED,
    RefusedError: problem_types.REFUSED,
    WorkInHandError: problem_types.WORK_IN_HAND,
    MalformedError: problem_types.INVALID_REQUEST,
    UnfitValueError: problem_types.UNFIT_VALUE,
    BankFileTooLargeError: problem_types.TOO_LARGE,
    BankFileRefusedError: problem_types.BANK_FILE_REFUSED,
    DocumentRefusedError: problem_types.DOCUMENT_REFUSED,
    TooLargeError: problem_types.TOO_LARGE,
    ReusedKeyError: problem_types.KEY_REUSED,
    ErasedError: problem_types.ERASED,
    OfficeKeyError: problem_types.NOT_READY,
    StatesError: problem_types.NOT_POSSIBLE,
}
"""The most specific class of an error decides."""


def problem_of(error: Exception) -> ProblemType:
    """Return the problem type of an error; a refusal because the role lacks the duty has its own type."""
    if isinstance(error, RefusedError) and error.duty:
        return problem_types.NOT_YOUR_ROLE
    return next(PROBLEM_OF[kind] for kind in type(error).__mro__ if kind in PROBLEM_OF)
