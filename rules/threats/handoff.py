"""Handoff of a threat: the steps that a signal requires, by a dated table, and what a recorded step must say.

A threat leaves the process: police, support team and employer act on it, while the preventive case continues
(Circulaire bewaking en beveiliging 2026, section 2.4.1). Only the time, the step and a reference are kept.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum

from rules.core.dated_values import Version, value
from rules.core.decision_table import Row, every_case, malformed_rows, matching_rows
from rules.core.errors import RulesError
from rules.core.rule import AWB, CIRCULAR, HOUSE, Bilingual, message, rule
from rules.threats.urgency import SignalKind, SignalSource, Urgency


class HandOffStep(StrEnum):
    """The steps taken outside the case after a threat, in their order."""

    CALL_112 = "call-112"
    POLICE_REPORT = "police-report"
    SUPPORT_TEAM = "support-team"  # Ondersteuningsteam Weerbaar Bestuur (OTWB)
    SECURITY_CONTACT = "security-contact"
    CONSIDER_LOAN = "consider-loan"  # REG x.9(7): a bridge while advice or certificate is waited for


TIE_BREAK_MICROSECONDS: dict[str, int] = {step: count for count, step in enumerate(reversed(HandOffStep), start=1)}
"""Tie-break in microseconds that keeps hand-off steps in order, before other work of the same moment."""


class HandOffOutcome(StrEnum):
    """The outcome of a step."""

    DONE = "done"
    DECLINED = "declined-by-official"
    NOT_NEEDED = "not-needed"


GDPR = "https://eur-lex.europa.eu/eli/reg/2016/679/oj"
COLUMNS: Mapping[str, Collection[object]] = {
    "urgencies": tuple(Urgency),
    "kinds": tuple(SignalKind),
    "sources": tuple(SignalSource),
    "reported": (True, False),
}
"""The possible signals: class, kind, source, and whether it was reported to the police."""


def check_table(found: Version) -> None:
    """Check that a version of ``hand_off`` gives every signal at least one step, each step once and in order.

    Raises:
        RulesError: it does not; the message names the first problem.
    """
    if problem := next(problems(found.value), None):
        raise RulesError(f"The hand-off table from {found.since} is incomplete: {problem}")


def problems(table: Sequence[Row]) -> Iterator[str]:
    """Signals for which a table gives a step twice or no step, and unknown words."""
    yield from malformed_rows(table, COLUMNS)
    yield from (f"{row['id']} names the step {row['step']}." for row in table if row["step"] not in set(HandOffStep))
    order = [row["step"] for row in table if row["step"] in set(HandOffStep)]
    if order != sorted(order, key=list(HandOffStep).index):
        found = ", ".join(dict.fromkeys(order))
        yield f"The steps stand in the order {found}; they are done as {', '.join(HandOffStep)}."
    for case, rows in every_case(table, COLUMNS):
        asked = [row["step"] for row in rows]
        if not asked or len(asked) != len(set(asked)):
            signal = f"{case['urgencies']} {case['kinds']} told by {case['sources']}"
            known = "" if case["reported"] else "not "
            yield f"{signal}, {known}reported, asks for: {', '.join(asked) or 'nothing'}."


def steps_of(
    urgency: Urgency, kind: SignalKind, source: SignalSource, on: date, *, reported: bool
) -> list[HandOffStep]:
    """The steps that a signal requires by the table in force on ``on``, in their order."""
    case = {"urgencies": urgency, "kinds": kind, "sources": source, "reported": reported}
    rows = matching_rows(value("hand_off", on), case)
    return [HandOffStep(row["step"]) for row in rows]


@rule(
    "hand-off.step-is-open",
    article="Circulaire 2026, 2.4.1",
    source=CIRCULAR,
    nl="Een stap van de overdracht wordt vastgelegd zolang een dreigingssignaal erom vraagt.",
    verified=False,
)
def step_is_open(*, step: HandOffStep, open_steps: Sequence[HandOffStep]) -> Bilingual | None:
    """A step of the hand-off is recorded while a threat signal asks for it."""
    if step in open_steps:
        return None
    named = ", ".join(open_steps)
    if not named:
        return message(
            f"No step of a hand-off is open here, so {step} cannot be recorded. Record the threat signal first.",
            f"Er staat geen stap van een overdracht open, dus {step} kan niet worden vastgelegd. Leg eerst het "
            "dreigingssignaal vast.",
        )
    return message(
        f"The step {step} is not open; open are: {named}.",
        f"De stap {step} staat niet open; open zijn: {named}.",
    )


@rule(
    "hand-off.contact-with-consent",
    article="AVG 6(1)(a)",
    source=GDPR,
    nl="De beveiligingscontactpersoon van de werkgever hoort alleen iets als de ambtsdrager daarin toestemt.",
    verified=False,
)
def contact_with_consent(*, step: HandOffStep, outcome: HandOffOutcome, consent: bool | None) -> Bilingual | None:
    """The employer's security contact is informed only with the official's consent."""
    if step is not HandOffStep.SECURITY_CONTACT or outcome is not HandOffOutcome.DONE or consent:
        return None
    return message(
        "The security contact is informed only with the official's consent: record consent as true, or the outcome as "
        "declined-by-official.",
        "De beveiligingscontactpersoon wordt alleen met toestemming van de ambtsdrager ingelicht: leg consent vast als "
        "true, of de uitkomst als declined-by-official.",
    )


@rule(
    "hand-off.call-has-time-only",
    article="Gmb 2025, 528482",
    source=HOUSE,
    nl="Van een oproep naar 112 wordt alleen vastgelegd dat en hoe laat er is gebeld.",
    verified=False,
)
def call_has_time_only(
    *,
    step: HandOffStep,
    outcome: HandOffOutcome,
    time: str | None,
    reference: str | None,
) -> Bilingual | None:
    """Of a call to 112 only the fact and the time are kept."""
    called = step is HandOffStep.CALL_112 and outcome is HandOffOutcome.DONE
    if called and time is None:
        return message(
            "Say at what time 112 was called, in Dutch time, such as 14:05.",
            "Geef de tijd waarop 112 is gebeld, zoals 14:05.",
        )
    if called and reference is not None:
        return message(
            "Of a call to 112 only the time is kept; leave the reference out.",
            "Van een oproep naar 112 wordt alleen de tijd bewaard; laat de referentie weg.",
        )
    if time is not None and not called:
        return message(
            f"A time ({time}) belongs to a call to 112 that was made; leave it out with {step}.",
            f"Een tijd ({time}) hoort bij een gedane oproep naar 112; laat hem weg bij {step}.",
        )
    return None


@rule(
    "hand-off.not-in-future",
    article="Awb 3:2",
    source=AWB,
    nl="Een stap van de overdracht wordt vastgelegd nadat hij is gedaan.",
)
def not_in_future(*, done_on: date, time: str | None, on: date, now: str) -> Bilingual | None:
    """A step of the hand-off is recorded after it was done."""
    if done_on < on or (done_on == on and (time is None or time <= now)):
        return None
    when, present = f"{done_on} {time or ''}".rstrip(), f"{on} {now}"
    return message(
        f"The step is dated {when}; it is {present} now. Record it once it was done.",
        f"De stap is van {when}; het is nu {present}. Leg hem vast als hij is gedaan.",
    )


@rule(
    "hand-off.not-before-signal",
    article="Awb 3:2",
    source=AWB,
    nl="Een stap van de overdracht volgt op de dreiging waarover hij gaat.",
)
def not_before_signal(*, done_on: date, first_signal: date | None) -> Bilingual | None:
    """A step of the hand-off follows the threat that it is about."""
    if first_signal is None or done_on >= first_signal:
        return None
    return message(
        f"The step ({done_on}) lies before the threat ({first_signal}). Give the day on which it was done.",
        f"De stap ({done_on}) ligt voor de dreiging ({first_signal}). Geef de dag waarop hij is gedaan.",
    )


@rule(
    "handoff.signal-held-back",
    article="GDPR 15(4), UAVG 41",
    source=GDPR,
    nl="Alleen een signaal dat de bestuurder nog niet kan lezen, wordt vrijgegeven.",
    verified=False,
)
def signal_held_back(*, signal: str, held_back: Sequence[str]) -> Bilingual | None:
    """Only a signal that the official cannot read yet is released."""
    if signal in held_back:
        return None
    named = ", ".join(held_back)
    return message(
        f"{signal} is no signal of this case that is held back; held back are: {named or 'none'}.",
        f"{signal} is geen signaal van deze zaak dat wordt achtergehouden; achtergehouden wordt: {named or 'niets'}.",
    )
