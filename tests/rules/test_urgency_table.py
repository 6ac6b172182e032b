"""The urgency table decides every signal once: no gap, no overlap, in every version."""

from datetime import date, timedelta
from itertools import pairwise, product

import pytest

from rules.urgency import RANK, SignalKind, SignalSource, Urgency, highest, of_signal, only_lowers, signal_not_in_future
from rules.values import Version, versions

VERSIONS = versions()["urgency_table"]
GRID = list(product(SignalKind, SignalSource, ("recent", "old")))
ON = date(2026, 3, 2)


def fitting(version: Version, kind: str, source: str, age: str) -> list[str]:
    return [
        row["id"] for row in version.value if kind in row["kinds"] and source in row["sources"] and age in row["ages"]
    ]


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: str(version.since))
def test_every_signal_fits_exactly_one_row(version: Version) -> None:
    wrong = {cell: found for cell in GRID if len(found := fitting(version, *cell)) != 1}
    assert wrong == {}


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: str(version.since))
def test_every_row_speaks_of_things_that_there_are_and_decides_something(version: Version) -> None:
    for row in version.value:
        assert set(row["kinds"]) <= set(SignalKind)
        assert set(row["sources"]) <= set(SignalSource)
        assert set(row["ages"]) <= {"recent", "old"}
        assert row["urgency"] in set(Urgency)
        assert any(row["id"] in fitting(version, *cell) for cell in GRID)
    assert len({row["id"] for row in version.value}) == len(version.value)


def test_the_versions_leave_no_day_without_a_table() -> None:
    for earlier, later in pairwise(VERSIONS):
        assert earlier.until is not None
        assert later.since == earlier.until + timedelta(days=1)
    assert VERSIONS[-1].until is None


@pytest.mark.parametrize(
    ("kind", "source", "days_ago", "urgency"),
    [
        (SignalKind.ACUTE_DANGER, SignalSource.THIRD_PARTY, 0, Urgency.ACUTE),
        (SignalKind.ACUTE_DANGER, SignalSource.THIRD_PARTY, 30, Urgency.ACUTE),
        (SignalKind.ACUTE_DANGER, SignalSource.THIRD_PARTY, 31, Urgency.URGENT),
        (SignalKind.DEATH_THREAT, SignalSource.POLICE, 30, Urgency.ACUTE),
        (SignalKind.DEATH_THREAT, SignalSource.THIRD_PARTY, 30, Urgency.URGENT),
        (SignalKind.STALKING, SignalSource.APPLICANT, 30, Urgency.URGENT),
        (SignalKind.STALKING, SignalSource.APPLICANT, 31, Urgency.ELEVATED),
        (SignalKind.INTIMIDATION, SignalSource.APPLICANT, 31, Urgency.ELEVATED),
        (SignalKind.ONLINE_HARASSMENT, SignalSource.POLICE, 30, Urgency.ELEVATED),
        (SignalKind.ONLINE_HARASSMENT, SignalSource.POLICE, 31, Urgency.ROUTINE),
    ],
)
def test_a_signal_has_its_class(kind: SignalKind, source: SignalSource, days_ago: int, urgency: Urgency) -> None:
    assert of_signal(kind, source, ON - timedelta(days=days_ago), ON) is urgency


def test_an_older_signal_is_never_more_urgent() -> None:
    for kind, source in product(SignalKind, SignalSource):
        recent, old = (of_signal(kind, source, ON - timedelta(days=days), ON) for days in (30, 31))
        assert RANK[old] >= RANK[recent]


def test_the_most_urgent_of_several_counts_and_none_is_routine() -> None:
    assert highest([Urgency.ROUTINE, Urgency.ACUTE, Urgency.ELEVATED]) is Urgency.ACUTE
    assert highest([]) is Urgency.ROUTINE


@pytest.mark.parametrize(("present", "wanted"), list(product(Urgency, Urgency)))
def test_a_person_only_lowers(present: Urgency, wanted: Urgency) -> None:
    assert (only_lowers(present=present, wanted=wanted) is None) == (RANK[wanted] > RANK[present])


def test_a_signal_has_happened() -> None:
    assert signal_not_in_future(occurred_on=ON, on=ON) is None
    assert signal_not_in_future(occurred_on=ON + timedelta(days=1), on=ON) is not None
