"""Fault tests of claims and seals: work is neither lost nor assigned twice, and a sealed file does not change."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

from office import FINANCE, OFFICER, OTHER_OFFICER, START
from scene import KILLED, RUNS, JobRunner, OfficeCopy, expect_nothing_twice, moments_of

AT = START + timedelta(days=1)
OPEN = "SELECT id FROM work_item WHERE role = 'officer' AND done_at IS NULL"


def claimed(ended: dict[str, Any]) -> list[str]:
    return [item["claimed"] for item in ended["reports"] if "claimed" in item]


def test_work_is_neither_lost_nor_claimed_twice(job_runner: JobRunner, copies: Any) -> None:
    with copies.one() as copy:
        moments = job_runner.moments("claim", copy, at=AT, by=OFFICER)
    for moment in moments_of(moments, "claim"):
        with copies.one() as copy:
            work = {key for (key,) in copy.rows(OPEN)}
            pids = [
                job_runner.start("claim", copy, at=AT, by=OFFICER, kill=f"moment:{moment}"),
                job_runner.start("claim", copy, at=AT, by=OTHER_OFFICER),
            ]
            ends = [job_runner.wait(pid) for pid in pids]
            assert ends[1]["status"] == 0
            ends.append(job_runner.run("claim", copy, at=AT, by=OTHER_OFFICER))
            reported = [claimed(end) for end in ends]
            assert {key for (key,) in copy.rows(OPEN)} == work
            owners = dict(copy.rows(f"SELECT id, assignee FROM work_item WHERE id IN ({OPEN})"))
            assert None not in owners.values(), moment
            # A reported claim is its claimer's; one that was committed and not reported belongs to the killed process.
            assert len(reported[0] + reported[1] + reported[2]) == len(set(reported[0] + reported[1] + reported[2])), (
                moment
            )
            assert all(owners[key] == OFFICER.person for key in reported[0]), moment
            assert all(owners[key] == OTHER_OFFICER.person for key in reported[1] + reported[2]), moment
            unreported = work - set(reported[0] + reported[1] + reported[2])
            assert len(unreported) <= 1, moment
            assert all(owners[key] == OFFICER.person for key in unreported), moment
            expect_nothing_twice(copy)


def test_a_batch_that_was_being_sealed_is_sealed_once_and_its_file_stays(job_runner: JobRunner, copies: Any) -> None:
    with copies.one() as copy:
        order = {"at": AT, "by": FINANCE, "batch": copy.facts["batch"]}
        moments = job_runner.moments("seal", copy, **order)
        undisturbed = copy.summary()
    ends = [f"moment:{moment}" for moment in moments_of(moments, "seal")]
    assert len(ends) == RUNS
    for run, kill in enumerate(["before-commit:1", "after-commit:1", *ends]):
        with copies.one() as copy:
            pids = [job_runner.start("seal", copy, **order, kill=kill)]
            if run % 2:
                pids.append(job_runner.start("seal", copy, **order))
            ended = [job_runner.wait(pid)["status"] for pid in pids]
            assert ended[0] == KILLED or (run % 2 and ended[0] == 1), (kill, ended)
            job_runner.run("seal", copy, **order)  # refused where it is sealed already
            ((state, seal),) = state_of(copy)
            assert state == "sealed", kill
            # Generated again by a process that has only the database.
            assert job_runner.run_successfully("file", copy, batch=order["batch"]) == seal, kill
            assert copy.summary() == undisturbed, kill
            assert copy.problems() == [], kill


def state_of(copy: OfficeCopy) -> list[tuple[str, str]]:
    return [
        (str(state), str(seal))
        for state, seal in copy.rows(f"SELECT state, sha256 FROM payment_batch WHERE id = '{copy.facts['batch']}'")
    ]


def test_what_is_hashed_is_the_file_itself(job_runner: JobRunner, copy: OfficeCopy) -> None:
    """Checks the test above: another file has another hash."""
    order = {"at": AT, "by": FINANCE, "batch": copy.facts["batch"]}
    seal = job_runner.run_successfully("seal", copy, **order)
    assert seal == state_of(copy)[0][1]
    assert seal != sha256(b"").hexdigest()
    assert job_runner.run("seal", copy, **order)["status"] == 1
