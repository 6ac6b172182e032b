"""Claims and seals while processes die: work is neither lost nor given twice, and a sealed file stays what it was."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

from office import FINANCE, OFFICER, OTHER_OFFICER, START
from scene import KILLED, RUNS, Held, Place, expect_nothing_twice, moments_of

AT = START + timedelta(days=1)
OPEN = "SELECT id FROM work_item WHERE role = 'officer' AND done_at IS NULL"


def claimed(ended: dict[str, Any]) -> list[str]:
    return [item["claimed"] for item in ended["told"] if "claimed" in item]


def test_work_is_neither_lost_nor_claimed_twice(held: Held, copies: Any) -> None:
    with copies.one() as place:
        moments = held.moments("claim", place, at=AT, by=OFFICER)
    for moment in moments_of(moments, "claim"):
        with copies.one() as place:
            work = {key for (key,) in place.rows(OPEN)}
            pids = [
                held.start("claim", place, at=AT, by=OFFICER, kill=f"moment:{moment}"),
                held.start("claim", place, at=AT, by=OTHER_OFFICER),
            ]
            ends = [held.wait(pid) for pid in pids]
            assert ends[1]["status"] == 0
            ends.append(held.run("claim", place, at=AT, by=OTHER_OFFICER))
            told = [claimed(end) for end in ends]
            assert {key for (key,) in place.rows(OPEN)} == work
            owners = dict(place.rows(f"SELECT id, assignee FROM work_item WHERE id IN ({OPEN})"))
            assert None not in owners.values(), moment
            # Whoever was told of a claim has it; one that was committed and not told belongs to the dead all the same.
            assert len(told[0] + told[1] + told[2]) == len(set(told[0] + told[1] + told[2])), moment
            assert all(owners[key] == OFFICER.person for key in told[0]), moment
            assert all(owners[key] == OTHER_OFFICER.person for key in told[1] + told[2]), moment
            untold = work - set(told[0] + told[1] + told[2])
            assert len(untold) <= 1, moment
            assert all(owners[key] == OFFICER.person for key in untold), moment
            expect_nothing_twice(place)


def test_a_batch_that_was_being_sealed_is_sealed_once_and_its_file_stays(held: Held, copies: Any) -> None:
    with copies.one() as place:
        order = {"at": AT, "by": FINANCE, "batch": place.facts["batch"]}
        moments = held.moments("seal", place, **order)
        undisturbed = place.looks()
    ends = [f"moment:{moment}" for moment in moments_of(moments, "seal")]
    assert len(ends) == RUNS
    for run, kill in enumerate(["before-commit:1", "after-commit:1", *ends]):
        with copies.one() as place:
            pids = [held.start("seal", place, **order, kill=kill)]
            if run % 2:
                pids.append(held.start("seal", place, **order))
            ended = [held.wait(pid)["status"] for pid in pids]
            assert ended[0] == KILLED or (run % 2 and ended[0] == 1), (kill, ended)
            held.run("seal", place, **order)  # refused where it is sealed already
            ((state, seal),) = state_of(place)
            assert state == "sealed", kill
            # Written anew by a process that knows nothing but the database.
            assert held.well("file", place, batch=order["batch"]) == seal, kill
            assert place.looks() == undisturbed, kill
            assert place.problems() == [], kill


def state_of(place: Place) -> list[tuple[str, str]]:
    return [
        (str(state), str(seal))
        for state, seal in place.rows(f"SELECT state, sha256 FROM payment_batch WHERE id = '{place.facts['batch']}'")
    ]


def test_what_is_hashed_is_the_file_itself(held: Held, place: Place) -> None:
    """So that the test above compares what it says: another file has another hash."""
    order = {"at": AT, "by": FINANCE, "batch": place.facts["batch"]}
    seal = held.well("seal", place, **order)
    assert seal == state_of(place)[0][1]
    assert seal != sha256(b"").hexdigest()
    assert held.run("seal", place, **order)["status"] == 1
