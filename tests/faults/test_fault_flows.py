"""Each flow's plain function killed on the way: whoever comes next finds what was left, and nothing is done twice."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from office import START
from scene import KILLED, LATER, RUNS, Held, Place, expect_every_euro_once, expect_nothing_twice, moments_of

from states.letters.outbox import LEASE

AT = {"remind": LATER}
FLOWS = ["offer", "remind", "deliver", "batches", "bank"]


def prepare(flow: str, place: Place) -> None:
    if flow == "bank":
        place.put("report")
        place.put("statement")


def mailbox(place: Place) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (place.home / "mailbox").glob("*.eml")}


@pytest.mark.parametrize("flow", FLOWS)
def test_a_flow_that_is_killed_is_ended_by_the_next_one(flow: str, held: Held, copies: Any) -> None:
    at = AT.get(flow, START + timedelta(days=1))
    with copies.one() as place:
        before = place.looks()
        prepare(flow, place)
        moments = held.moments(flow, place, at=at)
        undisturbed, letters = place.looks(), mailbox(place)
        assert undisturbed != before
        assert place.problems() == []
    for run, moment in enumerate(moments_of(moments, flow)):
        with copies.one() as place:
            prepare(flow, place)
            pids = [held.start(flow, place, at=at, kill=f"moment:{moment}")]
            if run % 2:  # another one is at work at the same time
                pids.append(held.start(flow, place, at=at))
            ends = [held.wait(pid)["status"] for pid in pids]
            # A twin that was faster may leave the other nothing to die of.
            assert ends[0] == KILLED or (run % 2 and ends[0] == 0), (moment, ends)
            assert ends[1:] in ([], [0]), (place.home / f"{flow}.log").read_text()
            held.well(flow, place, at=at + LEASE)
            assert place.looks() == undisturbed, moment
            assert place.problems() == [], moment
            expect_every_euro_once(place)
            assert mailbox(place).keys() == mailbox(place).keys() | letters.keys(), moment
            assert len(mailbox(place)) == len(letters), moment
            assert not list((place.home / "bank").glob("in/*.xml")), moment


def test_a_bank_file_is_taken_in_once_wherever_its_taker_dies(held: Held, place: Place) -> None:
    """Also where the file is laid in the folder again, and where one dies between the commit and the move."""
    file: Path = place.put("statement")
    at = START + timedelta(days=1)
    assert held.run("bank", place, at=at, kill="before-commit:1")["status"] == KILLED
    assert place.rows("SELECT count(*) FROM bank_message") == [(0,)]
    assert held.run("bank", place, at=at, kill="after-commit:1")["status"] == KILLED
    assert file.exists()
    assert place.rows("SELECT count(*) FROM bank_message") == [(1,)]
    once = place.looks()
    for _ in range(3):
        held.well("bank", place, at=at)
        assert not file.exists()
        assert (place.home / "bank" / "done" / file.name).exists()
        assert place.looks() == once
        place.put("statement")
    assert place.problems() == []


def test_batches_that_are_built_withdrawn_and_built_again_hold_every_euro_once_wherever_that_dies(
    held: Held, copies: Any
) -> None:
    at = START + timedelta(days=1)
    with copies.one() as place:
        moments = held.moments("rebuild", place, at=at)
        undisturbed = place.rows("SELECT state, count(*), sum(gross) FROM payable GROUP BY 1 ORDER BY 1")
        expect_every_euro_once(place)
    for moment in moments_of(moments, "rebuild")[::2]:
        with copies.one() as place:
            killed = held.start("rebuild", place, at=at, kill=f"moment:{moment}")
            assert held.wait(killed)["status"] == KILLED
            expect_every_euro_once(place)
            held.well("rebuild", place, at=at)
            expect_every_euro_once(place)
            assert place.rows("SELECT state, count(*), sum(gross) FROM payable GROUP BY 1 ORDER BY 1") == undisturbed
            assert place.problems() == [], moment


def test_reminders_are_one_per_application_term_threshold_and_recipient_however_many_clocks_die(
    held: Held, place: Place
) -> None:
    days = [START + timedelta(days=day) for day in range(20, 60, 4)]
    assert len(days) == RUNS
    for number, at in enumerate(days):
        pids = [held.start("remind", place, at=at, kill=f"moment:{number * 3 + clock * 7 + 2}") for clock in range(2)]
        for pid in pids:
            assert held.wait(pid)["status"] in (0, KILLED)
    held.well("remind", place, at=days[-1])
    expect_nothing_twice(place)
    reminded = place.rows("SELECT application, term, threshold, recipient, outbox FROM reminder")
    assert len({row[1] for row in reminded}) == 2
    assert {row[2] for row in reminded} <= {name for (name,) in place.rows("SELECT name FROM threshold")}
    letters = place.rows("SELECT id FROM outbox WHERE letter = 'reminder'")
    assert sorted(row[4] for row in reminded) == sorted(key for (key,) in letters)
    due = place.rows("SELECT count(*) FROM threshold WHERE passed_at IS NULL AND due_at <= '" + str(days[-1]) + "'")
    assert due == [(0,)]
    assert place.problems() == []
