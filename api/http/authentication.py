"""Authentication: verifies bearer tokens, and issues them for the demonstration office only."""

from collections.abc import Mapping
from copy import copy
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from joserfc.jws import JWSRegistry
from sqlmodel import Session, col, select

from api.http.errors import ApiError, UnauthenticatedError, UnknownDutyError
from api.http.provider_keys import provider_keys
from rules.access.sign_in import longest_token
from rules.core.characters import fits_a_line
from rules.core.dates import office_day
from rules.core.roles import OF_AN_EMPLOYER, Actor, Role
from rules.core.wording import wording
from states.engine.employers import EmployerDirectory
from states.engine.founding import is_demonstration
from states.settings import Configuration
from states.storage.office_key import read_key
from states.storage.purpose_keys import Epoch, Purpose
from states.tables.people import Duty, Person

ALGORITHMS = ("RS256", "PS256", "ES256", "Ed25519", "EdDSA")
"""Signatures of an identity provider; RFC 9864 names Ed25519 what was EdDSA before."""

SIGNATURES = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
"""Checks those signatures; further header fields are ignored unless they are critical (RFC 7515, section 4)."""
SIGNATURES.algorithms = {name: copy(JWSRegistry.algorithms[name]) for name in ALGORITHMS}
SIGNATURES.algorithms["EdDSA"].security_warning = None  # the former name is no fault of who sends the token
ACCESS_TOKEN = "at+jwt"  # noqa: S105  # a media type
"""The type of an access token (RFC 9068); a token without a type may be one."""
OF_AN_ID_TOKEN = frozenset({"nonce", "at_hash", "c_hash", "s_hash"})
"""Claims that tell a client who signed in (OpenID Connect Core); a token with them opens no API."""
PREFERRED_EMPLOYER = "gemeente-zilverdam"
"""The employer whose people get the demonstration tokens when no person is named."""


@lru_cache(maxsize=4)
def own_key(path: Path) -> OctKey:
    """Return the signing key of the demonstration office, derived from the key of the office."""
    return OctKey.import_key(Epoch(read_key(path)).key(Purpose.TOKENS))


def nobody(session: Session, role: Role, person: str | None) -> str:
    """Return why there is no token for a person, and what to do."""
    if person is None:
        return f"Nobody holds the role {role}. Has the demonstration office been loaded? See `veiligadvies run`."
    if session.get(Person, person) is None:
        return f"Nobody is registered as {person}; an administrator registers people (POST /v1/people)."
    return f"{person} does not hold the role {role}; an administrator grants roles (grant-duty)."


def issue(session: Session, configuration: Configuration, role: Role, person: str | None, *, at: datetime) -> str:
    """Issue a token for a person of the demonstration office; without a person, for the first who holds the role.

    Raises:
        ApiError: this is not the demonstration office, by its setting or by its ledger; or nobody holds the role.
    """
    if not configuration.demonstration or not is_demonstration(session):
        raise ApiError("Only the demonstration office issues tokens; sign in with your identity provider.")
    query = select(Duty).where(Duty.role == role)
    if person is not None:
        query = query.where(Duty.person == person)
    elif role in OF_AN_EMPLOYER:
        query = query.order_by(col(Duty.organisation) != PREFERRED_EMPLOYER)
    elif role is Role.APPLICANT:
        query = query.order_by(col(Duty.person) != "applicant-1")
    duty = session.exec(query.order_by(col(Duty.person)).limit(1)).first()
    if duty is None:
        raise ApiError(nobody(session, role, person))
    claims: dict[str, Any] = {
        "iss": configuration.issuer,
        "aud": configuration.audience,
        "sub": duty.person,
        "role": str(role),
        "organisation": duty.organisation,
        "iat": int(at.timestamp()),
        "exp": int((at + longest_token(office_day(at))).timestamp()),
    }
    return jwt.encode({"alg": "HS256", "typ": ACCESS_TOKEN}, claims, own_key(configuration.key_file))


def verified_claims(configuration: Configuration, token: str, *, at: datetime) -> dict[str, Any]:
    """Return the claims of a token after checking its signature, type, issuer, audience and dates.

    Raises:
        UnauthenticatedError: a check fails, or no identity provider is configured.
        KeysUnavailableError: the keys of the identity provider cannot be had.
    """
    source = provider_keys(configuration)
    try:
        if source is not None:
            found = jwt.decode(token, lambda seen: source.keys(seen.headers().get("kid")), registry=SIGNATURES)
            require_access_token(found.header, found.claims)
        elif configuration.demonstration:
            found = jwt.decode(token, own_key(configuration.key_file), algorithms=["HS256"])
        else:
            words = "No identity provider is configured (VEILIGADVIES_JWKS_URL or VEILIGADVIES_JWKS_FILE)."
            raise UnauthenticatedError(words)
        registry = jwt.JWTClaimsRegistry(
            now=int(at.timestamp()),
            leeway=30,
            iss={"essential": True, "value": configuration.issuer},
            aud={"essential": True, "value": configuration.audience},
            sub={"essential": True},
            iat={"essential": True},
            exp={"essential": True},
        )
        registry.validate(found.claims)
    except (JoseError, ValueError, RecursionError) as error:
        text = "The token is not valid: it is expired, altered, or not for this office."
        raise UnauthenticatedError(text) from error
    longest = longest_token(office_day(at))
    if found.claims["exp"] - found.claims["iat"] > longest.total_seconds():
        hours = int(longest.total_seconds() // 3600)
        raise UnauthenticatedError(
            wording("The token holds for more than {hours} hours; sign in for one that ends sooner.", hours=hours)
        )
    return dict(found.claims)


def bearer(header: str | None) -> str:
    """Return the bearer token in a header.

    Raises:
        UnauthenticatedError: there is none.
    """
    kind, _, token = (header or "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise UnauthenticatedError("Send a header `Authorization: Bearer <token>`.")
    return token.strip()


def require_access_token(header: Mapping[str, Any], claims: Mapping[str, Any]) -> None:
    """Check that a token of the identity provider was made for an API, and is no proof to a client of who signed in.

    Raises:
        UnauthenticatedError: it is of another type.
    """
    named = str(header.get("typ") or ACCESS_TOKEN).lower().removeprefix("application/")
    if named != ACCESS_TOKEN or OF_AN_ID_TOKEN & claims.keys():
        raise UnauthenticatedError(
            wording(
                "The token is no access token; send one of the type {access_token} (RFC 9068).",
                access_token=ACCESS_TOKEN,
            )
        )


def claim(claims: Mapping[str, Any], name: str) -> Any:
    """Return a claim by its name, or by the names that lead to it with dots between; None if there is none."""
    if name in claims:
        return claims[name]
    first, dot, rest = name.partition(".")
    inner = claims.get(first)
    return claim(inner, rest) if dot and isinstance(inner, Mapping) else None


def roles_of(configuration: Configuration, claims: Mapping[str, Any]) -> list[Role]:
    """Return the roles that a token names, by the names that the configuration gives them.

    Raises:
        UnknownDutyError: it names none of this office.
    """
    named = claim(claims, configuration.role_claim)
    if configuration.role_names:
        names = named if isinstance(named, list) else [named]
        found = [role for name, role in configuration.role_names.items() if name in names]
    else:
        found = [role for role in Role if role == str(named)]
    if not found:
        raise UnknownDutyError("The token names no role that this office knows.")
    return list(dict.fromkeys(found))


def handle_in(configuration: Configuration, claims: Mapping[str, Any]) -> tuple[str, str]:
    """Return the person and the organisation that a token names; the organisation may be empty.

    Raises:
        UnauthenticatedError: one of them cannot be the name of anybody.
    """
    person = claim(claims, configuration.person_claim)
    organisation = claim(claims, configuration.organisation_claim) or ""
    for name in (person, organisation):
        if not isinstance(name, str) or not all(map(fits_a_line, name)):
            raise UnauthenticatedError("The token names its person or organisation in a way that nobody is named here.")
    return person, organisation


def actor(session: Session, configuration: Configuration, header: str | None, *, at: datetime) -> Actor:
    """Return the person and role behind a request, checked against the registered duties.

    Raises:
        UnauthenticatedError: there is no bearer token, or it is not valid.
        UnknownDutyError: the person does not hold the role, or holds several of those that the token names.
        KeysUnavailableError: the keys of the identity provider cannot be had.
    """
    claims = verified_claims(configuration, bearer(header), at=at)
    person, organisation = handle_in(configuration, claims)
    roles = roles_of(configuration, claims)
    held = [
        role
        for role in roles
        if role is not Role.ENGINE and session.get(Duty, (person, role, organisation)) is not None
    ]
    if not held:
        if (successor := EmployerDirectory(session).current(organisation)) != organisation:
            merged = wording(
                "{organisation} was merged into {successor}; sign in for {successor}.",
                organisation=organisation,
                successor=successor,
            )
            lost = wording(
                "You do not hold the role {roles} for {organisation} any more (duty.role).",
                roles=roles[0],
                organisation=organisation,
            )
            raise UnknownDutyError(wording("{merged} {lost}", merged=merged, lost=lost))
        raise UnknownDutyError(
            wording("You do not hold the role {roles} here (rule duty.role, Awb 10:3).", roles=roles[0])
        )
    if len(held) > 1:
        several = wording("The token names several roles that you hold here: {held}.", held=", ".join(held))
        raise UnknownDutyError(wording("{several} Sign in for the one in which you act.", several=several))
    return Actor(person, held[0], organisation or None)
