"""Triggers of letters: one table of the letters that each event posts; notifications/ has the texts.

No event posts the other letters: reminders and escalations come from states/jobs/reminders.py, the daily digest from
states/jobs/digests.py, offers of acute work from states/queue/offers.py, alerts of threats in an acute case from
states/queue/threat_alerts.py, and alarms from states/queue/alarms.py.
"""

from typing import NamedTuple

from states.engine.unit_of_work import UnitOfWork
from states.letters import outbox
from states.letters.facts import (
    Facts,
    article,
    combined,
    due_from,
    due_from_today,
    from_column,
    joined_application,
    no_facts,
    penalty_days,
    resumed_term,
    successor_name,
    suspended_term,
    term_due,
)
from states.letters.recipients import (
    Recipients,
    all_of,
    applicant,
    applicant_and_employer,
    applicant_of_advance,
    applicant_of_open_case,
    applicant_unless_lapsed,
    applicant_when_resumed,
    applicant_without_measures,
    consented_contacts,
    employer,
    employer_of_deceased,
    employers,
    official_unless_deceased,
    official_when_due_back,
    privacy_officers,
    successor_employer,
)


class Letter(NamedTuple):
    """A letter of an event: its name, recipients and facts."""

    letter: str
    to: Recipients
    facts: Facts


LETTERS: dict[tuple[str, str], tuple[Letter, ...]] = {
    # chart, event: letters
    ("application", "receive"): (Letter("confirmation-of-receipt", applicant, from_column("received_on")),),
    ("application", "invite-completion"): (Letter("invitation-to-complete", applicant, term_due("completion")),),
    ("application", "not-process"): (Letter("not-processed", applicant, term_due("objection", "objection_until")),),
    ("application", "forward"): (Letter("forwarded", applicant, from_column("forwarded_to")),),
    ("application", "plan-interview"): (Letter("interview-invitation", applicant, from_column("interview_on")),),
    ("application", "intend-refusal"): (
        Letter(
            "refusal-intended",
            applicant,
            combined(term_due("view"), from_column("ground", "refusal_article")),
        ),
    ),
    ("application", "refuse"): (
        Letter(
            "refusal",
            applicant,
            combined(term_due("objection", "objection_until"), from_column("ground", "refusal_article")),
        ),
    ),
    ("application", "withdraw"): (Letter("withdrawal-confirmed", applicant, no_facts),),
    ("application", "record-threat"): (Letter("threat-handoff", applicant, no_facts),),
    ("application", "open-content"): (Letter("content-opened", privacy_officers, no_facts),),
    ("application", "record-hand-off"): (Letter("security-contact-informed", consented_contacts, no_facts),),
    ("application", "succeed-employer"): (
        Letter("employer-succeeded", applicant_of_open_case, successor_name),
        Letter("employer-succeeded", successor_employer, successor_name),
    ),
    ("application", "suspend-term"): (Letter("term-suspended", applicant_and_employer, suspended_term),),
    ("application", "resume-term"): (Letter("term-resumed", applicant_when_resumed, resumed_term),),
    ("application", "adopt-advice"): (
        Letter(
            "no-measures",
            applicant_without_measures,
            combined(article, due_from_today("term_objection", "objection_until")),
        ),
    ),
    ("application", "complete"): (Letter("completion-received", applicant, no_facts),),
    ("application", "abandon-refusal"): (Letter("refusal-abandoned", applicant, no_facts),),
    ("application", "lapse"): (
        Letter(
            "application-lapsed",
            applicant,
            combined(from_column("ended_on"), due_from_today("term_objection", "objection_until")),
        ),
    ),
    ("application", "end-office"): (
        Letter("office-ended", applicant_unless_lapsed, from_column("ended_on", "office_ended_on")),
    ),
    ("application", "record-death"): (Letter("death-recorded", employers, no_facts),),
    ("application", "record-move"): (Letter("move-recorded", applicant, article),),
    ("application", "revise-advice"): (Letter("advice-revised", all_of(applicant, employers), no_facts),),
    ("application", "reopen"): (Letter("reopened", applicant, no_facts),),
    ("application", "join"): (Letter("joined", applicant, joined_application),),
    ("application", "record-representative"): (Letter("representative-recorded", applicant, no_facts),),
    ("measure", "decline"): (Letter("measure-declined", employer, no_facts),),
    ("measure", "mark-not-possible"): (Letter("measure-not-possible", applicant, no_facts),),
    ("takeover", "decline-second-home"): (
        Letter(
            "second-home-declined",
            applicant,
            combined(article, due_from_today("term_objection", "objection_until")),
        ),
    ),
    ("takeover", "request"): (
        Letter("advice-adopted", applicant, article),
        Letter("takeover-request", employer, combined(article, due_from_today("term_takeover", "due_on"))),
    ),
    ("takeover", "take-over"): (Letter("takeover-notice", applicant, article),),
    ("takeover", "give-notice"): (Letter("delay-notice", applicant, term_due("takeover")),),
    ("takeover", "default"): (Letter("default-received", all_of(applicant, employer), term_due("default")),),
    ("takeover", "fix-penalty"): (
        Letter(
            "penalty-decision", applicant, combined(penalty_days, due_from_today("term_objection", "objection_until"))
        ),
    ),
    ("payable", "approve"): (
        Letter(
            "payment-decision",
            applicant_of_advance,
            combined(term_due("payment"), due_from_today("term_objection", "objection_until")),
        ),
    ),
    ("payable", "approve-second"): (
        Letter(
            "payment-decision",
            applicant_of_advance,
            combined(term_due("payment"), due_from_today("term_objection", "objection_until")),
        ),
    ),
    ("payable", "fix-interest"): (
        Letter("interest-decision", applicant, due_from_today("term_objection", "objection_until")),
    ),
    ("payable", "pay"): (Letter("payment-note", employer, no_facts),),
    ("loan", "request"): (Letter("loan-requested", employer, article),),
    ("loan", "open"): (Letter("loan-requested", employer, article),),
    ("loan", "grant"): (Letter("loan-granted", official_unless_deceased, article),),
    ("loan", "decline"): (
        Letter(
            "loan-declined",
            official_unless_deceased,
            combined(article, due_from("decided_on", "term_objection", "objection_until")),
        ),
    ),
    ("loan", "end-with-office"): (
        Letter("loan-return", official_when_due_back, from_column("due_on", "due_back_on")),
        Letter("loan-estate", employer_of_deceased, no_facts),
    ),
    ("objection", "file"): (Letter("objection-received", applicant, term_due("objection-decision")),),
    ("objection", "plan-hearing"): (Letter("hearing-invitation", applicant, from_column("hearing_on")),),
    ("objection", "put-off"): (Letter("objection-put-off", applicant, term_due("objection-put-off")),),
    ("objection", "decide"): (
        Letter(
            "objection-decision",
            applicant,
            combined(from_column("outcome"), due_from("decided_on", "term_objection", "appeal_until")),
        ),
    ),
    ("objection", "withdraw"): (Letter("objection-withdrawn", applicant, no_facts),),
}


def post_letters(unit: UnitOfWork) -> None:
    """Post the letters of the transitions in this unit of work."""
    posted: set[tuple[str, str, str]] = set()
    for transition in unit.transitions:
        for line in LETTERS.get((transition.chart, transition.event), ()):
            for person in line.to(unit, transition):
                application = str(transition.row.stream)
                if (line.letter, person, application) in posted:
                    continue  # two employers, one advice: one letter to the applicant
                posted.add((line.letter, person, application))
                outbox.post(
                    unit.session,
                    line.letter,
                    application=application,
                    recipient=person,
                    facts=line.facts(unit, transition),
                    at=unit.at,
                )
