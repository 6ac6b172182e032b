"""History of an office in a log: how often cases arrive, how long work takes, who does it, and the backlog."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from rules.business_calendar.durations import Length
from rules.core.dated_values import value
from rules.core.dates import AMSTERDAM, office_day, start_of
from rules.core.errors import RulesError
from rules.core.rule import OLDEST, Finding
from rules.forecast.minimum_history import enough_history
from rules.forecast.model import WEEK, Backlog, Deadline, Model, Person, Rate, Spread, Stage, levels
from rules.forecast.time_axis import Axis, since

MINIMUM_PER_LANE = 10
"""The number of durations from which a lane has its own distribution."""
PARALLEL_SHARE = 0.9
"""A person's parallel work is the number of items that suffices during this share of the time."""


class TooLittleHistoryError(RulesError):
    """The history is too short to simulate from; the finding says what there is, what is needed, and what to do."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


class Piece(NamedTuple):
    """One work item in a log."""

    case: str
    work: str
    lane: int
    arrived: datetime
    started: datetime | None = None
    ended: datetime | None = None
    person: str | None = None
    skill: str = ""


class Kind(NamedTuple):
    """One kind of work in a case."""

    name: str
    pool: str
    level: str
    """Its service level, by name."""
    estimate: float = 0.0
    """The hours that it takes if the log has none; 0 if unknown."""
    queued: bool = True
    """False for work that others do at their own pace: its whole duration is counted."""


class Term(NamedTuple):
    """A statutory term, from the arrival of work of one kind until work of another is done."""

    name: str
    article: str
    length: Length
    first: str
    last: str
    ours: bool = True


class Past(NamedTuple):
    """Everything known about an office until a moment."""

    pieces: Sequence[Piece]
    kinds: Sequence[Kind]
    terms: Sequence[Term]
    origin: datetime
    until: datetime
    axis: Axis
    """The office's working time."""
    people: Mapping[str, Sequence[Person]] | None
    """By pool; None if only the log shows who works there."""
    pool: str
    reserve: int


def first_moment(pieces: Iterable[Piece]) -> datetime:
    """The whole hour in which the first case arrived."""
    first = min(piece.arrived for piece in pieces).astimezone(UTC)
    return first.replace(minute=0, second=0, microsecond=0)


def next_hour(moment: datetime) -> datetime:
    """The first whole hour at or after a moment."""
    whole = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return whole if whole == moment else whole + timedelta(hours=1)


def known_at(past: Past, until: datetime) -> Past:
    """The past as known at an earlier moment."""
    known = [
        piece._replace(
            started=piece.started if piece.started and piece.started < until else None,
            person=piece.person if piece.started and piece.started < until else None,
            ended=piece.ended if piece.ended and piece.ended < until else None,
        )
        for piece in past.pieces
        if piece.arrived < until
    ]
    return past._replace(pieces=known, until=until)


def check_enough(past: Past) -> None:
    """Check that a history is long enough for a forecast.

    Raises:
        TooLittleHistoryError: it is not.
    """
    asked = {kind.name for kind in past.kinds if kind.pool == past.pool}
    finding = enough_history(
        cases=len({piece.case for piece in past.pieces if piece.ended is not None and piece.work in asked}),
        days=(past.until - past.origin).days,
        on=max(office_day(past.until), OLDEST),
    )
    if finding is not None:
        raise TooLittleHistoryError(finding)


def fit(past: Past, *, weeks: float) -> Model:
    """The model of the office at the end of its log.

    Raises:
        TooLittleHistoryError: the log is too short.
    """
    check_enough(past)
    shared = Efforts(past)
    people = past.people if past.people is not None else people_in_log(past)
    spreads = {kind.name: _spreads(past, kind, shared) for kind in past.kinds}
    known = [kind for kind in past.kinds if spreads[kind.name]]
    place = {kind.name: number for number, kind in enumerate(known)}
    shares = _shares(past.pieces, place)
    stages = tuple(
        Stage(
            kind.name,
            kind.pool,
            levels(kind.level, max(past.until, start_of(OLDEST))),
            spreads[kind.name],
            shares[kind.name],
            _skills(past.pieces, kind.name),
        )
        for kind in known
    )
    deadlines = tuple(
        Deadline(term.name, term.article, term.length, place[term.first], place[term.last], term.ours)
        for term in past.terms
        if term.first in place and term.last in place
    )
    cases: dict[str, Piece] = {}
    for piece in past.pieces:
        held = cases.get(piece.case, piece)
        cases[piece.case] = held._replace(arrived=min(held.arrived, piece.arrived), lane=min(held.lane, piece.lane))
    length = since(past.origin, past.until) / WEEK
    counts = Counter(case.lane for case in cases.values())
    return Model(
        past.origin,
        since(past.origin, past.until),
        weeks,
        past.axis,
        stages,
        tuple(shared.with_parallel_work(person) for pool in sorted(people) for person in people[pool]),
        {lane: Rate(count, length) for lane, count in sorted(counts.items())},
        pattern_of(case.arrived for case in cases.values()),
        past.pool,
        past.reserve,
        deadlines,
        tuple(_backlog(past, place, shared)),
    )


def pattern_of(moments: Iterable[datetime]) -> tuple[float, ...]:
    """The number of arrivals in each hour of the week, in local time."""
    found = [0.0] * WEEK
    for moment in moments:
        local = moment.astimezone(AMSTERDAM)
        found[local.weekday() * 24 + local.hour] += 1
    return tuple(found)


def people_in_log(past: Past) -> dict[str, list[Person]]:
    """The people who recently took or completed work of each pool, with the office's hours."""
    active = past.until - timedelta(weeks=value("forecast_active", max(office_day(past.until), OLDEST)))
    pools = {kind.name: kind.pool for kind in past.kinds}
    found: dict[str, set[str]] = defaultdict(set)
    for piece in past.pieces:
        last = piece.ended or (past.until if piece.started else None)
        if piece.person and last and last >= active:
            found[pools[piece.work]].add(piece.person)
    return {pool: [Person(name, pool, past.axis) for name in sorted(names)] for pool, names in found.items()}


class Efforts:
    """The effort of each work item: a person with several at once divided the working time evenly among them."""

    def __init__(self, past: Past) -> None:
        """Divide the working time of each person over the items held."""
        self.past = past
        self.origin = past.origin
        self.parallel: dict[str, int] = {}
        self._moments: dict[str, list[float]] = {}
        self._shared: dict[str, list[float]] = {}
        self.axes = {person.name: person.axis for people in (past.people or {}).values() for person in people}
        queued = {kind.name for kind in past.kinds if kind.queued}
        held: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for piece in past.pieces:
            if piece.started is not None and piece.person is not None and piece.work in queued:
                held[piece.person].append((self.hour(piece.started), self.hour(piece.ended or past.until)))
        for person, spans in held.items():
            self._walk(person, spans)

    def hours(self, piece: Piece) -> float:
        """The hours of effort on a work item so far.

        If all of it lies outside working hours, the elapsed hours: somebody did work then.
        """
        assert piece.started is not None
        begin, end = self.hour(piece.started), self.hour(piece.ended or self.past.until)
        if piece.person not in self._shared:  # no name is known, or others do the work at their own pace
            axis = self.past.axis
            worked = axis.hours_before(end) - axis.hours_before(begin)
        else:
            worked = self._until(piece.person, end) - self._until(piece.person, begin)
        return worked if worked or piece.ended is None else end - begin

    def with_parallel_work(self, person: Person) -> Person:
        """A person with the parallel work that the log shows, up to the limit of assigned work."""
        seen = self.parallel.get(person.name, 1)
        return replace(person, parallel=min(seen, person.limit))

    def _axis(self, person: str) -> Axis:
        return self.axes.get(person, self.past.axis)

    def hour(self, moment: datetime) -> float:
        """A moment as hours since the origin."""
        return since(self.origin, moment)

    def _walk(self, person: str, spans: Sequence[tuple[float, float]]) -> None:
        axis = self._axis(person)
        turns = sorted([(begin, 1) for begin, _ in spans] + [(end, -1) for _, end in spans])
        moments, shared, held = [turns[0][0]], [0.0], 0
        during: dict[int, float] = defaultdict(float)
        for moment, turn in turns:
            if held and moment > moments[-1]:
                worked = axis.hours_before(moment) - axis.hours_before(moments[-1])
                during[held] += worked
                shared.append(shared[-1] + worked / held)
                moments.append(moment)
            elif moment > moments[-1]:
                shared.append(shared[-1])
                moments.append(moment)
            held += turn
        self._moments[person], self._shared[person] = moments, shared
        self.parallel[person] = _usual_parallel(during)

    def _until(self, person: str, moment: float) -> float:
        return self._shared[person][bisect_left(self._moments[person], moment)]


def _usual_parallel(during: Mapping[int, float]) -> int:
    """The number of parallel items that suffices during nearly all of the time."""
    passed, all_of = 0.0, sum(during.values())
    for held in sorted(during):
        passed += during[held]
        if passed >= PARALLEL_SHARE * all_of:
            return held
    return 1


def _spreads(past: Past, kind: Kind, shared: Efforts) -> dict[int, Spread]:
    """The durations of a kind of work: by lane if enough are known, else over all lanes, or its estimate."""
    done = [piece for piece in past.pieces if piece.work == kind.name and piece.ended is not None]
    if not kind.queued:
        worked, hour = past.axis.hours_before, shared.hour
        ends = ((piece, piece.ended) for piece in done)
        lengths = [(piece.lane, worked(hour(end)) - worked(hour(piece.arrived))) for piece, end in ends if end]
    else:
        whole: dict[str, tuple[int, float]] = {}  # a case may have the same work again
        for piece in done:
            if piece.started is not None:
                lane, hours = whole.get(piece.case, (piece.lane, 0.0))
                whole[piece.case] = (min(lane, piece.lane), hours + shared.hours(piece))
        lengths = list(whole.values())
    if not lengths:
        return {0: Spread(mean=kind.estimate)} if kind.estimate else {}
    found = {0: Spread(tuple(hours for _, hours in lengths))}
    for lane, count in sorted(Counter(lane for lane, _ in lengths).items()):
        if count >= MINIMUM_PER_LANE:
            found[lane] = Spread(tuple(hours for of, hours in lengths if of == lane))
    return found


def _shares(pieces: Sequence[Piece], place: Mapping[str, int]) -> dict[str, float]:
    """The share of the cases that had a kind of work, of those that reached it or a later one."""
    farthest: dict[str, int] = {}
    asked: dict[str, set[str]] = defaultdict(set)
    for piece in pieces:
        if piece.work in place:
            farthest[piece.case] = max(farthest.get(piece.case, 0), place[piece.work])
            asked[piece.work].add(piece.case)
    found = {}
    for name, number in place.items():
        came = sum(1 for reached in farthest.values() if reached >= number)
        found[name] = len(asked[name]) / came if came else 1.0
    return found


def _skills(pieces: Sequence[Piece], name: str) -> tuple[tuple[str, float], ...]:
    """The skills that a kind of work requires, with their shares."""
    counts = Counter(piece.skill for piece in pieces if piece.work == name)
    return tuple((skill, float(count)) for skill, count in sorted(counts.items())) if any(counts) else ()


def _backlog(past: Past, place: Mapping[str, int], shared: Efforts) -> Iterable[Backlog]:
    """The open cases at the end of the log."""
    still: dict[str, Piece] = {}
    for piece in past.pieces:
        if piece.ended is None and piece.work in place:
            held = still.get(piece.case)
            if held is None or place[piece.work] < place[held.work]:
                still[piece.case] = piece
    for case, piece in sorted(still.items()):
        spent = shared.hours(piece) if piece.started else 0.0
        arrived = since(past.origin, piece.arrived)
        yield Backlog(case, piece.lane, arrived, place[piece.work], piece.person if piece.started else None, spent)
