"""Fault tests of the flows' jobs: after a kill the next run completes the work, and nothing is done twice."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from office import START
from scene import KILLED, LATER, RUNS, JobRunner, OfficeCopy, expect_every_euro_once, expect_nothing_twice, moments_of

from states.letters.outbox import LEASE

AT = {"remind": LATER}
FLOWS = ["offer", "remind", "deliver", "batches", "bank"]


def prepare(flow: str, copy: OfficeCopy) -> None:
    if flow == "bank":
        copy.put("report")
        copy.put("statement")


def mailbox(copy: OfficeCopy) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (copy.home / "mailbox").glob("*.eml")}


@pytest.mark.parametrize("flow", FLOWS)
def test_a_flow_that_is_killed_is_ended_by_the_next_one(flow: str, job_runner: JobRunner, copies: Any) -> None:
    at = AT.get(flow, START + timedelta(days=1))
    with copies.one() as copy:
        before = copy.summary()
        prepare(flow, copy)
        moments = job_runner.moments(flow, copy, at=at)
        undisturbed, letters = copy.summary(), mailbox(copy)
        assert undisturbed != before
        assert copy.problems() == []
    for run, moment in enumerate(moments_of(moments, flow)):
        with copies.one() as copy:
            prepare(flow, copy)
            pids = [job_runner.start(flow, copy, at=at, kill=f"moment:{moment}")]
            if run % 2:  # another one is at work at the same time
                pids.append(job_runner.start(flow, copy, at=at))
            ends = [job_runner.wait(pid)["status"] for pid in pids]
            # A concurrent run may do all the work first, so that the other never reaches its moment.
            assert ends[0] == KILLED or (run % 2 and ends[0] == 0), (moment, ends)
            assert ends[1:] in ([], [0]), (copy.home / f"{flow}.log").read_text()
            job_runner.run_successfully(flow, copy, at=at + LEASE)
            assert copy.summary() == undisturbed, moment
            assert copy.problems() == [], moment
            expect_every_euro_once(copy)
            assert mailbox(copy).keys() == mailbox(copy).keys() | letters.keys(), moment
            assert len(mailbox(copy)) == len(letters), moment
            assert not list((copy.home / "bank").glob("in/*.xml")), moment


def test_a_bank_file_is_taken_in_once_wherever_its_taker_dies(job_runner: JobRunner, copy: OfficeCopy) -> None:
    """Also if the file is put in the folder again, and if a run is killed between the commit and the move."""
    file: Path = copy.put("statement")
    at = START + timedelta(days=1)
    assert job_runner.run("bank", copy, at=at, kill="before-commit:1")["status"] == KILLED
    assert copy.rows("SELECT count(*) FROM bank_message") == [(0,)]
    assert job_runner.run("bank", copy, at=at, kill="after-commit:1")["status"] == KILLED
    assert file.exists()
    assert copy.rows("SELECT count(*) FROM bank_message") == [(1,)]
    once = copy.summary()
    for _ in range(3):
        job_runner.run_successfully("bank", copy, at=at)
        assert not file.exists()
        assert (copy.home / "bank" / "done" / file.name).exists()
        assert copy.summary() == once
        copy.put("statement")
    assert copy.problems() == []


def test_batches_that_are_built_withdrawn_and_built_again_hold_every_euro_once_wherever_that_dies(
    job_runner: JobRunner, copies: Any
) -> None:
    at = START + timedelta(days=1)
    with copies.one() as copy:
        moments = job_runner.moments("rebuild", copy, at=at)
        undisturbed = copy.rows("SELECT state, count(*), sum(gross) FROM payable GROUP BY 1 ORDER BY 1")
        expect_every_euro_once(copy)
    for moment in moments_of(moments, "rebuild")[::2]:
        with copies.one() as copy:
            killed = job_runner.start("rebuild", copy, at=at, kill=f"moment:{moment}")
            assert job_runner.wait(killed)["status"] == KILLED
            expect_every_euro_once(copy)
            job_runner.run_successfully("rebuild", copy, at=at)
            expect_every_euro_once(copy)
            assert copy.rows("SELECT state, count(*), sum(gross) FROM payable GROUP BY 1 ORDER BY 1") == undisturbed
            assert copy.problems() == [], moment


def test_reminders_are_one_per_application_term_threshold_and_recipient_however_many_clocks_die(
    job_runner: JobRunner, copy: OfficeCopy
) -> None:
    days = [START + timedelta(days=day) for day in range(20, 60, 4)]
    assert len(days) == RUNS
    for number, at in enumerate(days):
        pids = [
            job_runner.start("remind", copy, at=at, kill=f"moment:{number * 3 + clock * 7 + 2}") for clock in range(2)
        ]
        for pid in pids:
            assert job_runner.wait(pid)["status"] in (0, KILLED)
    job_runner.run_successfully("remind", copy, at=days[-1])
    expect_nothing_twice(copy)
    reminded = copy.rows("SELECT application, term, threshold, recipient, outbox FROM reminder")
    assert len({row[1] for row in reminded}) == 2
    assert {row[2] for row in reminded} <= {name for (name,) in copy.rows("SELECT name FROM threshold")}
    letters = copy.rows("SELECT id FROM outbox WHERE letter = 'reminder'")
    assert sorted(row[4] for row in reminded) == sorted(key for (key,) in letters)
    due = copy.rows("SELECT count(*) FROM threshold WHERE passed_at IS NULL AND due_at <= '" + str(days[-1]) + "'")
    assert due == [(0,)]
    assert copy.problems() == []
