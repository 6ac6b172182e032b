"""Authentication: verifies bearer tokens, and issues them for the demonstration office only."""

import json
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey
from sqlmodel import Session, col, select

from api.http.errors import ApiError, UnauthenticatedError, UnknownDutyError
from rules.core.roles import OF_AN_EMPLOYER, Actor, Role
from states.engine.employers import EmployerDirectory
from states.settings import Configuration
from states.storage.office_key import read_key
from states.storage.purpose_keys import Epoch, Purpose
from states.tables.people import Duty

LIFETIME = timedelta(hours=12)
PREFERRED_EMPLOYER = "gemeente-zilverdam"
"""The employer whose people get the demonstration tokens when no person is named."""


@lru_cache(maxsize=4)
def own_key(path: Path) -> OctKey:
    """Return the signing key of the demonstration office, derived from the key of the office."""
    return OctKey.import_key(Epoch(read_key(path)).key(Purpose.TOKENS))


@lru_cache(maxsize=4)
def provider_keys(path: Path, _changed: float) -> KeySet:
    """Return the public keys of the identity provider; read again when the file changes."""
    return KeySet.import_key_set(json.loads(path.read_text("utf-8")))


def issue(session: Session, configuration: Configuration, role: Role, person: str | None, *, at: datetime) -> str:
    """Issue a token for a person of the demonstration office; without a person, for the first who holds the role.

    Raises:
        ApiError: this is not a demonstration office, or nobody holds the role.
    """
    if not configuration.demonstration:
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
        who = f"{person} does not hold the role {role}" if person else f"Nobody holds the role {role}"
        raise ApiError(f"{who}. Has the demonstration office been loaded? See `veiligadvies run`.")
    claims: dict[str, Any] = {
        "iss": configuration.issuer,
        "aud": configuration.audience,
        "sub": duty.person,
        "role": str(role),
        "organisation": duty.organisation,
        "iat": int(at.timestamp()),
        "exp": int((at + LIFETIME).timestamp()),
    }
    return jwt.encode({"alg": "HS256"}, claims, own_key(configuration.key_file))


def verified_claims(configuration: Configuration, token: str, *, at: datetime) -> dict[str, Any]:
    """Return the claims of a token after checking its signature, issuer, audience and dates.

    Raises:
        UnauthenticatedError: a check fails, or no identity provider is configured.
    """
    try:
        if configuration.jwks_file is not None:
            keys = provider_keys(configuration.jwks_file, configuration.jwks_file.stat().st_mtime)
            found = jwt.decode(token, keys, algorithms=["RS256", "PS256", "ES256", "EdDSA"])
        elif configuration.demonstration:
            found = jwt.decode(token, own_key(configuration.key_file), algorithms=["HS256"])
        else:
            raise UnauthenticatedError("No identity provider is configured (VEILIGADVIES_JWKS_FILE).")
        registry = jwt.JWTClaimsRegistry(
            now=int(at.timestamp()),
            leeway=30,
            iss={"essential": True, "value": configuration.issuer},
            aud={"essential": True, "value": configuration.audience},
            sub={"essential": True},
            exp={"essential": True},
        )
        registry.validate(found.claims)
    except (JoseError, ValueError) as error:
        text = "The token is not valid: it is expired, altered, or not for this office."
        raise UnauthenticatedError(text) from error
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


def actor(session: Session, configuration: Configuration, header: str | None, *, at: datetime) -> Actor:
    """Return the person and role behind a request, checked against the registered duties.

    Raises:
        UnauthenticatedError: there is no bearer token, or it is not valid.
        UnknownDutyError: the person does not hold the role.
    """
    claims = verified_claims(configuration, bearer(header), at=at)
    organisation = str(claims.get("organisation") or "")
    try:
        role = Role(str(claims.get("role")))
    except ValueError:
        raise UnknownDutyError("The token names no role that this office knows.") from None
    if role is Role.ENGINE or session.get(Duty, (str(claims["sub"]), role, organisation)) is None:
        if (successor := EmployerDirectory(session).current(organisation)) != organisation:
            merged = f"{organisation} was merged into {successor}; sign in for {successor}."
            raise UnknownDutyError(f"{merged} You do not hold the role {role} for {organisation} any more (duty.role).")
        raise UnknownDutyError(f"You do not hold the role {role} here (rule duty.role, Awb 10:3).")
    return Actor(str(claims["sub"]), role, organisation or None)
