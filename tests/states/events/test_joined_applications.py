"""Joined applications: similar ones are joined, kept apart, or refused as repeated."""

from typing import Any

import pytest
from life_cases import next_steps
from office import GOUDVEEN, OFFICER, START, act, do, problems, receive, refused, row
from sqlalchemy import Engine

from notifications.letters import render
from rules.threats.handoff import HandOffStep
from states.charts.application import Stage
from states.tables.application import Application
from states.tables.letters import Outbox


def test_a_similar_application_is_flagged_for_review(office: Engine) -> None:
    first, second = receive(office, name="D. Dubbel"), receive(office, name="d. dubbel")
    assert row(office, Application, Application.id == second).resembles == first
    assert row(office, Application, Application.id == first).resembles is None
    act(office, second, "start-intake", at=START)
    assert "officer: keep-apart" in next_steps(office, second)
    act(office, second, "keep-apart", at=START)
    assert "officer: keep-apart" not in next_steps(office, second)
    assert row(office, Application, Application.id == second).resembles is None


def test_a_joined_application_passes_on_its_urgency(office: Engine) -> None:
    first, second = receive(office, name="D. Dubbel"), receive(office, name="D. Dubbel")
    do(office, "application", second, "record-threat", by=OFFICER, body={"kind": "stalking", "source": "police"})
    act(office, second, "join", at=START)
    joined, other = (row(office, Application, Application.id == key) for key in (second, first))
    assert (joined.state, joined.joined_to, other.urgency) == (Stage.JOINED, first, "urgent")
    handed_over = {f"officer: {step}" for step in HandOffStep}
    assert set(next_steps(office, second)) <= handed_over
    assert problems(office) == []


def test_the_letter_of_a_joined_application_names_the_other_only_to_who_takes_part_in_it(office: Engine) -> None:
    mine, again = (receive(office, name="D. Dubbel", applicant="dubbel-1") for _ in range(2))
    namesake = receive(office, name="D. Dubbel", applicant="dubbel-2")
    for joined, named in ((again, True), (namesake, False)):
        body = {"other": mine, "reasons": "The same."}
        do(office, "application", joined, "join", by=OFFICER, body=body)
        letter = row(office, Outbox, Outbox.application == joined, Outbox.letter == "joined")
        facts = {"link": "http://localhost/", "sent_on": "2026-03-02", **letter.facts, "reference": joined}
        assert all((mine in render("joined", facts, language).body) == named for language in ("nl", "en"))


def test_only_applications_for_the_same_claim_are_joined(office: Engine) -> None:
    mine, alderman = receive(office), receive(office, office="alderman")
    elsewhere, gone = receive(office, employers=[GOUDVEEN]), receive(office)
    act(office, gone, "withdraw", at=START)
    for other in (mine, alderman, elsewhere, gone):
        body = {"other": other, "reasons": "The same."}
        found = refused(lambda b=body: do(office, "application", mine, "join", by=OFFICER, body=b))
        assert found == ["turn.joins-same-claim"]


@pytest.mark.parametrize(("new_facts", "ground"), [(None, True), ("The office is another one now.", False)])
def test_a_repeated_application_without_new_facts_may_be_refused(
    office: Engine, new_facts: str | None, ground: bool
) -> None:
    first = receive(office, office="municipal-councillor", applicant="raadslid-1")
    act(office, first, "intend-refusal", at=START)
    act(office, first, "record-view", at=START)
    act(office, first, "refuse", at=START)
    second = receive(office, office="municipal-councillor", applicant="raadslid-1", newFacts=new_facts)
    assert row(office, Application, Application.id == second).repeats == first
    body = {"ground": "eligibility.repeated-has-new-facts", "reasons": "Nothing new."}

    def intend() -> Any:
        return do(office, "application", second, "intend-refusal", by=OFFICER, body=body)

    assert (intend() and [] if ground else refused(intend)) == ([] if ground else ["step.refusal-has-ground"])
