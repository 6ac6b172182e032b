"""Separation of duties: the person who did one step does not do the next."""

import pytest
from batches import fill_checked, fill_sealed
from office import ADVISER, AUTHORITY, OFFICER, ZILVERDAM, at_event, do, person, receive, refused, row, sparing, walk
from prepared_databases import Prepared
from sqlalchemy import Engine

from rules.core.roles import Actor, Role
from states.charts.application import Stage
from states.tables.application import Application
from states.tables.payments import Payable, PaymentBatch


@pytest.mark.parametrize("handle", ["adviser-1", "adviser-2"])
def test_the_author_of_an_advice_does_not_adopt_it(office: Engine, handle: str) -> None:
    reference = receive(office)
    walk(office, reference, Stage.ADVICE)
    for domain in ("home", "work", "travel", "digital"):
        body = {"domain": domain, "needed": False, "finding": "F"}
        by = Actor("adviser-2", Role.ADVISER) if domain == "home" else ADVISER
        do(office, "application", reference, "assess-domain", by=by, body=body)
    do(office, "application", reference, "submit-advice", by=ADVISER)
    adoption = {"adoptedOn": "2026-03-02", "threatAnalysis": "T", "homeAssessment": "H"}
    me = Actor(handle, Role.SECURITY_AUTHORITY)
    assert refused(lambda: do(office, "application", reference, "adopt-advice", by=me, body=adoption)) == [
        "conflict.four-eyes",
    ]
    do(office, "application", reference, "adopt-advice", by=AUTHORITY, body=adoption)


@pytest.mark.parametrize("handle", ["officer-1", "officer-2"])
def test_the_person_who_handles_a_case_or_proposed_its_refusal_does_not_refuse_it(office: Engine, handle: str) -> None:
    reference = receive(office, office="municipal-councillor")
    do(office, "application", reference, "start-intake", by=OFFICER)
    proposer = person(Role.OFFICER, number=2)
    body = {"ground": "eligibility.office-in-scope", "reasons": "No claim."}
    do(office, "application", reference, "intend-refusal", by=proposer, body=body)
    do(office, "application", reference, "record-view", by=OFFICER, body={"view": "None."})
    me = Actor(handle, Role.SECURITY_AUTHORITY)
    assert refused(lambda: do(office, "application", reference, "refuse", by=me, body={"reasons": "R"})) == [
        "conflict.four-eyes",
    ]
    do(office, "application", reference, "refuse", by=AUTHORITY, body={"reasons": "R"})


@pytest.mark.parametrize(
    ("handle", "rules"),
    [
        ("finance-zilverdam-1", ["conflict.four-eyes"]),  # checked it
        ("officer-1", ["conflict.four-eyes"]),  # handled the case
        ("the-applicant", ["conflict.not-own-case"]),
        ("approver-zilverdam-1", []),
    ],
)
def test_check_and_approval_are_done_by_two_people(prepared: Prepared, handle: str, rules: list[str]) -> None:
    engine = prepared("checked", fill_checked)
    payable = row(engine, Payable)
    if handle == "the-applicant":
        handle = row(engine, Application).applicant
    me = Actor(handle, Role.APPROVER, ZILVERDAM)
    if rules:
        for event, body in (("approve", {}), ("reject", {"reasons": "R"})):
            assert refused(lambda e=event, b=body: do(engine, "payable", payable.id, e, by=me, body=b)) == rules
    else:
        do(engine, "payable", payable.id, "approve", by=me)


@pytest.mark.parametrize(
    ("handle", "may"),
    [
        ("finance-zilverdam-1", False),  # built and sealed it
        ("approver-zilverdam-1", False),
        ("officer-1", False),
        ("the-applicant", False),
        ("releaser-zilverdam-1", True),
    ],
)
def test_a_batch_is_released_by_another_person(prepared: Prepared, handle: str, may: bool) -> None:
    engine = prepared("sealed", fill_sealed)
    batch = row(engine, PaymentBatch)
    if handle == "the-applicant":
        handle = row(engine, Application).applicant
    me = Actor(handle, Role.RELEASER, ZILVERDAM)
    if may:
        do(engine, "payment-batch", batch.id, "release", by=me)
    else:
        wanted = ["payable.four-eyes-in-batch"]
        assert refused(lambda: do(engine, "payment-batch", batch.id, "release", by=me)) == wanted


def test_the_person_who_sealed_a_batch_does_not_release_it(office: Engine) -> None:
    walk(office, receive(office), before=at_event("seal"), choose=sparing)
    batch = row(office, PaymentBatch)
    do(office, "payment-batch", batch.id, "seal", by=Actor("finance-2", Role.FINANCE, ZILVERDAM))
    me = Actor("finance-2", Role.RELEASER, ZILVERDAM)
    assert refused(lambda: do(office, "payment-batch", batch.id, "release", by=me)) == ["payable.four-eyes-in-batch"]
