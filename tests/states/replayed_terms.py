"""Replayed terms: the terms of a case, computed again from its ledger alone and compared with those stored."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from rules.business_calendar.durations import Length, Unit, length
from rules.business_calendar.working_hours import add_or_provisional
from rules.core.dated_values import value
from rules.core.dates import office_day, start_of
from rules.core.roles import OF_AN_EMPLOYER
from rules.deadlines.end_date import due_or_provisional, extended, threshold_on
from rules.deadlines.suspensions import Suspension, last_suspended_day
from states.deadlines.catalogue import TERMS
from states.tables.ledger import LedgerEntry

LENGTHS = {
    "not-processed": "term_not_processed",
    "view": "term_view",
    "takeover": "term_takeover",
    "default": "term_default",
    "penalty": "term_penalty",
    "penalty-decision": "term_penalty_decision",
    "payment": "term_payment",
    "objection": "term_objection",
    "objection-decision": "term_objection_decision",
    "objection-put-off": "term_objection_put_off",
}
BY_DECISION = {"advance", "penalty", "interest"}


def day(text: str | None) -> date | None:
    """Read a day from a ledger entry."""
    return date.fromisoformat(text) if text else None


@dataclass
class Interval:
    """A suspension according to the entries."""

    since: date
    until: date | None
    ground: str
    article: str
    attributed_to: str
    id: str = ""

    def rule(self) -> Suspension:
        return Suspension(self.since, self.until, self.ground, self.article, self.attributed_to)


@dataclass
class Replayed:
    """One term according to the entries."""

    subject: str
    kind: str
    organisation: str
    started_on: date
    held: Length
    started_at: datetime | None = None
    intervals: list[Interval] = field(default_factory=list)
    noticed_on: date | None = None
    extended_until: date | None = None
    ended_on: date | None = None
    ended_by: str | None = None
    id: str = ""
    due_on: date | None = None
    provisional: bool = False
    reasons: list[str] = field(default_factory=list)
    thresholds: dict[str, datetime | None] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)

    def in_order(self) -> list[Interval]:
        return sorted(self.intervals, key=lambda each: (each.since, each.id))

    def count(self) -> None:
        """Compute the end and the thresholds from the facts, by the rules alone."""
        still = [each.rule() for each in self.in_order()]
        line, began = TERMS[self.kind], self.started_on
        if self.started_at is not None:
            moment, self.provisional = add_or_provisional(self.started_at, self.held.amount)
            self.due_on = office_day(moment)
            said = f"House service level: {self.held.amount} hours of office time from the moment of its start;"
            self.reasons = [f"{said} no law sets it."]
        else:
            if self.extended_until is not None and self.noticed_on is not None:
                end = extended(self.noticed_on, self.extended_until, still)
            else:
                end = due_or_provisional(began, self.held, suspensions=still, statutory=line.statutory)
            self.due_on, self.provisional, self.reasons = end.on, end.provisional, list(end.reasons)
        on = self.due_on
        found: dict[str, datetime | None] = {}
        schedules = value("reminder_ladders", began)
        schedule = schedules.get(self.kind) or schedules["every"]
        for fraction in schedule["at"]:
            name = f"{round(fraction * 100)}%"
            if on is None:
                found[name] = None
            elif self.started_at is not None:
                found[name] = add_or_provisional(self.started_at, self.held.amount * fraction)[0]
            else:
                found[name] = start_of(threshold_on(began, on, fraction, still), 9)
        if line.lapses:
            found["lapsed"] = None if on is None else start_of(on + timedelta(days=1))
        else:
            owner = "employer" if self.organisation and line.owner == "office" else line.owner
            steps = {f"+{days}d": days for days in schedule["after"]}
            steps |= {step["to"]: step["days"] for step in value("escalation_ladders", began).get(owner, [])}
            for name, days in steps.items():
                found[name] = None if on is None else start_of(on + timedelta(days=days), 9)
        self.thresholds |= {name: at for name, at in found.items() if name not in self.passed}

    def end(self, on: date, by: str) -> None:
        self.ended_on, self.ended_by = on, by
        self.thresholds |= dict.fromkeys(self.thresholds.keys() - self.passed)

    def facts(self) -> tuple[Any, ...]:
        """All values that the stored row must have too, in a fixed order."""
        still = tuple((str(each.since), str(each.until), each.ground, each.attributed_to) for each in self.intervals)
        return (
            str(self.started_on),
            str(self.held),
            str(self.ended_on),
            str(self.ended_by),
            str(self.due_on),
            self.provisional,
            tuple(self.reasons),
            tuple(sorted(still)),
            tuple(sorted((name, str(at and at.astimezone())) for name, at in self.thresholds.items())),
        )


@dataclass
class Replay:
    """The terms of one stream, built entry by entry."""

    seq: int = 0
    terms: list[Replayed] = field(default_factory=list)
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    def feed(self, entries: Iterable[LedgerEntry]) -> None:
        """Apply new entries by transaction: first their own effects, then the ends and starts of terms."""
        new = [entry for entry in entries if entry.seq > self.seq]
        for _, transaction in groupby(new, key=lambda entry: entry.at):
            together = list(transaction)
            for entry in together:
                self.seq = entry.seq
                for key, changes in entry.changes.items():
                    self.rows.setdefault(key, {}).update(changes)
            for entry in together:
                if effect := getattr(self, f"{entry.chart}_{entry.event}".replace("-", "_"), None):
                    effect(entry)
            for entry in together:
                self.follow(entry)

    def expect_agreement_with(self, stored: dict[tuple[str, str], list[tuple[Any, ...]]]) -> None:
        """Compare the terms with the stored ones, and learn the ids of new ones."""
        mine: dict[tuple[str, str], list[Replayed]] = {}
        for term in self.terms:
            mine.setdefault((term.subject, term.kind), []).append(term)
        assert mine.keys() == stored.keys()
        for key, terms in mine.items():
            terms.sort(key=Replayed.facts)
            for term, (facts, known_as, suspended) in zip(terms, stored[key], strict=True):
                assert term.facts() == facts, key
                term.id = known_as
                in_order = sorted(term.intervals, key=lambda each: (each.since, str(each.until), each.ground))
                for each, name in zip(in_order, suspended, strict=True):
                    each.id = name

    def of(self, **wanted: Any) -> Iterator[Replayed]:
        return (term for term in self.terms if all(getattr(term, name) == want for name, want in wanted.items()))

    def running(self, kind: str, organisation: str | None) -> Replayed:
        mine = {"organisation": organisation} if organisation else {}
        return min(self.of(kind=kind, ended_on=None, **mine), key=lambda term: (term.started_on, term.id))

    def named(self, entry: LedgerEntry) -> Replayed:
        own = entry.organisation if entry.role in OF_AN_EMPLOYER else entry.facts.get("organisation")
        return self.running(entry.facts["term"], own)

    def application_correct_fact(self, entry: LedgerEntry) -> None:
        if received := day(entry.facts.get("takeover_received_on")):
            term = self.running("takeover", entry.facts.get("organisation"))
            term.started_on = received
            term.count()

    def application_suspend_term(self, entry: LedgerEntry) -> None:
        facts, term = entry.facts, self.named(entry)
        ground = value("suspension_grounds", date.fromisoformat(facts["since"]))[facts["ground"]]
        whose = ground["attributed_to"]
        whose = self.owner(term) if whose == "owner" else whose
        self.still(term, facts, ground["article"], whose)

    def application_resume_term(self, entry: LedgerEntry) -> None:
        term, facts = self.named(entry), entry.facts
        completed = day(facts.get("completed_on"))
        last = last_suspended_day(completed) if completed else date.fromisoformat(facts["until"])
        rows = term.in_order()
        waiting = (row for row in rows if row.ground == "awaiting-completion" and row.until and row.until > last)
        (next((row for row in rows if row.until is None), None) or next(waiting)).until = last
        term.count()

    def takeover_give_notice(self, entry: LedgerEntry) -> None:
        (term,) = self.of(subject=entry.subject, kind="takeover", ended_on=None)
        term.noticed_on, term.extended_until = day(entry.facts["announced_on"]), day(entry.facts["until"])
        term.count()

    def objection_suspend(self, entry: LedgerEntry) -> None:
        since = date.fromisoformat(entry.facts["since"])
        ground = value("objection_suspension_grounds", since)[entry.facts["ground"]]
        self.still(self.deciding(entry.subject), entry.facts, ground["article"], ground["attributed_to"])

    def objection_resume(self, entry: LedgerEntry) -> None:
        term = self.deciding(entry.subject)
        next(each for each in term.in_order() if each.until is None).until = day(entry.facts["until"])
        term.count()

    def term_pass_threshold(self, entry: LedgerEntry) -> None:
        (term,) = self.of(id=entry.subject)
        name = entry.facts["threshold"]
        if name.endswith("%"):  # of several reminders at once only the last is reported
            due = [other for other, at in term.thresholds.items() if other.endswith("%") and at and at <= entry.at]
            term.passed.update(due)
        term.passed.add(name)
        if name == "lapsed":
            self.lapse(term)

    def deciding(self, subject: str) -> Replayed:
        found = {term.kind: term for term in self.of(subject=subject, ended_on=None)}
        return found.get("objection-put-off") or found["objection-decision"]

    @staticmethod
    def owner(term: Replayed) -> str:
        owner = TERMS[term.kind].owner
        return "employer" if term.organisation and owner == "office" else owner

    @staticmethod
    def still(term: Replayed, facts: dict[str, Any], article: str, whose: str) -> None:
        since = date.fromisoformat(facts["since"])
        term.intervals.append(Interval(since, day(facts.get("until")), facts["ground"], article, whose))
        term.count()

    def follow(self, entry: LedgerEntry) -> None:
        """End, revive and begin terms according to the table of terms."""
        pair, on = (entry.chart, entry.event), office_day(entry.at)
        if not any(pair in line.starts | line.ends | line.revives for line in TERMS.values()):
            return
        while passed := [
            term
            for term in self.of(subject=entry.subject, ended_on=None)
            if term.due_on is not None and term.due_on < on and TERMS[term.kind].lapses
        ]:
            for term in passed:
                self.lapse(term)
        for kind, line in TERMS.items():
            subject = entry.facts.get("decision_subject", entry.subject) if pair in line.ends else entry.subject
            mine = next(self.of(subject=subject, kind=kind, ended_on=None), None)
            if pair in line.ends and mine is not None:
                mine.end(on, entry.event)
                for each in mine.intervals:
                    each.until = each.until or max(on, each.since - timedelta(days=1))
                last = on - timedelta(days=1)
                if pair in line.follows_on and last > mine.started_on:
                    self.after(mine, last)
                mine = None
            if pair in line.revives and (ended := list(self.of(subject=entry.subject, kind=kind))) and mine is None:
                mine = max(ended, key=lambda term: term.started_on)
                mine.ended_on = mine.ended_by = None
                mine.count()
            if pair in line.starts and mine is None:
                self.begin(kind, entry, on)

    def begin(self, kind: str, entry: LedgerEntry, on: date) -> None:
        """Begin a term on the day in the ledger."""
        facts, row = entry.facts, self.rows[f"{entry.chart}:{entry.subject}"]
        started_at, began = None, on
        if kind in {"takeover", "default"}:
            began = date.fromisoformat(facts["received_on"])
        elif kind == "objection":
            if entry.event == "adopt-advice" and entry.after == "takeover":
                return
            began = day(facts.get("announced_on")) or on
        elif kind == "objection-decision":
            began = date.fromisoformat(max(row["objection_until"], row["received_on"]))
        elif kind == "objection-put-off":
            began = date.fromisoformat(row["put_off_from"])
        elif kind == "payment" and (row["kind"] not in BY_DECISION or row.get("return_reason")):
            return
        if kind == "completion":
            held = Length(facts["days"], Unit.DAYS)
        elif kind == "authority":
            held = Length(value("service_level_authority", on)[row["urgency"]], Unit.HOURS)
            started_at = entry.at
        else:
            name = LENGTHS[kind]
            name += "_committee" if kind == "objection-decision" and row.get("committee") else ""
            held = length(name, began)
        term = Replayed(entry.subject, kind, row.get("organisation") or "", began, held, started_at)
        term.count()
        self.terms.append(term)

    def lapse(self, term: Replayed) -> None:
        assert term.due_on is not None
        term.end(term.due_on, "lapse")
        if TERMS[term.kind].followed_by:
            self.after(term, term.due_on)

    def after(self, term: Replayed, last: date) -> None:
        kind = TERMS[term.kind].followed_by
        if next(self.of(subject=term.subject, kind=kind, ended_on=None), None) is None:
            found = Replayed(term.subject, kind, term.organisation, last, length(LENGTHS[kind], last))
            found.count()
            self.terms.append(found)
