"""Tokens of an identity provider: their type, their length, the keys that count, and what they call our roles."""

import json
import os
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey
from joserfc.registry import HeaderParameter
from office import COORDINATOR, OFFICER
from pydantic import ValidationError
from served import ADMINISTRATOR, Api, Serve, expect_problem

from states.settings import Configuration

ISSUER = "https://sign-in.example"
EC = ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
EDWARDS = OKPKey.generate_key("Ed25519", {"kid": "edwards"})
LATER = ECKey.generate_key("P-256", {"kid": "later"})
ALGORITHM = {"ec": "ES256", "later": "ES256", "rsa": "RS256", "edwards": "Ed25519"}


def published(*keys: Key) -> bytes:
    """A JWK set of public keys."""
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode()


def signed(key: Key = EC, header: dict[str, Any] | None = None, **changes: Any) -> str:
    """A token for the officer as a provider makes it; None leaves a claim or a header out."""
    now = int(time.time())
    head = {"alg": ALGORITHM[str(key.kid)], "kid": key.kid, "typ": "at+jwt", **(header or {})}
    claims = {
        "iss": ISSUER,
        "aud": "veiligadvies",
        "sub": OFFICER.person,
        "role": "officer",
        "iat": now,
        "exp": now + 3600,
        **changes,
    }
    given = {name: value for name, value in claims.items() if value is not None}
    head = {name: value for name, value in head.items() if value is not None}
    known = {"tenant": HeaderParameter("a header of this provider alone", "str")}
    registry = jws.JWSRegistry(known, algorithms=[head["alg"]])
    with warnings.catch_warnings(action="ignore"):  # of a name that is accepted still
        return jws.serialize_compact(head, json.dumps(given).encode(), key, registry=registry)


def ask(api: Api, token: str) -> httpx.Response:
    """Ask for the list of cases with a token."""
    return api.client.get("/v1/applications", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A file with the keys of the provider."""
    path = tmp_path / "keys.json"
    path.write_bytes(published(EC, RSA, EDWARDS))
    return path


@pytest.fixture
def office(serve: Serve, keys: Path) -> Iterator[Api]:
    """An office that trusts the keys in the file."""
    with serve(demonstration=False, issuer=ISSUER, jwks_file=keys) as api:
        yield api


# Which tokens.


@pytest.mark.parametrize("key", [EC, RSA, EDWARDS], ids=["ES256", "RS256", "Ed25519"])
def test_a_token_of_each_kind_of_key_gets_in(office: Api, key: Key) -> None:
    assert ask(office, signed(key)).status_code == 200


def test_a_signature_that_is_called_by_its_former_name_gets_in(office: Api) -> None:
    assert ask(office, signed(EDWARDS, {"alg": "EdDSA"})).status_code == 200


@pytest.mark.parametrize("kind", ["at+jwt", "AT+JWT", "application/at+jwt", None])
def test_an_access_token_or_a_token_without_a_type_gets_in(office: Api, kind: str | None) -> None:
    assert ask(office, signed(header={"typ": kind})).status_code == 200


def test_a_header_that_nobody_knows_is_ignored_unless_it_is_critical(office: Api) -> None:
    assert ask(office, signed(header={"tenant": "x"})).status_code == 200
    expect_problem(ask(office, signed(header={"tenant": "x", "crit": ["tenant"]})), 401)


@pytest.mark.parametrize("kind", ["JWT", "application/jwt", "logout+jwt", "dpop+jwt", "secevent+jwt"])
def test_a_token_of_another_type_does_not_get_in(office: Api, kind: str) -> None:
    problem = expect_problem(ask(office, signed(header={"typ": kind})), 401)
    assert "no access token" in problem["detail"]


@pytest.mark.parametrize("name", ["nonce", "at_hash", "c_hash", "s_hash"])
def test_an_id_token_without_a_type_does_not_get_in(office: Api, name: str) -> None:
    problem = expect_problem(ask(office, signed(header={"typ": None}, **{name: "x"})), 401)
    assert "no access token" in problem["detail"]


def test_a_token_that_holds_longer_than_a_working_day_does_not_get_in(office: Api) -> None:
    now = int(time.time())
    assert ask(office, signed(iat=now - 60, exp=now + 12 * 3600 - 60)).status_code == 200
    for times in ({"exp": now + 12 * 3600 + 1}, {"iat": now - 10 * 365 * 86400}, {"exp": 10**40}):
        problem = expect_problem(ask(office, signed(**{"iat": now, **times})), 401)
        assert "more than 12 hours" in problem["detail"]


def test_a_token_that_does_not_say_when_it_was_issued_does_not_get_in(office: Api) -> None:
    expect_problem(ask(office, signed(iat=None)), 401)
    expect_problem(ask(office, signed(iat=int(time.time()) + 3600, exp=int(time.time()) + 7200)), 401)


def test_a_token_of_the_demonstration_office_ends_within_what_is_accepted(serve: Serve) -> None:
    with serve() as api:
        now = int(time.time())
        assert ask(api, api.token(OFFICER, iat=now, exp=now + 12 * 3600)).status_code == 200
        expect_problem(ask(api, api.token(OFFICER, iat=now, exp=now + 12 * 3600 + 1)), 401)


@pytest.mark.parametrize("algorithm", ["HS256", "HS512"])
def test_a_public_key_is_no_shared_secret(office: Api, keys: Path, algorithm: str) -> None:
    for secret in (keys.read_bytes(), RSA.as_pem(private=False)):
        shared = OctKey.import_key({"kty": "oct", "k": OctKey.import_key(secret.hex()).as_dict()["k"], "kid": "rsa"})
        expect_problem(ask(office, signed(shared, {"alg": algorithm})), 401)


def test_a_shared_secret_among_the_keys_is_left_out(office: Api, keys: Path) -> None:
    shared = OctKey.generate_key(256, {"kid": "rsa"})
    keys.write_text(json.dumps({"keys": [shared.as_dict(private=True), EC.as_dict(private=False)]}))
    expect_problem(ask(office, signed(shared, {"alg": "HS256"})), 401)
    assert ask(office, signed(EC)).status_code == 200


@pytest.mark.parametrize("name", ["offi\0cer-1", "officer-1\n", "\ud800", "\u202eofficer-1", "x" * 9000])
def test_a_name_that_nobody_can_have_does_not_get_in(office: Api, name: str) -> None:
    for claim in ("sub", "organisation"):
        assert ask(office, signed(**{claim: name})).status_code in {401, 403}


@pytest.mark.parametrize("depth", [400, 3000])
def test_a_token_that_is_nested_beyond_reason_does_not_get_in(office: Api, depth: int) -> None:
    head = "W1tb" * depth  # an opening bracket, three times
    expect_problem(ask(office, f"{head}.e30.AAAA"), 401)


# Which keys.


def test_a_key_that_was_taken_out_of_the_file_stops_counting_whatever_the_age_of_the_file(
    office: Api, keys: Path
) -> None:
    before = keys.stat()
    assert ask(office, signed(EC)).status_code == 200
    keys.write_bytes(published(RSA))
    os.utime(keys, ns=(before.st_atime_ns, before.st_mtime_ns))
    expect_problem(ask(office, signed(EC)), 401)
    assert ask(office, signed(RSA)).status_code == 200
    keys.write_bytes(b'{"keys": []}')
    expect_problem(ask(office, signed(RSA)), 401)


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b'{"keys": 7}', b"\xff"])
def test_without_readable_keys_sign_in_is_unavailable_and_nobody_is_refused(
    office: Api, keys: Path, content: bytes | None
) -> None:
    keys.unlink()
    if content is not None:
        keys.write_bytes(content)
    problem = expect_problem(ask(office, signed()), 503)
    assert problem["type"] == "/problems/sign-in-unavailable"
    assert "keys of the identity provider" in problem["detail"]
    expect_problem(office.client.get("/v1/applications"), 401)
    assert office.client.get("/health/live").status_code == 200


def test_one_key_that_cannot_be_used_does_not_keep_the_others_out(office: Api, keys: Path) -> None:
    strange = [{"kty": "AKP", "alg": "ML-DSA-44"}, {"kty": "RSA"}, 7, {**RSA.as_dict(private=False), "use": "enc"}]
    keys.write_text(json.dumps({"keys": [*strange, EC.as_dict(private=False)]}))
    assert ask(office, signed(EC)).status_code == 200
    expect_problem(ask(office, signed(RSA)), 401)


@dataclass
class Provider:
    """An identity provider: its keys under the address that its discovery document names."""

    keys: bytes = published(EC)
    status: int = 200
    asked: int = 0
    seconds: float = 0.0
    address: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def providing(provider: Provider) -> Iterator[Provider]:
    """Serve a provider on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            discovery = json.dumps({"issuer": ISSUER, "jwks_uri": f"{provider.address}/keys"}).encode()
            keys = self.path == "/keys"
            provider.asked += keys
            time.sleep(provider.seconds if keys else 0.0)
            content = provider.keys if keys else discovery
            self.send_response(provider.status if keys else 200)
            for name, value in {**provider.headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield provider
        server.shutdown()


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """A provider; keys are old, and may be asked for again, after a second."""
    for name, seconds in {"FRESH": 1.0, "USABLE": 3.0, "PAUSE": 0.3}.items():
        monkeypatch.setattr(f"api.http.provider_keys.{name}", seconds)
    with providing(Provider()) as found:
        yield found


@pytest.fixture
def trusting(serve: Serve, provider: Provider) -> Iterator[Api]:
    """An office that trusts the provider."""
    discovery = httpx.get(f"{provider.address}/.well-known/openid-configuration", trust_env=False).json()
    with serve(demonstration=False, issuer=discovery["issuer"], jwks_url=discovery["jwks_uri"]) as api:
        yield api


def within(seconds: float, holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_keys_are_asked_for_once_and_kept(trusting: Api, provider: Provider) -> None:
    for _ in range(5):
        assert ask(trusting, signed(EC)).status_code == 200
    assert provider.asked <= 2


def test_a_new_key_counts_at_once_and_a_removed_one_no_longer_after_a_while(trusting: Api, provider: Provider) -> None:
    assert ask(trusting, signed(EC)).status_code == 200
    provider.keys = published(LATER)
    time.sleep(0.4)
    assert ask(trusting, signed(LATER)).status_code == 200
    expect_problem(ask(trusting, signed(EC)), 401)
    provider.keys = published(EC)
    within(5, lambda: ask(trusting, signed(LATER)).status_code == 401)


def test_tokens_with_unknown_keys_do_not_make_the_office_ask_without_end(trusting: Api, provider: Provider) -> None:
    began = time.monotonic()
    for _ in range(40):
        expect_problem(ask(trusting, signed(LATER)), 401)
    assert provider.asked <= (time.monotonic() - began) / 0.3 + 2


@pytest.mark.parametrize(
    "breaks",
    [
        {"status": 500},
        {"status": 302, "headers": {"Location": "/elsewhere"}},
        {"keys": b"<html>"},
        {"keys": b"[" * (2**20 + 1)},
        {"keys": b"{}"},
    ],
    ids=["500", "302", "no keys", "too long", "another file"],
)
def test_a_provider_that_does_not_answer_makes_sign_in_unavailable_until_it_does(
    trusting: Api, provider: Provider, breaks: dict[str, Any]
) -> None:
    for name, value in breaks.items():
        setattr(provider, name, value)
    problem = expect_problem(ask(trusting, signed(EC)), 503)
    assert problem["type"] == "/problems/sign-in-unavailable"
    provider.status, provider.keys, provider.headers = 200, published(EC), {}
    within(5, lambda: ask(trusting, signed(EC)).status_code == 200)


def test_known_keys_count_for_a_while_without_the_provider_and_then_no_more(trusting: Api, provider: Provider) -> None:
    assert ask(trusting, signed(EC)).status_code == 200
    provider.status = 503
    time.sleep(1.2)
    assert ask(trusting, signed(EC)).status_code == 200
    within(6, lambda: ask(trusting, signed(EC)).status_code == 503)


def test_a_slow_provider_keeps_nobody_waiting_but_who_signs_in(trusting: Api, provider: Provider) -> None:
    provider.seconds = 2.0
    headers = {"Authorization": f"Bearer {signed(EC)}"}
    with ThreadPoolExecutor() as pool:
        sending = pool.submit(trusting.client.post, "/v1/applications", headers=headers, json={})
        while not provider.asked:
            time.sleep(0.01)
        began = time.monotonic()
        assert trusting.client.get("/health/live").status_code == 200
        assert time.monotonic() - began < 1.0
        assert not sending.done()
        assert sending.result().status_code == 422


def test_an_address_that_refuses_every_connection_makes_sign_in_unavailable(serve: Serve) -> None:
    with serve(demonstration=False, issuer=ISSUER, jwks_url="http://127.0.0.1:9/keys") as api:
        expect_problem(ask(api, signed(EC)), 503)


@pytest.mark.parametrize(
    ("address", "accepted"),
    [
        ("https://sign-in.example/keys", True),
        ("http://127.0.0.1:8080/keys", True),
        ("http://[::1]:8080/keys", True),
        ("http://localhost/keys", True),
        ("http://sign-in.example/keys", False),
        ("http://127.0.0.1.sign-in.example/keys", False),
        ("file:///etc/passwd", False),
        ("keys.json", False),
    ],
)
def test_keys_are_asked_for_where_nobody_on_the_way_can_change_them(address: str, accepted: bool) -> None:
    if accepted:
        assert Configuration(jwks_url=address).jwks_url == address
    else:
        with pytest.raises(ValidationError):
            Configuration(jwks_url=address)


# What a provider calls our roles.

NAMES = {"VA-Behandelaars": "officer", "VA-Coördinatie": "coordinator", "VA-Motor": "engine"}


@pytest.mark.parametrize(
    ("settings", "claims"),
    [
        ({"role_claim": "groups"}, {"groups": ["Everyone", "VA-Behandelaars"]}),
        ({"role_claim": "groups"}, {"groups": "VA-Behandelaars"}),
        ({"role_claim": "realm_access.roles"}, {"realm_access": {"roles": ["offline", "VA-Behandelaars"]}}),
        ({"role_claim": "https://va.example/role"}, {"https://va.example/role": "VA-Behandelaars"}),
        (
            {"role_claim": "groups", "person_claim": "employee"},
            {"groups": ["VA-Behandelaars"], "sub": "8f2", "employee": "officer-1"},
        ),
        ({"role_claim": "groups"}, {"groups": ["VA-Coördinatie", "VA-Behandelaars"]}),
    ],
)
def test_a_role_is_found_by_what_the_provider_calls_it(
    serve: Serve, keys: Path, settings: dict[str, Any], claims: dict[str, Any]
) -> None:
    with serve(demonstration=False, issuer=ISSUER, jwks_file=keys, role_names=NAMES, **settings) as api:
        assert ask(api, signed(role=None, **claims)).status_code == 200


@pytest.mark.parametrize(
    "groups",
    [[], ["Everyone"], ["officer"], ["VA-Coördinatie"], ["VA-Motor"], [["VA-Behandelaars"]], {"a": 1}, 7, None],
)
def test_a_role_that_the_provider_does_not_name_or_the_person_does_not_hold_is_refused(
    serve: Serve, keys: Path, groups: Any
) -> None:
    with serve(demonstration=False, issuer=ISSUER, jwks_file=keys, role_names=NAMES, role_claim="groups") as api:
        expect_problem(ask(api, signed(role="officer", groups=groups)), 403)


def test_a_person_who_holds_several_of_the_roles_named_is_asked_for_one(serve: Serve, keys: Path) -> None:
    with serve() as api:
        body = {"id": "two-hats", "name": "T", "email": "t@office.example"}
        duties = [{"role": "officer"}, {"role": "coordinator"}]
        made = api.post("/v1/people", ADMINISTRATOR, {**body, "duties": duties})
        assert made.status_code == 201, made.text
        changed = api.configuration.model_copy(
            update={
                "issuer": ISSUER,
                "jwks_file": keys,
                "role_names": Configuration(role_names=NAMES).role_names,
                "role_claim": "groups",
            }
        )
        api.app.state.configuration = changed
        both = {"groups": ["VA-Behandelaars", "VA-Coördinatie"]}
        problem = expect_problem(ask(api, signed(sub="two-hats", role=None, **both)), 403)
        assert "officer, coordinator" in problem["detail"]
        assert ask(api, signed(sub="two-hats", role=None, groups=["VA-Behandelaars"])).status_code == 200
        assert ask(api, signed(sub=COORDINATOR.person, role=None, **both)).status_code == 200
