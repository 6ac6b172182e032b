"""Bodies: free text is always content, and content stays in the vault."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, get_args

import pytest
from banking import Line, statement
from office import (
    AUTHORITY,
    COORDINATOR,
    GOUDVEEN,
    OFFICER,
    START,
    ZILVERDAM,
    act,
    actions,
    application_body,
    at_event,
    carry_out,
    do,
    enrol,
    iban,
    is_ended,
    onward,
    person,
    receive,
    row,
    rows,
    sparing,
    walk,
)
from pydantic import BaseModel, Field
from sqlalchemy import Engine, inspect, text
from sqlmodel import Session, select

from rules.core.regulation import LegalBasis
from rules.core.roles import Actor, Role
from states.charts.application import Stage
from states.commands.available_actions import Action
from states.commands.bank_files import take_in
from states.engine.bodies import (
    Body,
    Code,
    Email,
    Handle,
    InvoiceNumber,
    Reference,
    Text,
    content_fields,
    divide,
    parse,
)
from states.engine.event import Event
from states.engine.patterns import ACCOUNT_NAME
from states.errors import MalformedError
from states.events.catalogue import EVENTS
from states.storage.database import transaction, vault_of
from states.tables.application import Application, Measure
from states.tables.ledger import LedgerEntry, VaultItem
from states.tables.loans import Objection
from states.tables.payments import BatchLine, Payable

BODIES = {f"{chart}/{name}": event.body for (chart, name), event in EVENTS.items()}


def unmarked(schema: Mapping[str, Any], defs: Mapping[str, Any], path: str) -> Iterator[str]:
    """Where a schema takes text that is neither bounded nor marked as content."""
    if schema.get("x-content"):
        return
    if any(part.get("type") == "number" for part in schema.get("anyOf", ())):
        return  # an amount, in digits or as text; it is read as a number
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        yield from unmarked(defs[name], defs, path)
    bounded = {"pattern", "enum", "const"} & set(schema) or schema.get("format") in {"date", "date-time"}
    if schema.get("type") == "string" and not bounded:
        yield path
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        yield f"{path} (takes unknown fields)"
    for name, inner in schema.get("properties", {}).items():
        yield from unmarked(inner, defs, f"{path}.{name}")
    for place, inner in enumerate((*schema.get("anyOf", ()), *schema.get("allOf", ()), *schema.get("prefixItems", ()))):
        yield from unmarked(inner, defs, f"{path}|{place}")
    if isinstance(schema.get("items"), dict):
        yield from unmarked(schema["items"], defs, f"{path}[]")


@pytest.mark.parametrize("name", BODIES)
def test_every_text_of_a_body_is_content_or_bounded_by_a_pattern(name: str) -> None:
    schema = BODIES[name].model_json_schema()
    assert list(unmarked(schema, schema.get("$defs", {}), name)) == []


class Inner(Body):
    told: Text
    code: Code


class Loose(Body):
    anything: str
    perhaps: str | None = None
    several: list[str] = []  # noqa: RUF012
    inner: list[Inner] = []  # noqa: RUF012


def test_an_unbounded_text_is_noticed_at_any_depth() -> None:
    schema = Loose.model_json_schema()
    found = list(unmarked(schema, schema["$defs"], "loose"))
    assert found == ["loose.anything", "loose.perhaps|0", "loose.several[]"]


class Numbered(Body):
    number: InvoiceNumber


@pytest.mark.parametrize(
    "number", ["F-1", "2026 00 12", "F_2026/12", "A", "INV 2026_0012", "FACT 12-A 3", "VOORSCHOT", "1" * 40]
)
def test_an_invoice_keeps_the_number_that_its_supplier_gave_it(number: str) -> None:
    assert parse(Numbered, {"number": f" {number} "}).number == number


@pytest.mark.parametrize(
    "number",
    [
        "",
        "_1",
        "F  1",
        "F\t1",
        "Camera voordeur",
        "Camera voordeur 2",
        "INV FACT",
        "Camera-voor 2",
        "F#1",
        "É1",
        "1" * 41,
        "1 " * 20 + "1",
    ],
)
def test_an_invalid_invoice_number_is_explained_in_words_and_never_repeated(number: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse(Numbered, {"number": number})
    ((field, words),) = caught.value.problems
    assert field == "number"
    assert "at most 40" in words
    assert "^" not in words
    assert len(number) < 4 or number not in words


def test_a_body_divides_into_facts_as_sent_and_content_by_path() -> None:
    class Outer(Body):
        handle: Handle
        words: Text | None = None
        parts: tuple[Inner, ...] = ()

    facts, content = divide(
        Outer(handle="h-1", words="w", parts=(Inner(told="a", code="A"), Inner(told="b", code="B")))
    )
    assert facts == {"handle": "h-1", "parts": [{"code": "A"}, {"code": "B"}]}
    assert content == {"words": "w", "parts.0.told": "a", "parts.1.told": "b"}


# Planted texts, and where they must not appear.

PLANTED_IBAN = iban(987654321)


class Planter:
    """Puts a marker into every content field of every body that is recorded."""

    def __init__(self) -> None:
        self.markers: list[str] = []
        self.fields: set[str] = set()

    def plant(self, where: str, schema: type[BaseModel], body: Mapping[str, Any]) -> dict[str, Any]:
        planted = dict(body)
        for name, field in schema.model_fields.items():
            alias = field.alias or name
            if name in content_fields(schema):
                self.fields.add(f"{where}.{name}")
                planted[alias] = self.marker(name)
            elif isinstance(planted.get(alias), (list, tuple)):
                inner = next((part for part in parts_of(field.annotation) if is_body(part)), None)
                if inner is not None:
                    planted[alias] = [self.plant(f"{where}.{name}", inner, item) for item in planted[alias]]
        return planted

    def marker(self, name: str) -> str:
        if name == "iban":
            return PLANTED_IBAN
        marker = f"geheim{len(self.markers):04d}"
        self.markers.append(marker)
        return f"{marker}@thuis.example" if name == "email" else f"Zie {marker} hier"


def parts_of(annotation: object) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from parts_of(part)


def is_body(part: Any) -> bool:
    return isinstance(part, type) and issubclass(part, BaseModel)


def content_paths(where: str, schema: type[BaseModel]) -> Iterator[str]:
    for name, field in schema.model_fields.items():
        if name in content_fields(schema):
            yield f"{where}.{name}"
        for inner in parts_of(field.annotation):
            if is_body(inner):
                yield from content_paths(f"{where}.{name}", inner)


FOLLOWING = {
    ("measure", "propose"),
    ("payable", "receive"),
    ("payable", "part-off"),
    ("person", "register"),
    ("person", "register-first"),
    ("loan", "open"),
    ("objection", "file"),
}
BY_PEOPLE = {
    path
    for (chart, name), event in EVENTS.items()
    for path in content_paths(f"{chart}/{name}", event.body)
    if (chart, name) not in FOLLOWING
}
"""Every content field of an event that people record; the events that follow from it have the same texts."""


def everything_but_the_vault(engine: Engine) -> str:
    """Every row of every table as text, except the sealed content."""
    with engine.connect() as connection:
        tables = [name for name in inspect(engine).get_table_names() if name != "vault_item"]
        found = [connection.execute(text(f'SELECT r::text FROM "{name}" r')).scalars().all() for name in tables]
    return "\n".join(row for table in found for row in table)


def live(engine: Engine, planter: Planter, reference: str, wanted: set[str], at: Any) -> Any:
    """Take an application to its end, and on the way do every action that still has a wanted field."""
    for _ in range(150):
        at += timedelta(minutes=1)
        with transaction(engine) as session:
            application = session.get_one(Application, reference)
            if is_ended(application.state):
                return at
            proposed = actions(session, application, at=at, demonstration=True)
            action = new_action(proposed, wanted - planter.fields) or onward(proposed)
            if action is None:
                return at
            if action.event != "take-in-statement":
                body = planter.plant(
                    f"{action.chart}/{action.event}",
                    EVENTS[action.chart, action.event].body,
                    action.example or {},
                )
                action = replace(action, example=body)
            carry_out(session, action, at=at)
    raise AssertionError("the case did not come to an end")


def new_action(proposed: list[Action], wanted: set[str]) -> Action | None:
    events = {path.split(".")[0] for path in wanted}
    allowed = [action for action in proposed if action.allowed and f"{action.chart}/{action.event}" in events]
    return next((action for action in allowed if action.event not in {"withdraw", "not-process"}), None)


def owe(engine: Engine, planter: Planter, reference: str, at: Any) -> None:
    """An employer that is late to take over, and late again to pay what it owes for that."""
    at = walk(engine, reference, before=at_event("take-over"), at=at, choose=sparing)
    for days, chart, event in (
        (60, "takeover", "default"),
        (120, "takeover", "take-over"),
        (120, "takeover", "fix-penalty"),
        (120, "payable", "check"),
        (120, "payable", "approve"),
        (300, "payment-batch", "build"),
        (300, "payment-batch", "seal"),
        (300, "payment-batch", "release"),
        (300, "payment-batch", "export"),
        (300, "organisation", "take-in-statement"),
        (300, "payable", "fix-interest"),
    ):
        planted = (
            {} if event == "take-in-statement" else planter.plant(f"{chart}/{event}", EVENTS[chart, event].body, {})
        )
        act(engine, reference, event, at=at + timedelta(days=days), changes=planted)


def record_life_events(engine: Engine, at: Any) -> Iterator[tuple[Event[Any, Any], str]]:
    """Life events outside the usual procedure: each event with a case on which it is possible."""
    first, second, third = (receive(engine, at=at, name="D. Dubbel") for _ in range(3))
    yield EVENTS["application", "keep-apart"], second
    yield EVENTS["application", "join"], third
    yield EVENTS["application", "reopen"], third
    walk(engine, first, Stage.PROVISION, at=at)
    act(engine, first, "record-certificate", at=at)
    home = rows(engine, Measure, Measure.stream == first, Measure.legal_basis == LegalBasis.HOME_MEASURE)[0]
    for event in ("order", "provide"):
        act(engine, first, event, at=at, which=lambda action: action.subject == home.id)
    yield EVENTS["application", "record-move"], first
    follower = rows(engine, Application, Application.follows == first)[0].id
    walk(engine, follower, Stage.TAKEOVER, at=at)
    act(engine, follower, "confirm-receipt", at=at)
    yield EVENTS["takeover", "decline-second-home"], follower
    act(engine, first, "end-office", at=at)
    yield EVENTS["measure", "keep-after-office"], first
    yield EVENTS["measure", "let-go"], first


def lend_and_object(engine: Engine, planter: Planter, ended: str, at: datetime) -> None:
    """Plant in every text of loans, and of objections to a declined loan and to an application that ended."""
    day = at.date().isoformat()
    lender, second = person(Role.EMPLOYER, ZILVERDAM), person(Role.EMPLOYER, ZILVERDAM, number=2)
    with transaction(engine) as session:
        enrol(session, second)

    def planted(chart: str, subject: str | None, event: str, by: Actor, **body: Any) -> Any:
        whole = planter.plant(f"{chart}/{event}", EVENTS[chart, event].body, body)
        return do(engine, chart, subject, event, by=by, at=at, body=whole).row

    wish = {"organisation": ZILVERDAM, "office": "mayor", "certainSince": "2024-06-01"}
    away, back, lost, declined = (planted("loan", None, "request", OFFICER, **wish).id for _ in range(4))
    planted("application", ended, "request-loan", OFFICER)
    planted("loan", away, "withdraw", OFFICER)
    for loan in (back, lost):
        do(engine, "loan", loan, "grant", by=lender, at=at)
        planted("loan", loan, "lend", lender, lentOn=day)
    planted("loan", back, "take-back", lender, returnedOn=day)
    planted("loan", lost, "lose", lender, lostOn=day)
    planted("loan", declined, "decline", lender)
    planted("loan", declined, "file-objection", OFFICER)
    planted("application", ended, "file-objection", OFFICER, against="not-processed")
    to_loan = row(engine, Objection, Objection.loan == declined).id
    to_end = row(engine, Objection, Objection.application == ended).id
    planted("objection", to_loan, "put-off", second)
    planted("objection", to_loan, "suspend", second, ground="agreed", since=day)
    planted("objection", to_loan, "hear", second, heldOn=day)
    planted("objection", to_loan, "decide", second, outcome="unfounded")
    planted("objection", to_end, "waive-hearing", COORDINATOR, ground="declared")
    planted("objection", to_end, "withdraw", OFFICER)
    planted("application", ended, "reopen", COORDINATOR, stage="intake")


def close_and_reopen(engine: Engine, planter: Planter, at: datetime) -> None:
    """A month of an employer's books that is closed, and opened again for a reason."""
    month = {"period": "2026-01"}
    do(engine, "organisation", ZILVERDAM, "close-period", by=person(Role.FINANCE, ZILVERDAM), at=at, body=month)
    planted = planter.plant("organisation/reopen-period", EVENTS["organisation", "reopen-period"].body, month)
    do(engine, "organisation", ZILVERDAM, "reopen-period", by=person(Role.APPROVER, ZILVERDAM), at=at, body=planted)


def match(engine: Engine, planter: Planter, at: datetime) -> None:
    """An invoice that the security contact matches to its measure."""
    reference = receive(engine, at=at)
    at = walk(engine, reference, before=at_event("receive-invoice"), at=at, choose=sparing)
    lines = [{"net": "100.00", "vatRate": "21", "vat": "21.00", "gross": "121.00"}]
    day = {"number": "K-1", "dated": at.date().isoformat(), "toMatch": True, "lines": lines}
    whole = planter.plant("application/receive-invoice", EVENTS["application", "receive-invoice"].body, day)
    for item in whole["lines"]:  # the reasons are given with the matching
        planter.markers.remove(item.pop("reasons").split()[1])
    do(engine, "application", reference, "receive-invoice", by=person(Role.FINANCE, ZILVERDAM), at=at, body=whole)
    contact = person(Role.SECURITY_CONTACT, ZILVERDAM)
    waiting = row(engine, Payable, Payable.stream == reference)
    with transaction(engine) as session:
        found = actions(session, session.get_one(Application, reference), at=at, demonstration=True)
    example = next(action.example for action in found if action.event == "match")
    body = planter.plant("payable/match", EVENTS["payable", "match"].body, example or {})
    do(engine, "payable", waiting.id, "match", by=contact, at=at, body=body)


def assess_entries(engine: Engine, planter: Planter, at: datetime) -> None:
    """Two entries of a statement that wait for a person: a returned payment, and an entry of the bank itself."""
    paid = rows(engine, Payable, Payable.state == "paid", Payable.organisation == ZILVERDAM)[0]
    line = row(engine, BatchLine, BatchLine.payable == paid.id, BatchLine.counts)
    file = statement(Line(f"{line.amount}", "TERUG"), Line("-1.00"), on=at.date())
    with transaction(engine) as session:
        message = take_in(session, file, by=person(Role.FINANCE, ZILVERDAM), at=at).message.id
    for position, (event, more) in enumerate(
        (("match-bank-entry", {"payment": line.end_to_end}), ("set-aside-bank-entry", {})), start=1
    ):
        body = {"message": message, "position": position, **more}
        planted = planter.plant(f"organisation/{event}", EVENTS["organisation", event].body, body)
        do(engine, "organisation", ZILVERDAM, event, by=person(Role.FINANCE, ZILVERDAM), at=at, body=planted)


class Spelled(Body):
    """A field of every pattern that is explained in words."""

    code: Code = "F-1"
    number: InvoiceNumber = "F-1"
    handle: Handle = "officer-1"
    email: Email = "a@example.nl"
    reference: Reference = "VA-2026-4M8476ET"
    name: Annotated[str, Field(pattern=ACCOUNT_NAME)] = "Gemeente"


def test_a_pattern_is_explained_in_words_with_a_valid_example() -> None:
    with pytest.raises(MalformedError) as caught:
        parse(Spelled, dict.fromkeys(Spelled.model_fields, "_ \u2026"))
    told = dict(caught.value.problems)
    assert told.keys() == Spelled.model_fields.keys()
    assert told["code"].startswith("Give letters, digits, '.', '/' and '-'")
    for field, words in told.items():
        assert "^" not in words
        parse(Spelled, {field: words.rpartition("such as ")[2].removesuffix(".")})


def test_content_is_stored_nowhere_but_in_the_vault(office: Engine) -> None:
    planter = Planter()
    at = START
    for changes in (
        {"employers": [ZILVERDAM, GOUDVEEN]},
        {"office": "municipal-councillor"},
        {},
    ):
        body = planter.plant("application/receive", EVENTS["application", "receive"].body, application_body(**changes))
        reference = do(office, "application", None, "receive", by=OFFICER, at=at, body=body).row.id
        at = live(office, planter, reference, BY_PEOPLE, at)
    # Three events that need time, or that end a case at once.
    spared = receive(office, at=at, office="municipal-councillor")
    act(office, spared, "intend-refusal", at=at)
    abandoned = planter.plant("application/abandon-refusal", EVENTS["application", "abandon-refusal"].body, {})
    act(office, spared, "abandon-refusal", at=at, changes=abandoned)
    late = receive(office, at=at)
    act(office, late, "invite-completion", at=at)
    not_processed = planter.plant("application/not-process", EVENTS["application", "not-process"].body, {})
    act(office, late, "not-process", at=at + timedelta(days=15), changes=not_processed)
    withdrawn = planter.plant("application/withdraw", EVENTS["application", "withdraw"].body, {})
    act(office, receive(office, at=at), "withdraw", at=at, changes=withdrawn)
    lend_and_object(office, planter, late, at + timedelta(days=15))

    for event, subject in record_life_events(office, at):
        planted = planter.plant(f"{event.chart.name}/{event.name}", event.body, {})
        act(office, subject, event.name, at=at, changes=planted)
    owe(office, planter, receive(office, at=at), at)
    match(office, planter, at)
    close_and_reopen(office, planter, at + timedelta(days=300))
    assess_entries(office, planter, at + timedelta(days=301))

    assert BY_PEOPLE - planter.fields == set(), "no text was planted in these"
    leaked = everything_but_the_vault(office)
    assert "VA-2026-" in leaked
    assert [marker for marker in planter.markers if marker in leaked] == []
    assert PLANTED_IBAN not in leaked

    opened = []
    with Session(office) as session:
        vault = vault_of(session)
        for item in session.exec(select(VaultItem)):
            entry = session.get_one(LedgerEntry, (item.stream, item.seq))
            opened.append(str(vault.keys_of(session, item.stream).open(item, entry.event)))
            assert all(marker.encode() not in item.sealed for marker in planter.markers)
    everything = "\n".join(opened)
    assert [marker for marker in planter.markers if marker not in everything] == []
    assert PLANTED_IBAN in everything
    assert AUTHORITY.person in leaked
